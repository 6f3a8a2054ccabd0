//! What a token costs, in allocations: times are measured by the benchmarks.

use std::num::NonZeroUsize;

use bartizan_jwt::{Bearer, Claims};

use crate::support::{NOW, at, builder, signer};

fn token() -> String {
    let mut claims = Claims::new("user-1234567890", ())
        .with_scope("items:read items:write")
        .with_roles(["admin", "editor"]);
    claims.not_before = Some(at(NOW));
    signer().sign(claims).unwrap()
}

fn allocations(mut run: impl FnMut()) -> u64 {
    // The first call learns the header, and fills caches.
    run();
    allocation_counter::measure(run).count_total
}

#[test]
fn verifying_takes_at_most_ten_allocations() {
    let verifier = builder().build().unwrap();
    let token = token();

    let count = allocations(|| drop(verifier.verify(&token).unwrap()));

    assert!(count <= 10, "{count}");
}

#[test]
fn a_remembered_token_takes_none() {
    let bearer = Bearer::new(builder().build().unwrap());
    let bearer = bearer.cache(NonZeroUsize::new(16).unwrap());
    let token = token();

    assert_eq!(allocations(|| drop(bearer.principal(&token).unwrap())), 0);
}

#[test]
fn a_forged_token_takes_few() {
    let verifier = builder().build().unwrap();
    let token = token();
    let (signed, _) = token.rsplit_once('.').unwrap();
    let forged = format!("{signed}.{}", "A".repeat(86));
    verifier.verify(&token).unwrap();

    let count = allocations(|| assert!(verifier.verify(&forged).is_err()));
    assert_eq!(count, 0);
    let count = allocations(|| assert!(verifier.verify("a.b.c").is_err()));
    assert!(count <= 2, "{count}");
}

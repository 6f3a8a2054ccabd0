use std::num::NonZeroUsize;

use bartizan_core::chain::Chain;
use bartizan_core::{Authenticate, GuardLayer};
use bartizan_jwt::{Algorithm, Bearer, Verifier};
use bartizan_rbac::{require, role};

use crate::ROLE;
use crate::token::{AUDIENCE, ISSUER, key};

/// The guards as one layer.
pub(crate) fn fused() -> GuardLayer<impl Chain> {
    GuardLayer::new(authentication().and(require(role(ROLE))))
}

fn authentication() -> Authenticate<Bearer> {
    let verifier = Verifier::<()>::builder(key().verifying_key(), [Algorithm::HS256])
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .build()
        .expect("complete");
    let capacity = NonZeroUsize::new(1024).expect("not zero");
    Authenticate::required(Bearer::new(verifier).cache(capacity))
}

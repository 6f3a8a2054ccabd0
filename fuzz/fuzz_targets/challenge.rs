//! A challenge is one line of printable ASCII, whatever went into it.
#![no_main]

use bartizan_core::{Challenge, Protocol, Realm, Rejection};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let realm = text.parse::<Realm>().unwrap_or_default();
    let scopes = text.split('\n');
    let mut challenge = Challenge::bearer(&realm)
        .error("invalid_token", text)
        .scope(scopes);
    if let Ok(more) = challenge.clone().param("more", text) {
        challenge = more;
    }
    let value = challenge.to_value();
    assert_eq!(value, challenge.to_string());
    assert!(value.as_bytes().iter().all(|b| matches!(b, b' '..=b'~')));

    let rejection = Rejection::forbidden("fuzzed", text.to_owned()).challenge(challenge);
    let response = rejection.into_response(Protocol::Grpc);
    let message = response.headers()["grpc-message"].as_bytes();
    assert!(message.iter().all(|b| matches!(b, b' '..=b'~')));
});

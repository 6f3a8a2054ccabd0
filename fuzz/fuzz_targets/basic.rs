//! Whoever is asked about credentials is asked about well-formed ones.
#![no_main]

use bartizan_basic::Basic;
use bartizan_core::{
    Attempt, BoxFuture, LoginError, PasswordVerifier, Principal, RequestHead, Scheme,
};
use bartizan_secret::SecretString;
use http::header::AUTHORIZATION;
use http::{HeaderValue, Request};
use libfuzzer_sys::fuzz_target;

struct WellFormed;

impl PasswordVerifier for WellFormed {
    fn verify(
        &self,
        username: &str,
        password: SecretString,
    ) -> BoxFuture<Result<Principal, LoginError>> {
        assert!(!username.contains(':'));
        assert!(!username.contains(|c: char| c.is_ascii_control()));
        assert!(
            !password
                .expose_secret()
                .contains(|c: char| c.is_ascii_control())
        );
        Box::pin(async { Err(LoginError::Denied) })
    }
}

fuzz_target!(|written: &[u8]| {
    let Ok(value) = HeaderValue::from_bytes(&[b"Basic ", written].concat()) else {
        return;
    };
    let mut request = Request::new(());
    request.headers_mut().insert(AUTHORIZATION, value);
    let attempt = Basic::new(WellFormed).authenticate(RequestHead::of(&request));
    assert!(!matches!(
        attempt,
        Attempt::Absent | Attempt::Authenticated(_)
    ));
});

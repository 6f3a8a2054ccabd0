//! HTTP Basic, with the least that a verifier can do. The peer knows one user: it
//! compares the field with a value of its own, and stops at the first byte that differs.

use std::future::ready;

use bartizan_basic::Basic;
use bartizan_core::{Authenticate, BoxFuture, GuardLayer, LoginError, PasswordVerifier, Principal};
use bartizan_secret::SecretString;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Request, StatusCode, header};
use tower_http::validate_request::ValidateRequestHeaderLayer;
use tower_layer::Layer;

use crate::exchange::{asking, sender};

const USER: &str = "alice";
const PASSWORD: &str = "correct horse battery staple";

pub(crate) fn inner() -> Box<dyn FnMut()> {
    sender(|inner| inner, request(), StatusCode::OK)
}

pub(crate) fn ours() -> Box<dyn FnMut()> {
    let verifier = Fixed {
        password: PASSWORD.into(),
        user: Principal::builder(USER).build(),
    };
    let guard = Authenticate::required(Basic::new(verifier));
    let layer = |inner| GuardLayer::new(guard).layer(inner);
    sender(layer, request(), StatusCode::OK)
}

#[expect(
    deprecated,
    reason = "called too basic by its authors, and all that they have for passwords"
)]
pub(crate) fn peer() -> Box<dyn FnMut()> {
    let layer = |inner| ValidateRequestHeaderLayer::basic(USER, PASSWORD).layer(inner);
    sender(layer, request(), StatusCode::OK)
}

fn request() -> impl Fn() -> Request<()> + 'static {
    let credentials = STANDARD.encode(format!("{USER}:{PASSWORD}"));
    let credentials: HeaderValue = format!("Basic {credentials}").parse().expect("visible");
    let asking = asking("/v1/items/7");
    move || {
        let mut request = asking();
        let headers = request.headers_mut();
        headers.insert(header::AUTHORIZATION, credentials.clone());
        request
    }
}

/// Knows one user, and answers at once.
struct Fixed {
    password: SecretString,
    user: Principal,
}

impl PasswordVerifier for Fixed {
    fn verify(
        &self,
        username: &str,
        password: SecretString,
    ) -> BoxFuture<Result<Principal, LoginError>> {
        // Secrets are compared in the same time wherever they differ.
        let is_right = (username == USER) & (password == self.password);
        let user = is_right.then(|| self.user.clone());
        Box::pin(ready(user.ok_or(LoginError::Denied)))
    }
}

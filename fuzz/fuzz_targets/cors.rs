//! What is allowed to another origin is what was listed, and nothing that looks like it.
#![no_main]

use std::sync::LazyLock;

use bartizan_core::{Guard, RequestHead, Verdict};
use bartizan_cors::{Cors, Origin, OriginPattern};
use http::{HeaderValue, Method, Request, StatusCode};
use libfuzzer_sys::fuzz_target;

const APP: &str = "https://app.example.com";

const NAMES: [&[u8]; 2] = [b"authorization", b"content-type"];

static CORS: LazyLock<Cors> = LazyLock::new(|| {
    let names = NAMES.map(|name| str::from_utf8(name).unwrap());
    let cors = Cors::builder().origins([APP, "https://*.example.com:*"]);
    cors.request_headers(names).build().unwrap()
});

fuzz_target!(|written: &[u8]| {
    if let Ok(text) = str::from_utf8(written) {
        read(text);
    }
    let Ok(value) = HeaderValue::from_bytes(written) else {
        return;
    };
    if let Some(allowed) = preflight(value.clone(), None) {
        assert_eq!(allowed, value);
        let origin: Origin = value.to_str().unwrap().parse().unwrap();
        assert_eq!(origin.scheme(), "https");
        assert!(origin.host().ends_with(".example.com"));
    }
    let app = HeaderValue::from_static(APP);
    if preflight(app, Some(value)).is_some() {
        let names = written.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
        let names: Vec<_> = names.filter(|name| !name.is_empty()).collect();
        assert!(names.iter().all(|name| NAMES.contains(name)));
        assert!(names.is_sorted_by(|a, b| a < b));
    }
});

fn read(text: &str) {
    if let Ok(origin) = text.parse::<Origin>() {
        assert_eq!(origin.as_str(), text);
        let port = origin.port().map(|port| format!(":{port}"));
        let port = port.unwrap_or_default();
        let (scheme, host) = (origin.scheme(), origin.host());
        assert_eq!(format!("{scheme}://{host}{port}"), text);
        let own: OriginPattern = text.parse().unwrap();
        assert!(own.matches(&origin));
        let app: Origin = APP.parse().unwrap();
        assert_eq!(own.matches(&app), text == APP);
    }
    if let Ok(pattern) = text.parse::<OriginPattern>() {
        assert_eq!(pattern.to_string(), text);
        assert_eq!(text.parse::<Origin>().is_ok(), !text.contains('*'));
    }
}

/// Returns the origin that is allowed, if one is.
fn preflight(origin: HeaderValue, names: Option<HeaderValue>) -> Option<HeaderValue> {
    let mut request = Request::new(());
    *request.method_mut() = Method::OPTIONS;
    let fields = request.headers_mut();
    fields.insert("origin", origin);
    fields.insert(
        "access-control-request-method",
        HeaderValue::from_static("GET"),
    );
    fields.extend(names.map(|names| {
        let name = http::header::ACCESS_CONTROL_REQUEST_HEADERS;
        (name, names)
    }));
    match CORS.check(RequestHead::of(&request)) {
        Verdict::Respond(response) => {
            assert_eq!(response.status(), StatusCode::NO_CONTENT);
            let allowed = response.headers().get("access-control-allow-origin");
            Some(allowed.unwrap().clone())
        }
        Verdict::Reject(rejection) => {
            assert_eq!(rejection.status(), StatusCode::FORBIDDEN);
            None
        }
        other => panic!("neither an answer nor a denial: {other:?}"),
    }
}

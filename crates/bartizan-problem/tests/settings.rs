//! The layer, made of settings.

#![cfg(feature = "serde")]
#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::convert::Infallible;
use std::net::SocketAddr;

use bartizan_problem::{Problem, ProblemLayer, ProblemSettings};
use bartizan_secret::settings::Loader;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tower::{Layer, ServiceExt, service_fn};

#[tokio::test]
async fn each_setting_does_what_it_says() {
    let (fields, body) = send("{}", StatusCode::BAD_GATEWAY).await;
    assert_eq!(fields["x-request-id"].len(), 32);
    assert!(!body.contains("own"), "{body}");

    let (_, body) = send(r#"{"keep_own_problems": true}"#, StatusCode::BAD_GATEWAY).await;
    assert!(body.contains("own"), "{body}");

    let (fields, _) = send(r#"{"id_field": "X-Trace-Id"}"#, StatusCode::OK).await;
    assert_eq!(fields["x-trace-id"].len(), 32);

    let (fields, _) = send(r#"{"trusted_proxies": ["192.0.2.0/24"]}"#, StatusCode::OK).await;
    assert_eq!(fields["x-request-id"], "given");

    let (_, body) = send(r#"{"fill_empty": false}"#, StatusCode::NOT_FOUND).await;
    assert_eq!(body, "");
    let (_, body) = send("{}", StatusCode::NOT_FOUND).await;
    assert!(body.contains("Not Found"), "{body}");

    let base = r#"{"types_at": "https://example.com/p/"}"#;
    let (_, body) = send(base, StatusCode::INTERNAL_SERVER_ERROR).await;
    assert!(
        body.contains("https://example.com/p/internal-error"),
        "{body}"
    );
}

#[test]
fn every_mistake_is_named_at_once() {
    let settings: ProblemSettings = serde_json::from_str(
        r#"{"types_at": "problems", "id_field": "authorization", "trusted_proxies": ["x"]}"#,
    )
    .unwrap();

    let error = settings.build().unwrap_err();
    let names: Vec<_> = error.problems().map(|(name, _)| name).collect();
    assert_eq!(names, ["types_at", "id_field", "trusted_proxies"]);

    for name in ["cookie", "x-session-id", "x-api-key", "a b-id", "-", ""] {
        let settings = serde_json::json!({ "id_field": name });
        let settings: ProblemSettings = serde_json::from_value(settings).unwrap();
        assert!(settings.build().is_err(), "{name}");
    }
    let misspelt = serde_json::from_str::<ProblemSettings>(r#"{"type_at": "x"}"#);
    assert!(misspelt.unwrap_err().to_string().contains("type_at"));
}

#[test]
fn all_can_be_read_from_the_environment() {
    let settings: ProblemSettings = Loader::new()
        .prefix("APP_")
        .environment([
            ("APP_TYPES_AT", "https://example.com/"),
            ("APP_ID_FIELD", "x-correlation-id"),
            ("APP_TRUSTED_PROXIES", "10.0.0.0/8,192.0.2.1"),
            ("APP_FILL_EMPTY", "no"),
            ("APP_KEEP_OWN_PROBLEMS", "on"),
        ])
        .load()
        .unwrap();

    assert_eq!(settings.trusted_proxies.len(), 2);
    let layer: ProblemLayer = settings.build().unwrap();
    let shown = format!("{layer:?}");
    assert!(shown.contains("x-correlation-id") && shown.contains("keeps_own: true"));
    assert!(shown.contains("fills_empty: false"), "{shown}");
}

async fn send(json: &str, status: StatusCode) -> (http::HeaderMap, String) {
    let settings: ProblemSettings = serde_json::from_str(json).unwrap();
    let inner = service_fn(move |_: Request<()>| async move {
        let response = if status.is_server_error() && status != StatusCode::INTERNAL_SERVER_ERROR {
            Problem::new(status)
                .detail("own")
                .into_response::<Full<Bytes>>()
        } else {
            let mut response = Response::new(Full::default());
            *response.status_mut() = status;
            response
        };
        Ok::<_, Infallible>(response)
    });
    let mut request = Request::get("/")
        .header("x-request-id", "given")
        .body(())
        .unwrap();
    let peer = SocketAddr::from(([192, 0, 2, 1], 443));
    request.extensions_mut().insert(peer);
    let service = settings.build().unwrap().layer(inner);
    let response = service.oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (head.headers, String::from_utf8(body.to_vec()).unwrap())
}

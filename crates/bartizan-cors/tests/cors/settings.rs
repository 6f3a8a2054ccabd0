use bartizan_cors::{CorsProblem, CorsSettings};
use bartizan_secret::settings::Loader;
use serde_json::json;

use crate::support::{APP, ask, field, get, preflight};

#[tokio::test]
async fn settings_make_what_the_builder_makes() {
    let settings: CorsSettings = serde_json::from_value(json!({
        "origins": [APP],
        "methods": ["PUT"],
        "request_headers": ["x-api-key"],
        "expose_headers": ["etag"],
        "expose_security_headers": true,
        "grpc_web": true,
        "credentials": true,
        "max_age": -1,
        "enforce_origin": true,
        "insecure_origins": false,
        "insecure_public_suffixes": false,
    }))
    .unwrap();
    let builder = settings.into_builder();

    let (response, _) = ask(&builder, preflight(APP, "PUT", &["x-api-key,x-grpc-web"])).await;
    assert_eq!(
        field(&response, "access-control-max-age").as_deref(),
        Some("0")
    );
    assert_eq!(
        field(&response, "access-control-allow-credentials").as_deref(),
        Some("true")
    );

    let (response, _) = ask(&builder, get(APP)).await;
    let exposed = field(&response, "access-control-expose-headers").unwrap();
    for name in ["etag", "retry-after", "grpc-status"] {
        assert!(exposed.split(',').any(|n| n == name), "{name}");
    }
    let (_, reached) = ask(&builder, get("https://evil.test")).await;
    assert!(!reached);
}

#[test]
fn settings_come_from_the_environment_too() {
    let settings: CorsSettings = Loader::new()
        .prefix("CORS_")
        .environment([
            ("CORS_ORIGINS", "https://a.example,https://*.b.example"),
            ("CORS_CREDENTIALS", "true"),
            ("CORS_MAX_AGE", "600"),
        ])
        .load()
        .unwrap();
    assert_eq!(
        settings.origins,
        ["https://a.example", "https://*.b.example"]
    );
    assert_eq!(settings.max_age, Some(600));
    assert!(settings.credentials);
    assert!(settings.build().is_ok());
}

#[test]
fn settings_say_what_is_wrong() {
    let unknown: Result<CorsSettings, _> = serde_json::from_value(json!({ "origin": "*" }));
    assert!(unknown.is_err());
    let nothing: CorsSettings = serde_json::from_value(json!({})).unwrap();
    assert_eq!(
        nothing.build().unwrap_err().problems(),
        [CorsProblem::NoOrigin]
    );
    let negative = json!({ "origins": ["*"], "max_age": -2 });
    let negative: CorsSettings = serde_json::from_value(negative).unwrap();
    let problems = [CorsProblem::MaxAge { seconds: -2 }];
    assert_eq!(negative.build().unwrap_err().problems(), problems);
}

//! The stack that settings make.

use std::convert::Infallible;
use std::fs;

use bartizan::secret::settings::Loader;
use bartizan::settings::StackSettings;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use tower::{Layer, ServiceExt, service_fn};

use super::*;

const TOML: &str = r#"
trusted_proxies = ["192.0.2.0/24"]

[cors]
origins = ["https://app.example.com"]
expose_security_headers = true

[firewall]
hosts = ["api.example.com"]

[rate_limit_by_address]
quotas = "3/minute"

[rate_limit_by_principal]
quotas = "2/minute; 1000/day"

[jwt]
issuer = "https://id.example"
audience = ["https://api.example"]
algorithms = ["HS256"]

[[rbac.routes]]
methods = ["GET"]
path = "/items"
allow = "authenticated"

[[rbac.routes]]
methods = ["GET"]
path = "/admin"
allow = "role admin"
"#;

/// 32 bytes, in base64url.
const SECRET: &str = "LXEWQrcmsEQBYnyp-6wy9chTD7GQPMTbAiWHF5IaSIE";

fn load(toml: &str) -> Loader {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("app.toml");
    fs::write(&path, toml).unwrap();
    // Read when loaded, so that the directory has to outlive the loader.
    std::mem::forget(directory);
    Loader::new().prefix("APP_").toml(path)
}

fn hmac_token(roles: &[&str]) -> String {
    let jwk = format!(r#"{{"kty":"oct","alg":"HS256","k":"{SECRET}"}}"#);
    let signer =
        TokenSigner::new(SigningKey::from_jwk(&jwk.into()).unwrap(), ISSUER).audience(AUDIENCE);
    let claims = Claims::new("alice", ()).with_roles(roles.iter().copied());
    format!("Bearer {}", signer.sign(claims).unwrap())
}

#[tokio::test]
async fn makes_the_common_stack_of_a_file_and_the_environment() {
    let loader = load(TOML).environment([("APP_JWT__HMAC_SECRET", SECRET)]);
    let settings: StackSettings = loader.load().unwrap();
    let layer = Stack::from_settings(settings).unwrap().build();
    let send = async |path: &str, authorization: Option<String>, client: &str| {
        let mut request = Request::get(path).header("host", "api.example.com");
        request = request.header("x-forwarded-for", client);
        request = request.header("origin", FRONT_END);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let mut request = request.body(()).unwrap();
        let peer: SocketAddr = "192.0.2.1:4711".parse().unwrap();
        request.extensions_mut().insert(peer);
        let service = layer.layer(service_fn(hello));
        service.oneshot(request).await.unwrap()
    };

    let alice = || Some(hmac_token(&[]));
    let ok = send("/items", alice(), "198.51.100.1").await;
    assert_eq!(ok.status(), StatusCode::OK);
    assert_eq!(ok.headers()["access-control-allow-origin"], FRONT_END);
    assert_eq!(ok.headers()["x-content-type-options"], "nosniff");
    assert_eq!(send("/items", None, "198.51.100.2").await.status(), 401);
    assert_eq!(send("/admin", alice(), "198.51.100.3").await.status(), 403);
    assert_eq!(send("/items", alice(), "198.51.100.4").await.status(), 429);
    let admin = Some(hmac_token(&["admin"]));
    assert_eq!(send("/admin", admin, "198.51.100.5").await.status(), 429);
    for expected in [401, 401, 401, 429] {
        assert_eq!(
            send("/items", None, "198.51.100.6").await.status(),
            expected
        );
    }
}

#[test]
fn a_file_that_was_not_found_makes_no_open_stack() {
    let absent = Loader::new().prefix("APP_").toml("no/such/app.toml");
    let settings: StackSettings = absent.load().unwrap();

    let error = Stack::from_settings(settings).unwrap_err();

    let names: Vec<_> = error.problems().map(|(name, _)| name).collect();
    assert_eq!(names, ["jwt"], "{error}");
}

#[test]
fn authorization_is_left_out_only_when_told_so() {
    let (_, jwt) = TOML.split_once("[jwt]").unwrap();
    let (jwt, _) = jwt.split_once("[[rbac").unwrap();
    for (first, expected) in [
        ("", Err("rbac")),
        ("insecure_without_authorization = true\n", Ok(())),
        (
            "insecure_without_authentication = true\n",
            Err("insecure_without_authentication"),
        ),
    ] {
        let loader = load(&format!("{first}[jwt]{jwt}"));
        let settings: StackSettings = loader
            .environment([("APP_JWT__HMAC_SECRET", SECRET)])
            .load()
            .unwrap();
        let made = Stack::from_settings(settings).map(|_| ());
        let name = made.map_err(|error| error.problems().next().unwrap().0.to_owned());
        assert_eq!(name, expected.map_err(str::to_owned), "{first}");
    }
}

#[tokio::test]
async fn a_stack_that_authenticates_nobody_guards_all_the_same() {
    let settings: StackSettings = load("insecure_without_authentication = true")
        .load()
        .unwrap();
    let layer = Stack::from_settings(settings).unwrap().build();
    let service = layer.layer(service_fn(hello));
    let request = |path: &str| {
        let request = Request::get(path).header("host", "localhost");
        request.body(()).unwrap()
    };

    let response = service.clone().oneshot(request("/")).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["x-frame-options"], "DENY");
    let response = service.oneshot(request("//")).await.unwrap();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_scheme_of_the_code_is_tried_after_those_of_the_settings() {
    let loader = load(TOML).environment([("APP_JWT__HMAC_SECRET", SECRET)]);
    let settings: StackSettings = loader.load().unwrap();
    let settings = settings.scheme(ApiKey::new(Arc::clone(keys()))).peer(|_| {
        let peer = "203.0.113.7:1".parse();
        peer.ok()
    });
    assert!(
        format!("{settings:?}").contains("schemes: [\"apikey"),
        "{settings:?}"
    );
    let layer = Stack::from_settings(settings).unwrap().build();
    let send = async |name: &str, value: String| {
        let request = Request::get("/items").header("host", "api.example.com");
        let request = request.header(name, value).body(()).unwrap();
        let service = layer.layer(service_fn(hello));
        service.oneshot(request).await.unwrap().status()
    };

    assert_eq!(send("x-api-key", api_key("carol").await).await, 200);
    assert_eq!(send("authorization", hmac_token(&[])).await, 200);
    assert_eq!(send("x-other", "1".to_owned()).await, 401);
}

#[test]
fn reports_everything_that_is_wrong_with_its_whole_name() {
    let toml = r#"
trusted_proxies = ["0.0.0.0/0"]
authentication_optional = true
[problem]
types_at = "nowhere"
[headers]
frame_options = "maybe"
[cors]
origins = ["null"]
max_age = 100000
[firewall]
methods = ["TRACE"]
hosts = ["user@host"]
[rate_limit_by_address]
quotas = "5/fortnight"
key = "principal"
[[rate_limit_by_address.routes]]
methods = ["GET"]
path = "/items"
quotas = "0/minute"
scope = "items"
key = "credential"
[rate_limit_by_principal]
quotas = ""
[[rbac.routes]]
path = "/items"
allow = "role"
"#;
    let settings: StackSettings = load(toml).load().unwrap();
    let error = Stack::from_settings(settings).unwrap_err();

    let names: Vec<_> = error.problems().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "trusted_proxies",
            "problem.types_at",
            "headers.frame_options",
            "cors.origins",
            "cors.max_age",
            "firewall.hosts",
            "firewall.methods",
            "rate_limit_by_address.key",
            "rate_limit_by_address.routes.0.key",
            "rate_limit_by_address.quotas",
            "rate_limit_by_address.routes.0.quotas",
            "jwt",
            "authentication_optional",
            "rate_limit_by_principal",
            "rbac",
            "rate_limit_by_principal.quotas",
            "rbac.routes.0.methods",
            "rbac.routes.0.allow",
        ],
        "{error}"
    );
}

#[test]
fn no_problem_shows_a_secret() {
    let environment = [
        ("APP_JWT__ISSUER", "i"),
        ("APP_JWT__AUDIENCE", "a"),
        ("APP_JWT__ALGORITHMS", "HS256"),
        ("APP_JWT__HMAC_SECRET", "hunter2!"),
        ("APP_API_KEY__PREFIX", "acme"),
        ("APP_API_KEY__PEPPER", "hunter2!"),
    ];
    let toml = "insecure_without_authorization = true";
    let settings: StackSettings = load(toml).environment(environment).load().unwrap();
    assert!(!format!("{settings:?}").contains("hunter2"), "{settings:?}");

    let error = Stack::from_settings(settings).unwrap_err();

    let names: Vec<_> = error.problems().map(|(name, _)| name).collect();
    assert_eq!(names, ["jwt.hmac_secret", "api_key.pepper"]);
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

async fn hello(_: Request<()>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::default()))
}

//! The whole stack in front of axum's router.

use axum::Router;
use axum::routing::get;
use bartizan::extract::Quota;
use bartizan::{ClientAddr, Principal, Rejection, axum_peer};
use http::request::Builder;
use http::{HeaderMap, Request, StatusCode};
use tokio::net::TcpListener;
use tower::Layer;

use super::client::{Answer, http1};
use super::*;

#[tokio::test]
async fn the_handler_learns_what_the_guards_have_found_out() {
    for address in [serve(MANY).await, serve_around(MANY).await] {
        learns_at(address).await;
    }
}

async fn learns_at(address: SocketAddr) {
    let request = from_front_end("/me").header("authorization", token("alice", &[]));
    let answer = http1(address, request.body(()).unwrap()).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (StatusCode::OK, "alice 127.0.0.1 9999 stripped")
    );
    assert_eq!(answer.field("content-type"), "text/plain; charset=utf-8");
    assert!(!answer.field("ratelimit").is_empty());
    assert_marked(&answer, "/me");

    let request = from_front_end("/me").header("x-api-key", api_key("bob").await);
    let answer = http1(address, request.body(()).unwrap()).await;
    assert_eq!(answer.body, "bob 127.0.0.1 9998 stripped");
}

#[tokio::test]
async fn each_refusal_is_the_right_one_with_the_fields_of_the_steps_before() {
    for address in [serve(MANY).await, serve_around(MANY).await] {
        each_refusal_at(address).await;
    }
}

async fn each_refusal_at(address: SocketAddr) {
    let alice = token("alice", &[]);
    let table = [
        ("/me", "", 401, "authentication-required"),
        ("/me", "Bearer e30.e30.", 401, "invalid-token"),
        ("/me", "Basic YTpi", 401, "authentication-required"),
        ("//me", &alice, 400, "malformed-request"),
        ("/admin", &alice, 403, "not-permitted"),
        ("/nowhere", &alice, 403, "not-permitted"),
        ("/panic", &alice, 500, "internal-error"),
        ("/fault", &alice, 500, "internal-error"),
    ];
    for (path, authorization, status, slug) in table {
        let mut request = from_front_end(path);
        if !authorization.is_empty() {
            request = request.header("authorization", authorization);
        }
        let answer = http1(address, request.body(()).unwrap()).await;

        assert_eq!(answer.status.as_u16(), status, "{path} {authorization}");
        assert_marked(&answer, path);
        let problem = answer.problem();
        assert_eq!(problem["type"], format!("{TYPES}{slug}"), "{path}");
        assert_eq!(
            problem["correlation_id"],
            answer.field("x-request-id"),
            "{path}"
        );
        let challenges = answer.headers.get_all("www-authenticate").iter().count();
        assert_eq!(challenges, if status == 401 { 2 } else { 0 }, "{path}");
        assert!(!answer.body.contains("hunter2"), "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn each_limit_says_when_to_come_back() {
    let quotas = Quotas {
        address: 3,
        principal: 1,
    };
    let address = serve(quotas).await;
    let send = async |subject: &str| {
        let request = from_front_end("/me").header("authorization", token(subject, &[]));
        http1(address, request.body(()).unwrap()).await
    };

    assert_eq!(send("alice").await.status, StatusCode::OK);
    let by_principal = send("alice").await;
    assert_eq!(by_principal.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(send("bob").await.status, StatusCode::OK);
    let by_address = send("carol").await;
    assert_eq!(by_address.status, StatusCode::TOO_MANY_REQUESTS);
    for (answer, policy) in [(by_principal, "user"), (by_address, "address")] {
        assert_marked(&answer, policy);
        assert!(answer.field("retry-after").parse::<u32>().unwrap() > 0);
        let problem = answer.problem();
        assert_eq!(problem["violated-policies"][0], policy, "{problem}");
    }
}

#[tokio::test]
async fn a_preflight_is_answered_before_anything_is_asked_of_it() {
    let address = serve(Quotas {
        address: 1,
        principal: 1,
    })
    .await;
    for _ in 0..3 {
        let request = Request::options("/me").header("origin", FRONT_END);
        let request = request.header("access-control-request-method", "PUT");
        let request = request.header("access-control-request-headers", "authorization");
        let answer = http1(address, request.body(()).unwrap()).await;

        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        assert_eq!(answer.field("access-control-allow-origin"), FRONT_END);
        assert_eq!(answer.field("x-content-type-options"), "nosniff");
    }
    let other = Request::options("/me").header("origin", "https://evil.example");
    let other = other.header("access-control-request-method", "PUT");
    let answer = http1(address, other.body(()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(answer.field("access-control-allow-origin"), "");
}

#[tokio::test]
async fn a_handler_that_asks_for_what_no_guard_has_left_is_a_fault() {
    let app = Router::new()
        .route("/principal", get(|_: Principal| async {}))
        .route("/client", get(|_: ClientAddr| async {}))
        .route("/quota", get(|_: Quota| async {}))
        .route(
            "/none",
            get(
                |p: Option<Principal>, c: Option<ClientAddr>, q: Option<Quota>| async move {
                    format!("{}{}{}", p.is_none(), c.is_none(), q.is_none())
                },
            ),
        );
    let address = run(app).await;
    for (path, status) in [
        ("/principal", 500),
        ("/client", 500),
        ("/quota", 500),
        ("/none", 200),
    ] {
        let answer = http1(address, Request::get(path).body(()).unwrap()).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        let body = if status == 200 { "truetruetrue" } else { "" };
        assert_eq!(answer.body, body, "{path}");
    }
}

async fn me(
    principal: Principal,
    client: ClientAddr,
    Quota(quota): Quota,
    headers: HeaderMap,
) -> String {
    let is_stripped = !headers.contains_key("authorization") && !headers.contains_key("x-api-key");
    let credentials = if is_stripped { "stripped" } else { "there" };
    let (subject, client) = (principal.subject(), client.ip());
    format!("{subject} {client} {} {credentials}", quota.remaining())
}

async fn fault() -> (StatusCode, &'static str) {
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        "password hunter2 is wrong",
    )
}

async fn panics() -> Rejection {
    panic!("hunter2")
}

async fn serve(quotas: Quotas) -> SocketAddr {
    run(routes().layer(layer(axum_peer, quotas, schemes()))).await
}

/// Around the router, and not within.
async fn serve_around(quotas: Quotas) -> SocketAddr {
    let guarded = layer(axum_peer, quotas, schemes()).layer(routes());
    run(Router::new().fallback_service(guarded)).await
}

fn routes() -> Router {
    Router::new()
        .route("/me", get(me))
        .route("/admin", get(async || "secret"))
        .route("/fault", get(fault))
        .route("/panic", get(panics))
}

async fn run(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

fn from_front_end(path: &str) -> Builder {
    Request::get(path).header("origin", FRONT_END)
}

/// The fields that every response has to the front end.
fn assert_marked(answer: &Answer, context: &str) {
    assert_eq!(
        answer.field("access-control-allow-origin"),
        FRONT_END,
        "{context}"
    );
    assert!(
        answer.field("vary").to_ascii_lowercase().contains("origin"),
        "{context}"
    );
    let exposed = answer.field("access-control-expose-headers");
    assert!(
        exposed.to_ascii_lowercase().contains("www-authenticate"),
        "{context}"
    );
    assert_eq!(
        answer.field("x-content-type-options"),
        "nosniff",
        "{context}"
    );
    assert_eq!(answer.field("cache-control"), "no-store", "{context}");
    assert_eq!(answer.field("x-frame-options"), "DENY", "{context}");
    assert!(!answer.field("x-request-id").is_empty(), "{context}");
}

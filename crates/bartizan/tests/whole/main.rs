//! The whole stack over axum, tonic and bare hyper, over real sockets.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

mod client;
mod grpc;
mod http1;
mod hyper;
mod order;
mod settings;

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use bartizan::api_key::{ApiKey, ApiKeys, KeyFormat, KeyGrant, MemoryApiKeyStore, PepperRing};
use bartizan::chain::Chain;
use bartizan::cors::Cors;
use bartizan::headers::SecurityHeaders;
use bartizan::jwt::{Algorithm, Bearer, Claims, SigningKey, TokenSigner, Verifier};
use bartizan::problem::{CatchPanicLayer, ProblemLayer};
use bartizan::rate_limit::{Key, Limit, Quota, RateLimit};
use bartizan::rbac::{Route, RouteTable, role};
use bartizan::secret::SecretBytes;
use bartizan::{
    FindClient, GuardLayer, RequestFirewall, Scheme, Stack, StackLayer, TrustedProxies,
};
use bartizan_testkit::FakeClock;
use http::Extensions;

const ISSUER: &str = "https://id.example";
const AUDIENCE: &str = "https://api.example";
/// Where problem types are documented.
const TYPES: &str = "https://api.example.com/problems/";
const FRONT_END: &str = "https://app.example.com";

/// How much the limits of a stack allow in a minute.
#[derive(Clone, Copy)]
struct Quotas {
    address: u32,
    principal: u32,
}

const MANY: Quotas = Quotas {
    address: 10_000,
    principal: 10_000,
};

type Layered<C> = StackLayer<ProblemLayer, GuardLayer<C>, CatchPanicLayer>;

/// Every step that there is, over the scheme `authenticate`.
fn layer(
    peer: fn(&Extensions) -> Option<SocketAddr>,
    quotas: Quotas,
    scheme: impl Scheme,
) -> Layered<impl Chain> {
    let clock = FakeClock::at_unix(1_800_000_000);
    let by_address = Limit::new("address", Quota::per_minute(quotas.address));
    let by_principal = Limit::new("user", Quota::per_minute(quotas.principal));
    let routes = RouteTable::builder()
        .rule(Route::get("/me").authenticated())
        .rule(Route::get("/admin").require(role("admin")))
        .rule(Route::get("/panic").authenticated())
        .rule(Route::get("/fault").authenticated())
        .rule(Route::grpc("test.Echo/Say").authenticated())
        .rule(Route::grpc("test.Echo/Talk").authenticated())
        .rule(Route::grpc("test.Echo/Panic").authenticated())
        .rule(Route::grpc("test.Echo/Admin").require(role("admin")));
    Stack::new()
        .problem(ProblemLayer::new().types_at(TYPES).unwrap())
        .headers(SecurityHeaders::api())
        .cors(cors())
        .client_address(FindClient::behind(TrustedProxies::none()).peer(peer))
        .firewall(RequestFirewall::new())
        .rate_limit_by_address(RateLimit::new(by_address).clock(clock.clone()))
        .authenticate(scheme)
        .rate_limit_by_principal(RateLimit::new(by_principal.key(Key::principal())).clock(clock))
        .authorize(routes.build().unwrap())
        .build()
}

fn cors() -> Cors {
    let builder = Cors::builder().origins([FRONT_END]).methods(["PUT"]);
    let builder = builder.request_headers(["authorization"]);
    builder.expose_security_headers().build().unwrap()
}

/// Bearer tokens, or else API keys.
fn schemes() -> impl Scheme {
    bearer().or(ApiKey::new(Arc::clone(keys())))
}

fn key() -> &'static Arc<SigningKey> {
    static KEY: OnceLock<Arc<SigningKey>> = OnceLock::new();
    KEY.get_or_init(|| SigningKey::generate(Algorithm::ES256).unwrap().into())
}

fn bearer() -> Bearer {
    let builder = Verifier::<()>::builder(key().verifying_key(), [Algorithm::ES256]);
    let builder = builder.issuer(ISSUER).audience(AUDIENCE);
    Bearer::new(builder.build().unwrap())
}

fn keys() -> &'static Arc<ApiKeys<MemoryApiKeyStore>> {
    static KEYS: OnceLock<Arc<ApiKeys<MemoryApiKeyStore>>> = OnceLock::new();
    KEYS.get_or_init(|| {
        let format = KeyFormat::new("acme", "live").unwrap();
        let pepper = SecretBytes::from(b"0123456789abcdef0123456789abcdef".as_slice());
        let peppers = PepperRing::new("1", &pepper).unwrap();
        ApiKeys::new(format, peppers, MemoryApiKeyStore::new()).into()
    })
}

fn token(subject: &str, roles: &[&str]) -> String {
    let signer = TokenSigner::new(Arc::clone(key()), ISSUER).audience(AUDIENCE);
    let claims = Claims::new(subject, ()).with_roles(roles.iter().copied());
    format!("Bearer {}", signer.sign(claims).unwrap())
}

async fn api_key(owner: &str) -> String {
    let issued = keys().issue(KeyGrant::new(owner, "test")).await.unwrap();
    issued.into_key().expose_secret().to_owned()
}

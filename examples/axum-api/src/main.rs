//! An axum service with logins, tokens, API keys, roles and scopes.
//!
//! `cargo run -p axum-api` starts it in the development profile, which makes a
//! signing key and two users, and prints the `curl` lines to try. In the production
//! profile (`AXUM_API_PROFILE=production`) it takes secrets from its settings alone:
//! passwords of 15 characters or more, and a key that is not symmetric. Another name
//! that begins with `AXUM_API_` is an error: it may be a misspelt one. (Kubernetes sets
//! some for a service called `axum-api`, unless `enableServiceLinks` is `false`.)
//!
//! | setting | default | |
//! |---|---|---|
//! | `AXUM_API_PROFILE` | `development` | or `production` |
//! | `AXUM_API_LISTEN` | `127.0.0.1:3000` | port 0 for any free one |
//! | `AXUM_API_SIGNING_KEY` | made at start | private key: PEM (PKCS#8) or JWK |
//! | `AXUM_API_USERS__ALICE__PASSWORD` | made at start | `alice` may write items |
//! | `AXUM_API_USERS__ADMIN__PASSWORD` | made at start | `admin` has the role `admin` |
//! | `AXUM_API_ISSUER`, `AXUM_API_AUDIENCE` | `axum-api` | of tokens |
//! | `AXUM_API_TOKEN_SECONDS` | 900 | for which a token is good |
//! | `AXUM_API_TRUSTED_PROXIES` | none | networks, parted by commas |
//! | `AXUM_API_CORS_ORIGINS` | `http://localhost:5173`, in production none | of front-ends, parted by commas |
//! | `AXUM_API_DOCS` | `true`, in production `false` | whether there are `/docs` and `/openapi.json` |
//! | `AXUM_API_ADDRESS_QUOTA` | `6000/minute` | of requests from one address |
//! | `AXUM_API_PRINCIPAL_QUOTA` | `3000/minute` | of requests of one user |
//! | `AXUM_API_LOG` | `text` | or `json` |
//! | `AXUM_API_LOG_LEVEL` | `info` | of the log on standard error |
//! | `AXUM_API_REQUEST_SECONDS` | 30 | for which the head of a request may take, the rest, and a client to go on reading |
//! | `AXUM_API_DRAIN_SECONDS` | 10 | for which requests may end when it is told to |
//!
//! Tokens and passwords pass in clear text: in production there is a proxy before it
//! that speaks TLS. What has no default there must be set. Each may also come from a file
//! that nobody else can read, named by the setting with `_FILE` behind it.
//!
//! Who may call what is one table, `access.rs`, which the guards are made of and the
//! `OpenAPI` document as well; `guards.rs` has the stack of guards. API keys last until
//! the service ends.

mod access;
mod accounts;
mod docs;
mod document;
mod guards;
mod items;
mod json;
mod keys;
mod logging;
mod panics;
mod paths;
mod problem;
mod routes;
mod server;
mod settings;
mod stream;
mod tokens;
mod welcome;

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use tokio::net::TcpListener;

use crate::accounts::Accounts;
use crate::settings::Settings;
use crate::tokens::Tokens;

/// Exit code when the settings are wrong.
const MISCONFIGURED: u8 = 2;

fn main() -> ExitCode {
    let settings = match Settings::load() {
        Ok(settings) => settings,
        Err(error) => return end(MISCONFIGURED, &error),
    };
    match run(settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => end(1, &*error),
    }
}

#[tokio::main]
async fn run(settings: Settings) -> Result<(), Box<dyn Error>> {
    let masker = logging::start(&settings)?;
    panics::log();
    let tokens = Tokens::new(&settings, &masker)?;
    let accounts = Accounts::new(&settings, &masker).await?;
    let keys = keys::make(settings.told.profile)?;
    let router = routes::router(&settings, &tokens, &accounts, &keys)?;
    let guarded = guards::guard(router, &settings, &tokens, &keys)?;

    let listener = TcpListener::bind(settings.told.listen).await?;
    let address = listener.local_addr()?;
    welcome::print(address, &settings, &accounts);
    let limits = settings.limits();
    // From here on the hashes are enough: wipe the passwords.
    drop((settings, accounts));

    server::serve(listener, guarded, limits).await;
    Ok(())
}

fn end(code: u8, error: &dyn Error) -> ExitCode {
    // Where standard error is closed, there is nobody to tell.
    let _closed = writeln!(std::io::stderr(), "axum-api: {error}");
    ExitCode::from(code)
}

//! The server of one variant.

use std::sync::Arc;
use std::thread;

use argon2::Argon2;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use bartizan_password::{
    Argon2Params, PasswordHash, PasswordHasher, PasswordHasherPool, PoolSettings,
};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::{LOGINS, runtime};

/// Prints the address, and serves until the process is ended.
pub(crate) fn serve(variant: &str) {
    let login = Login::new(variant);
    let app = Router::new()
        .route("/other", get(|| async {}))
        .route("/login", post(log_in))
        .with_state(login);
    runtime(2).block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        println!("{}", listener.local_addr().expect("an address"));
        axum::serve(listener, app).await.expect("to serve");
    });
}

#[derive(Clone)]
enum Login {
    Inline,
    SpawnBlocking,
    Semaphore(Arc<Semaphore>),
    Pool(PasswordHasherPool, PasswordHash),
}

impl Login {
    fn new(variant: &str) -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        match variant {
            "inline" => Self::Inline,
            "spawn_blocking" => Self::SpawnBlocking,
            "semaphore" => Self::Semaphore(Arc::new(Semaphore::new(cores))),
            _ => {
                let hasher = PasswordHasher::new(Argon2Params::default());
                let hash = hasher.hash(&"correct horse".into()).expect("a hash");
                let settings = PoolSettings::default()
                    .queue(LOGINS)
                    .low_priority(variant == "pool, low priority");
                let pool = PasswordHasherPool::start(hasher, settings).expect("threads");
                Self::Pool(pool, hash)
            }
        }
    }
}

async fn log_in(State(login): State<Login>, password: String) -> StatusCode {
    let is_right = match login {
        Login::Inline => verify(&password),
        Login::SpawnBlocking => spawn_blocking(move || verify(&password))
            .await
            .expect("a task"),
        Login::Semaphore(semaphore) => {
            let permit = semaphore.acquire_owned().await.expect("is never closed");
            let verified = spawn_blocking(move || {
                let is_right = verify(&password);
                drop(permit);
                is_right
            });
            verified.await.expect("a task")
        }
        Login::Pool(pool, hash) => match pool.verify(password.into(), hash).await {
            Ok(verification) => verification.is_match(),
            Err(_) => return StatusCode::SERVICE_UNAVAILABLE,
        },
    };
    if is_right {
        StatusCode::OK
    } else {
        StatusCode::UNAUTHORIZED
    }
}

/// What a handler without a pool does: argon2 by the book, at the same cost.
fn verify(password: &str) -> bool {
    let mut output = [0; 32];
    Argon2::default()
        .hash_password_into(password.as_bytes(), b"saltsaltsaltsalt", &mut output)
        .is_ok()
}

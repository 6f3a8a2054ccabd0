//! What a storm of logins does to a service, by where its passwords are hashed.
//!
//! For each variant a server of its own process, with two workers, gets 64 logins in
//! closed loop, and 200 requests a second for something else whatever becomes of the
//! earlier ones. Their latency counts from when they were due, so that a stall is seen
//! by all requests that fall into it; the granularity of the runtime's timer, about a
//! millisecond, is part of it, idle or not. The targets are about this latency. Beside
//! it stands the latency from when a request was sent, which has no such floor.
//!
//! `LOGIN_SECONDS` sets for how long a variant runs (default 8).

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that goes wrong has to stop"
)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;
use std::{env, fs};

use argon2::Argon2;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use bartizan_password::{
    Argon2Params, PasswordHash, PasswordHasher, PasswordHasherPool, PoolSettings,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, interval_at};

const LOGINS: usize = 64;
const PROBES_PER_SECOND: u32 = 200;
const WARM_UP: Duration = Duration::from_secs(1);
const VARIANTS: [&str; 6] = [
    "idle",
    "inline",
    "spawn_blocking",
    "semaphore",
    "pool",
    "pool, low priority",
];

fn main() {
    let mut args = env::args().skip(1);
    if args.next().as_deref() == Some("serve") {
        serve(&args.next().expect("a variant"));
        return;
    }

    let seconds = env::var("LOGIN_SECONDS").map_or(8, |text| text.parse().expect("seconds"));
    println!("\nLogins in a storm ({LOGINS} in closed loop, {seconds} s a variant)");
    println!(
        "{:<20} {:>9} {:>9} {:>9} {:>14} {:>9}",
        "other requests, ms:", "logins/s", "p50", "p99", "p99 from sent", "peak MiB"
    );
    let results = VARIANTS.map(|variant| measure(variant, Duration::from_secs(seconds)));
    let [idle, _, _, semaphore, pool, low] = &results;

    let cores = thread::available_parallelism().map_or(1, usize::from);
    let memory_target = f64::from(u32::try_from(cores).expect("few cores")) * 19.0 + 32.0;
    println!();
    target("pool: other p99 to idle", pool.p99 / idle.p99, "<=", 2.0);
    target(
        "low priority: other p99 to idle",
        low.p99 / idle.p99,
        "<=",
        1.3,
    );
    target("pool: peak MiB", pool.peak_mib, "<=", memory_target);
    target("low priority: peak MiB", low.peak_mib, "<=", memory_target);
    target(
        "pool: logins/s to semaphore",
        pool.logins / semaphore.logins,
        ">=",
        1.2,
    );
    target(
        "low priority: logins/s to semaphore",
        low.logins / semaphore.logins,
        ">=",
        1.2,
    );
}

struct Measured {
    logins: f64,
    p99: f64,
    peak_mib: f64,
}

fn target(name: &str, value: f64, relation: &str, limit: f64) {
    let is_met = if relation == "<=" {
        value <= limit
    } else {
        value >= limit
    };
    let verdict = if is_met { "met" } else { "MISSED" };
    println!("{name:<40} {value:>8.2}  target {relation} {limit:<6.1} {verdict}");
}

/// Runs the server of a variant and the load on it.
fn measure(variant: &'static str, time: Duration) -> Measured {
    let mut server = Command::new(env::current_exe().expect("this program"))
        .args(["serve", variant])
        .stdout(Stdio::piped())
        .spawn()
        .expect("a server");
    let mut address = String::new();
    BufReader::new(server.stdout.take().expect("piped"))
        .read_line(&mut address)
        .expect("an address");
    let logins = if variant == "idle" { 0 } else { LOGINS };

    let (logins, (mut from_due, mut from_sent)) =
        runtime(1).block_on(load(address.trim().to_owned(), logins, time));

    let peak_mib = peak_mib(&server);
    server
        .kill()
        .and_then(|()| server.wait().map(drop))
        .expect("to end the server");
    let (p50, p99) = (quantile(&mut from_due, 50), quantile(&mut from_due, 99));
    let from_sent = quantile(&mut from_sent, 99);
    println!("{variant:<20} {logins:>9.1} {p50:>9.1} {p99:>9.1} {from_sent:>14.1} {peak_mib:>9.0}");
    Measured {
        logins,
        p99,
        peak_mib,
    }
}

fn quantile(latencies: &mut [f64], percent: usize) -> f64 {
    latencies.sort_by(f64::total_cmp);
    latencies[latencies.len() * percent / 100]
}

/// Returns logins a second, and in milliseconds the latencies of the other requests
/// from when they were due and from when they were sent.
async fn load(address: String, logins: usize, time: Duration) -> (f64, (Vec<f64>, Vec<f64>)) {
    let is_over = Arc::new(AtomicBool::new(false));
    let done = Arc::new(AtomicU64::new(0));
    for _ in 0..logins {
        let (address, is_over) = (address.clone(), Arc::clone(&is_over));
        let done = Arc::clone(&done);
        tokio::spawn(async move {
            let mut client = Client::connect(&address).await;
            while !is_over.load(Ordering::Relaxed) {
                let status = client.send("POST /login", "correct horse").await;
                assert_eq!(status, "200", "a login");
                done.fetch_add(1, Ordering::Relaxed);
            }
        });
    }

    let (free, mut is_free) = mpsc::unbounded_channel::<Client>();
    let (latency, mut latencies) = mpsc::unbounded_channel();
    // The first second shows a server that is not warm yet.
    let mut due = interval_at(
        Instant::now() + WARM_UP,
        Duration::from_secs(1) / PROBES_PER_SECOND,
    );
    due.tick().await;
    let (start, earlier) = (Instant::now(), done.load(Ordering::Relaxed));
    while start.elapsed() < time {
        let due = due.tick().await;
        let sent = Instant::now();
        let (free, latency, address) = (free.clone(), latency.clone(), address.clone());
        let client = is_free.try_recv().ok();
        tokio::spawn(async move {
            let mut client = match client {
                Some(client) => client,
                None => Client::connect(&address).await,
            };
            assert_eq!(client.send("GET /other", "").await, "200");
            let millis = |since: Instant| since.elapsed().as_secs_f64() * 1e3;
            latency.send((millis(due), millis(sent))).ok();
            free.send(client).ok();
        });
    }
    let count = done.load(Ordering::Relaxed) - earlier;
    let rate = f64::from(u32::try_from(count).expect("few logins")) / start.elapsed().as_secs_f64();
    is_over.store(true, Ordering::Relaxed);
    drop(latency);
    let mut all = Vec::new();
    while let Some(latency) = latencies.recv().await {
        all.push(latency);
    }
    (rate, all.into_iter().unzip())
}

/// A connection that is kept alive.
struct Client(TcpStream);

impl Client {
    async fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        Self(stream)
    }

    /// Returns the status. The answers have no body.
    async fn send(&mut self, target: &str, body: &str) -> String {
        let length = body.len();
        let request =
            format!("{target} HTTP/1.1\r\nhost: bench\r\ncontent-length: {length}\r\n\r\n{body}");
        self.0.write_all(request.as_bytes()).await.expect("to send");
        let mut response = Vec::with_capacity(256);
        while !response.ends_with(b"\r\n\r\n") {
            let read = self.0.read_buf(&mut response).await.expect("to receive");
            assert_ne!(read, 0, "the server hung up");
        }
        String::from_utf8_lossy(&response[9..12]).into_owned()
    }
}

/// Peak resident memory, where the system tells.
fn peak_mib(server: &Child) -> f64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kib.unwrap_or(f64::NAN) / 1024.0
}

fn serve(variant: &str) {
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

fn runtime(workers: usize) -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()
        .expect("a runtime")
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

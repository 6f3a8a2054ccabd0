//! The load on a server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval_at};

const PROBES_PER_SECOND: u32 = 200;
/// Not measured: the logins have to pile up first.
const WARM_UP: Duration = Duration::from_millis(500);

/// What came of the load; latencies in milliseconds.
#[derive(Default)]
pub(crate) struct Load {
    /// Seconds.
    pub(crate) time: f64,
    pub(crate) logins: u32,
    /// Latencies of the other requests, from when they were due.
    pub(crate) from_due: Vec<f64>,
    /// The same from when they were sent.
    pub(crate) from_sent: Vec<f64>,
}

impl Load {
    /// Puts load on a server for some time, and waits until it is idle again.
    pub(crate) async fn put(&mut self, address: &str, logins: usize, time: Duration) {
        let start = Instant::now() + WARM_UP;
        let is_over = Arc::new(AtomicBool::new(false));
        let mut clients = JoinSet::new();
        for _ in 0..logins {
            clients.spawn(log_in(
                address.to_owned(),
                Arc::clone(&is_over),
                start,
                start + time,
            ));
        }

        let (free, mut is_free) = mpsc::unbounded_channel::<Client>();
        let mut probes = JoinSet::new();
        let mut due = interval_at(start, Duration::from_secs(1) / PROBES_PER_SECOND);
        while start.elapsed() < time {
            let due = due.tick().await;
            let sent = Instant::now();
            let (free, address) = (free.clone(), address.to_owned());
            let client = is_free.try_recv().ok();
            probes.spawn(async move {
                let mut client = match client {
                    Some(client) => client,
                    None => Client::connect(&address).await,
                };
                assert_eq!(client.send("GET /other", "").await, "200");
                let millis = |since: Instant| since.elapsed().as_secs_f64() * 1e3;
                let latencies = (millis(due), millis(sent));
                free.send(client).ok();
                latencies
            });
        }
        is_over.store(true, Ordering::Relaxed);

        self.time += time.as_secs_f64();
        self.logins += clients.join_all().await.into_iter().sum::<u32>();
        for (from_due, from_sent) in probes.join_all().await {
            self.from_due.push(from_due);
            self.from_sent.push(from_sent);
        }
    }
}

/// Returns the logins that ended between `start` and `end`.
async fn log_in(address: String, is_over: Arc<AtomicBool>, start: Instant, end: Instant) -> u32 {
    let mut client = Client::connect(&address).await;
    let mut logins = 0;
    while !is_over.load(Ordering::Relaxed) {
        assert_eq!(client.send("POST /login", "correct horse").await, "200");
        logins += u32::from((start..end).contains(&Instant::now()));
    }
    logins
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

//! What a storm of logins does to a service, by where its passwords are hashed.
//!
//! For each variant a server of its own process, with two workers, gets 64 logins in
//! closed loop, and 200 requests a second for something else whatever becomes of the
//! earlier ones. Their latency counts from when they were due, so that a stall is seen
//! by all requests that fall into it; the granularity of the runtime's timer, about a
//! millisecond, is part of it, idle or not. The targets are about this latency. Beside
//! it stands the latency from when a request was sent, which has no such floor.
//!
//! The variants take turns of two seconds, so that what else the machine does falls on
//! all of them. `LOGIN_ROUNDS` sets how often (default 6).

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that goes wrong has to stop"
)]

mod load;
mod server;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs, thread};

use benches::{Row, report};
use tokio::runtime::{Builder, Runtime};

use self::load::Load;

const LOGINS: usize = 64;
const TURN: Duration = Duration::from_secs(2);
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
        server::serve(&args.next().expect("a variant"));
        return;
    }

    let rounds = env::var("LOGIN_ROUNDS").map_or(6, |text| text.parse().expect("a number"));
    let mut variants = VARIANTS.map(Variant::start);
    let runtime = runtime(1);
    for _ in 0..rounds {
        for variant in &mut variants {
            runtime.block_on(variant.load.put(&variant.address, variant.logins, TURN));
        }
    }

    println!("\nLogins in a storm ({LOGINS} in closed loop, {rounds} turns of {TURN:?})");
    println!(
        "{:<20} {:>9} {:>9} {:>9} {:>14} {:>9}",
        "other requests, ms:", "logins/s", "p50", "p99", "p99 from sent", "peak MiB"
    );
    let [idle, _, _, semaphore, pool, low] = variants.map(Variant::end);

    let cores = thread::available_parallelism().map_or(1, usize::from);
    let memory_target = f64::from(u32::try_from(cores).expect("few cores")) * 19.0 + 32.0;
    let mut rows = Vec::new();
    for (name, variant, slowdown) in [("pool", pool, 2.0), ("low priority", low, 1.3)] {
        let row = |what: &str| Row::new(format!("{name}: {what}"));
        let p99 = row("p99 of other requests, to idle").ratio(variant.p99 / idle.p99);
        let memory = row("peak memory, to its target").ratio(variant.peak_mib / memory_target);
        let logins = row("logins/s, to semaphore").ratio(variant.logins / semaphore.logins);
        rows.extend([
            p99.at_most(slowdown),
            memory.at_most(1.0),
            logins.at_least(1.2),
        ]);
    }
    report("login", &rows);
}

/// A server, and what came of the load on it.
struct Variant {
    name: &'static str,
    server: Child,
    address: String,
    logins: usize,
    load: Load,
}

struct Summary {
    logins: f64,
    p99: f64,
    peak_mib: f64,
}

impl Variant {
    fn start(name: &'static str) -> Self {
        let mut server = Command::new(env::current_exe().expect("this program"))
            .args(["serve", name])
            .stdout(Stdio::piped())
            .spawn()
            .expect("a server");
        let mut address = String::new();
        BufReader::new(server.stdout.take().expect("piped"))
            .read_line(&mut address)
            .expect("an address");
        Self {
            name,
            server,
            address: address.trim().to_owned(),
            logins: if name == "idle" { 0 } else { LOGINS },
            load: Load::default(),
        }
    }

    fn end(mut self) -> Summary {
        let peak_mib = peak_mib(&self.server);
        let ended = self.server.kill().and_then(|()| self.server.wait());
        ended.expect("to end the server");

        let name = self.name;
        let logins = f64::from(self.load.logins) / self.load.time;
        let p50 = quantile(&mut self.load.from_due, 50);
        let p99 = quantile(&mut self.load.from_due, 99);
        let from_sent = quantile(&mut self.load.from_sent, 99);
        println!(
            "{name:<20} {logins:>9.1} {p50:>9.1} {p99:>9.1} {from_sent:>14.1} {peak_mib:>9.0}"
        );
        Summary {
            logins,
            p99,
            peak_mib,
        }
    }
}

fn quantile(latencies: &mut [f64], percent: usize) -> f64 {
    latencies.sort_by(f64::total_cmp);
    latencies[latencies.len() * percent / 100]
}

/// Peak resident memory, where the system tells.
fn peak_mib(server: &Child) -> f64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kib.unwrap_or(f64::NAN) / 1024.0
}

fn runtime(workers: usize) -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()
        .expect("a runtime")
}

//! Load on a server, by `wrk`.

use crate::failure::Failure;
use crate::shell::Shell;

use super::cores::Cores;

/// Prints what a run came to.
const SCRIPT: &str = "benches/stack/wrk.lua";

/// Connections that are kept alive, each with one request under way.
pub(super) const CONNECTIONS: u32 = 64;

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Run {
    pub(super) per_second: f64,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
    /// Requests that were answered with an error, or not at all.
    pub(super) failed: f64,
}

/// Sends `fields` to `url` over and over, for some seconds.
///
/// # Errors
///
/// `wrk` failed, or did not answer as its script does.
pub(super) fn run(
    shell: &Shell,
    cores: Cores,
    url: &str,
    fields: &[String],
    seconds: u32,
) -> Result<Run, Failure> {
    let mut wrk = cores.load(shell, "wrk");
    wrk.args(["--threads", "1"]);
    wrk.args(["--connections", &CONNECTIONS.to_string()]);
    wrk.args(["--duration", &format!("{seconds}s"), "--script", SCRIPT]);
    for field in fields {
        wrk.args(["--header", field]);
    }
    let output = shell.read(wrk.arg(url))?;
    parse(&output).ok_or_else(|| Failure::new(format!("no result of wrk in:\n{output}")))
}

/// Reads the line that the script writes.
fn parse(output: &str) -> Option<Run> {
    let line = output.lines().find_map(|line| line.strip_prefix("wrk "))?;
    let number = |name: &str| {
        let mut pairs = line
            .split_whitespace()
            .filter_map(|pair| pair.split_once('='));
        let (_, value) = pairs.find(|(key, _)| *key == name)?;
        value.parse::<f64>().ok().filter(|number| *number >= 0.0)
    };
    let seconds = number("duration")? / 1e6;
    Some(Run {
        per_second: (seconds > 0.0).then(|| number("requests"))?? / seconds,
        p50_ms: number("p50")? / 1e3,
        p99_ms: number("p99")? / 1e3,
        failed: number("refused")? + number("broken")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_script_writes() {
        let output = "Running 1s test @ http://127.0.0.1:1\n  1 threads\n\
            wrk requests=30000 duration=2000000 p50=2100 p99=5300 refused=2 broken=1\n";

        assert_eq!(
            parse(output),
            Some(Run {
                per_second: 15_000.0,
                p50_ms: 2.1,
                p99_ms: 5.3,
                failed: 3.0,
            })
        );
    }

    #[test]
    fn what_is_not_there_is_not_zero() {
        for output in [
            "",
            "wrk requests=1 duration=0 p50=1 p99=1 refused=0 broken=0",
            "wrk requests=1 duration=9 p50=1 p99=1 refused=0",
            "wrk requests=x duration=9 p50=1 p99=1 refused=0 broken=0",
            "wrk requests=1 duration=9 p50=-1 p99=1 refused=0 broken=0",
        ] {
            assert_eq!(parse(output), None, "{output}");
        }
    }
}

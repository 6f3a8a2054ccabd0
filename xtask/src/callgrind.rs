//! Counts instructions with Valgrind's callgrind.
//!
//! Seconds differ between runs on a busy machine by half; instructions differ
//! by less than one in a hundred, so they are what a limit can be set on.

use std::ffi::OsStr;
use std::path::Path;

use crate::failure::{Context, Failure};
use crate::shell::Shell;

/// Iterations of the short run; the long one has three times as many.
const ITERATIONS: u64 = 1_000;

/// Returns the instructions that one iteration of a variant takes.
///
/// The program is called as `BINARY VARIANT ITERATIONS`, twice: what both runs
/// share, such as starting up, falls out of the difference.
///
/// # Errors
///
/// A run failed, wrote no count, or the longer one took fewer instructions.
pub(crate) fn per_iteration(shell: &Shell, binary: &Path, variant: &str) -> Result<f64, Failure> {
    let count = |iterations: u64| instructions(shell, binary, &[variant, &iterations.to_string()]);
    let short = count(ITERATIONS)?;
    let long = count(ITERATIONS.saturating_mul(3))?;
    let more = long
        .checked_sub(short)
        .filter(|more| *more > 0)
        .ok_or_else(|| {
            Failure::new(format!(
                "`{variant}` takes no longer for more iterations: {short}, {long}"
            ))
        })?;
    Ok(ratio(more, ITERATIONS.saturating_mul(2)))
}

/// Returns the instructions of one run of a program.
///
/// # Errors
///
/// The run failed or wrote no count.
pub(crate) fn instructions(
    shell: &Shell,
    binary: &Path,
    arguments: &[&str],
) -> Result<u64, Failure> {
    let folder = shell.target().join("callgrind");
    std::fs::create_dir_all(&folder).context(folder.display())?;
    let name = binary
        .file_name()
        .unwrap_or(OsStr::new("out"))
        .to_string_lossy();
    let file = folder.join(format!("{name}-{}.out", arguments.join("-")));

    let mut valgrind = shell.program("valgrind");
    // Nothing of the caller's environment: its length moves the stack.
    valgrind
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    valgrind.args(["--tool=callgrind", "--quiet"]);
    valgrind.arg(format!("--callgrind-out-file={}", file.display()));
    shell.read(valgrind.arg(binary).args(arguments))?;

    let profile = std::fs::read_to_string(&file).context(file.display())?;
    total(&profile).ok_or_else(|| Failure::new(format!("no total in {}", file.display())))
}

/// Reads the sum of the event `Ir` out of callgrind's file. A run that dumps
/// in several parts has one `totals:` line a part.
fn total(profile: &str) -> Option<u64> {
    let after = |key: &str, line: &str| line.strip_prefix(key).map(str::to_owned);
    let events = profile.lines().find_map(|line| after("events:", line))?;
    let column = events.split_whitespace().position(|event| event == "Ir")?;
    let mut sum = None;
    for totals in profile.lines().filter_map(|line| after("totals:", line)) {
        let count: u64 = totals.split_whitespace().nth(column)?.parse().ok()?;
        sum = Some(count.checked_add(sum.unwrap_or(0))?);
    }
    sum
}

/// The quotient of two counts, both far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "no run takes 2^53 instructions")]
fn ratio(count: u64, of: u64) -> f64 {
    count as f64 / of as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_total_of_instructions() {
        let table = [
            (
                "version: 1\nevents: Ir\nsummary: 12\n\nfn=(1) main\n3 9\n\ntotals: 12\n",
                Some(12),
            ),
            ("events: Dr Ir Dw\ntotals: 1 22 333\n", Some(22)),
            (
                "events: Ir\ntotals: 5\npart: 2\nevents: Ir\ntotals: 7\n",
                Some(12),
            ),
            ("events: Ir\nsummary: 12\n", None),
            ("events: Dr\ntotals: 12\n", None),
            ("events: Ir\ntotals: many\n", None),
            (
                "events: Ir\ntotals: 18446744073709551615\ntotals: 1\n",
                None,
            ),
            ("", None),
        ];

        for (profile, expected) in table {
            assert_eq!(total(profile), expected, "{profile}");
        }
    }

    #[test]
    fn divides_counts() {
        assert!((ratio(777, 2_000) - 0.388_5).abs() < 1e-12);
    }
}

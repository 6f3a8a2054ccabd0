//! Ends a process together with everything that it started.
//!
//! Children stay in the terminal's process group, so that an interrupt from
//! the keyboard reaches them; the price is that a process that ran out of time
//! has to be ended by walking its descendants.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long processes may take to stop: one that waits for a disk does not stop before
/// the disk answers.
const TO_STOP: Duration = Duration::from_secs(2);

/// Ends `root` and its descendants at once. A process that is already gone is
/// no error.
pub(crate) fn kill(root: u32) {
    if cfg!(windows) {
        silently(Command::new("taskkill").args(["/T", "/F", "/PID", &root.to_string()]));
        return;
    }
    // Stopped first: what runs could start another while the list is read.
    let mut victims = vec![root];
    let deadline = Instant::now() + TO_STOP;
    loop {
        signal("STOP", &victims);
        // The signal is not the stop: one in the midst of a fork finishes it. The list
        // is read when all rest, since one that is read meanwhile may miss a child.
        while victims.iter().any(|id| runs(*id)) && Instant::now() < deadline {
            thread::yield_now();
        }
        let found = descendants(root, &parents()).into_iter();
        let new: Vec<u32> = found.filter(|id| !victims.contains(id)).collect();
        if new.is_empty() {
            break;
        }
        victims.extend(new);
    }
    victims.retain(|id| is_there(*id));
    signal("KILL", &victims);
}

/// Asks one process to end by itself.
#[cfg(unix)]
pub(crate) fn terminate(process: u32) {
    signal("TERM", &[process]);
}

/// Sends a signal through the shell's own `kill`: the program of that name is
/// missing on small systems.
fn signal(name: &str, processes: &[u32]) {
    let list: Vec<String> = processes.iter().map(ToString::to_string).collect();
    silently(Command::new("sh").args(["-c", &format!("kill -{name} {}", list.join(" "))]));
}

/// A process that has ended meanwhile makes the command fail, which is as good.
fn silently(command: &mut Command) {
    let _status = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

/// Returns `root` and all that descend from it in `parents`, which pairs each
/// process with its parent.
fn descendants(root: u32, parents: &[(u32, u32)]) -> Vec<u32> {
    let mut found = vec![root];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        let children = parents
            .iter()
            .filter(|(_, of)| *of == parent)
            .map(|(child, _)| *child);
        let unseen: Vec<u32> = children.filter(|child| !found.contains(child)).collect();
        found.extend(unseen);
        next = next.saturating_add(1);
    }
    found
}

/// Whether any thread of a process runs: not those that are stopped, or have ended and
/// were not waited for.
fn runs(id: u32) -> bool {
    let rests = |state: &str| state.starts_with(['T', 't', 'Z', 'X']);
    let Ok(threads) = std::fs::read_dir(format!("/proc/{id}/task")) else {
        return !has_proc() && state_by_ps(id).is_some_and(|state| !rests(&state));
    };
    let read = |path: std::path::PathBuf| std::fs::read_to_string(path.join("stat")).ok();
    let mut stats = threads.flatten().filter_map(|entry| read(entry.path()));
    stats.any(|stat| parse_stat(&stat).is_some_and(|stat| !rests(stat.state)))
}

fn is_there(id: u32) -> bool {
    if has_proc() {
        Path::new(&format!("/proc/{id}")).is_dir()
    } else {
        state_by_ps(id).is_some()
    }
}

fn has_proc() -> bool {
    Path::new("/proc/self/stat").exists()
}

fn state_by_ps(id: u32) -> Option<String> {
    let mut ps = Command::new("ps");
    let output = ps.args(["-o", "state=", "-p", &id.to_string()]).output();
    let state = String::from_utf8_lossy(&output.ok()?.stdout)
        .trim()
        .to_owned();
    (!state.is_empty()).then_some(state)
}

/// Returns each process of the system with its parent.
fn parents() -> Vec<(u32, u32)> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return parents_by_ps();
    };
    let read = |path: std::path::PathBuf| std::fs::read_to_string(path.join("stat")).ok();
    let stats = entries.flatten().filter_map(|entry| read(entry.path()));
    stats
        .filter_map(|stat| parse_stat(&stat).map(|stat| (stat.id, stat.parent)))
        .collect()
}

fn parents_by_ps() -> Vec<(u32, u32)> {
    let Ok(output) = Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output() else {
        return Vec::new();
    };
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(parse_pair)
        .collect()
}

fn parse_pair(line: &str) -> Option<(u32, u32)> {
    let mut fields = line.split_whitespace();
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// What a line of `/proc/<pid>/stat` begins with.
#[derive(Debug, PartialEq, Eq)]
struct Stat<'a> {
    id: u32,
    state: &'a str,
    parent: u32,
}

/// Reads such a line. The program's name, in brackets, may itself hold brackets and
/// spaces.
fn parse_stat(stat: &str) -> Option<Stat<'_>> {
    let (id, rest) = stat.split_once(" (")?;
    let (_name, after) = rest.rsplit_once(") ")?;
    let mut fields = after.split(' ');
    Some(Stat {
        id: id.parse().ok()?,
        state: fields.next()?,
        parent: fields.next()?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_process_whose_name_holds_brackets() {
        let stat = |state, parent| {
            Some(Stat {
                id: 12,
                state,
                parent,
            })
        };
        let table = [
            ("12 (cargo) S 7 12 7 0 -1", stat("S", 7)),
            ("12 (a) b (c) R 9 12 7 0 -1", stat("R", 9)),
            ("12 (cargo", None),
            ("", None),
        ];

        for (stat, expected) in table {
            assert_eq!(parse_stat(stat), expected, "{stat}");
        }
    }

    #[test]
    fn reads_the_columns_of_ps() {
        assert_eq!(parse_pair("  501   1"), Some((501, 1)));
        assert_eq!(parse_pair("  501"), None);
    }

    #[test]
    fn finds_grandchildren_and_leaves_strangers_alone() {
        let parents = [(2, 1), (3, 2), (4, 3), (5, 1), (6, 4)];

        assert_eq!(descendants(3, &parents), [3, 4, 6]);
        assert_eq!(descendants(9, &parents), [9]);
    }

    #[test]
    fn a_process_that_is_its_own_ancestor_ends_the_walk() {
        assert_eq!(descendants(1, &[(1, 1), (2, 1), (1, 2)]), [1, 2]);
    }

    #[cfg(unix)]
    #[test]
    fn tells_what_runs_from_what_rests_and_from_what_is_gone() {
        let mut endless = Command::new("sh");
        let mut child = endless.args(["-c", "while :; do :; done"]).spawn().unwrap();
        let id = child.id();
        assert!(runs(id) && is_there(id));

        signal("STOP", &[id]);
        let deadline = Instant::now() + TO_STOP;
        while runs(id) && Instant::now() < deadline {
            thread::yield_now();
        }
        let (has_stopped, is_still_there) = (!runs(id), is_there(id));
        child.kill().unwrap();
        child.wait().unwrap();

        assert!(has_stopped && is_still_there);
        assert!(!is_there(id));
    }
}

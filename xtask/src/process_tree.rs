//! Ends a process together with everything that it started.
//!
//! Children stay in the terminal's process group, so that an interrupt from
//! the keyboard reaches them; the price is that a process that ran out of time
//! has to be ended by walking its descendants.

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a process may take to stop: one that waits for a disk does not
/// stop before the disk answers.
const TO_STOP: Duration = Duration::from_secs(2);

/// A process, its parent, and whether it can start another now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Process {
    id: u32,
    parent: u32,
    runs: bool,
}

/// Ends `root` and its descendants at once. A process that is already gone is
/// no error.
pub(crate) fn kill(root: u32) {
    if cfg!(windows) {
        silently(Command::new("taskkill").args(["/T", "/F", "/PID", &root.to_string()]));
        return;
    }
    // Stopped first: what runs could start another while the list is read. And
    // the signal is not the stop: a process in the midst of a fork finishes it.
    let mut victims = vec![root];
    let deadline = Instant::now() + TO_STOP;
    loop {
        signal("STOP", &victims);
        let found = settled(&victims, deadline);
        let found = descendants(root, &found);
        if found.len() <= victims.len() {
            break;
        }
        victims = found;
    }
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

/// Returns the processes of the system as they are once none of `stopped` runs
/// any longer, or at the deadline.
fn settled(stopped: &[u32], deadline: Instant) -> Vec<Process> {
    let runs = |process: &Process| process.runs && stopped.contains(&process.id);
    while processes().iter().any(runs) && Instant::now() < deadline {
        thread::yield_now();
    }
    // Read again: a child may have come while the list was read that showed the
    // last of them at rest.
    processes()
}

/// Returns `root` and all that descend from it.
fn descendants(root: u32, all: &[Process]) -> Vec<u32> {
    let mut found = vec![root];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        let children = all
            .iter()
            .filter(|process| process.parent == parent)
            .map(|process| process.id);
        let unseen: Vec<u32> = children.filter(|child| !found.contains(child)).collect();
        found.extend(unseen);
        next = next.saturating_add(1);
    }
    found
}

/// Returns each process of the system.
fn processes() -> Vec<Process> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return processes_by_ps();
    };
    let read = |path: std::path::PathBuf| std::fs::read_to_string(path.join("stat")).ok();
    let stats = entries.flatten().filter_map(|entry| read(entry.path()));
    stats.filter_map(|stat| parse_stat(&stat)).collect()
}

fn processes_by_ps() -> Vec<Process> {
    let listing = Command::new("ps")
        .args(["-A", "-o", "pid=,ppid=,state="])
        .output();
    let Ok(output) = listing else {
        return Vec::new();
    };
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(parse_columns)
        .collect()
}

/// Reads process, parent and state, as `ps` prints them.
fn parse_columns(line: &str) -> Option<Process> {
    let mut columns = line.split_whitespace();
    process(columns.next()?, columns.next()?, columns.next()?)
}

/// Reads a line of `/proc/<pid>/stat`. The program's name, in brackets, may
/// itself hold brackets and spaces.
fn parse_stat(stat: &str) -> Option<Process> {
    let (id, rest) = stat.split_once(" (")?;
    let (_name, after) = rest.rsplit_once(") ")?;
    let mut fields = after.split(' ');
    let state = fields.next()?;
    process(id, fields.next()?, state)
}

fn process(id: &str, parent: &str, state: &str) -> Option<Process> {
    // Stopped, traced, or ended and not yet waited for.
    let rests = state.starts_with(['T', 't', 'Z', 'X']);
    Some(Process {
        id: id.parse().ok()?,
        parent: parent.parse().ok()?,
        runs: !rests,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_process((id, parent): (u32, u32), runs: bool) -> Process {
        Process { id, parent, runs }
    }

    #[test]
    fn reads_a_process_whose_name_holds_brackets() {
        let table = [
            ("12 (cargo) S 7 12 7 0 -1", Some(a_process((12, 7), true))),
            ("12 (a) b (c) R 9 12 7 0 -1", Some(a_process((12, 9), true))),
            ("12 (sh) T 9 12 7 0 -1", Some(a_process((12, 9), false))),
            ("12 (sh) Z 9 12 7 0 -1", Some(a_process((12, 9), false))),
            ("12 (cargo", None),
            ("", None),
        ];

        for (stat, expected) in table {
            assert_eq!(parse_stat(stat), expected, "{stat}");
        }
    }

    #[test]
    fn reads_the_columns_of_ps() {
        assert_eq!(
            parse_columns("  501   1 Ss"),
            Some(a_process((501, 1), true))
        );
        assert_eq!(
            parse_columns("  501   1 T+"),
            Some(a_process((501, 1), false))
        );
        assert_eq!(parse_columns("  501   1"), None);
    }

    #[test]
    fn finds_grandchildren_and_leaves_strangers_alone() {
        let all = [(2, 1), (3, 2), (4, 3), (5, 1), (6, 4)].map(|process| a_process(process, true));

        assert_eq!(descendants(3, &all), [3, 4, 6]);
        assert_eq!(descendants(9, &all), [9]);
    }

    #[test]
    fn a_process_that_is_its_own_ancestor_ends_the_walk() {
        let all = [(1, 1), (2, 1), (1, 2)].map(|process| a_process(process, true));

        assert_eq!(descendants(1, &all), [1, 2]);
    }

    #[cfg(unix)]
    #[test]
    fn the_list_is_read_once_those_signalled_have_stopped() {
        let mut endless = Command::new("sh");
        let mut child = endless.args(["-c", "while :; do :; done"]).spawn().unwrap();
        let id = child.id();

        signal("STOP", &[id]);
        let all = settled(&[id], Instant::now() + TO_STOP);

        let found = all.iter().find(|process| process.id == id);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(found.map(|process| process.runs), Some(false));
    }
}

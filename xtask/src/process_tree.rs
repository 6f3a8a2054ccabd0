//! Ends a process together with everything that it started.
//!
//! Children stay in the terminal's process group, so that an interrupt from
//! the keyboard reaches them; the price is that a process that ran out of time
//! has to be ended by walking its descendants.

use std::process::{Command, Stdio};

/// Ends `root` and its descendants at once. A process that is already gone is
/// no error.
pub(crate) fn kill(root: u32) {
    if cfg!(windows) {
        silently(Command::new("taskkill").args(["/T", "/F", "/PID", &root.to_string()]));
        return;
    }
    // Stopped first: what runs could start another while the list is read.
    let mut victims = vec![root];
    loop {
        signal("STOP", &victims);
        let found = descendants(root, &parents());
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

/// Returns each process of the system with its parent.
fn parents() -> Vec<(u32, u32)> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return parents_by_ps();
    };
    let read = |path: std::path::PathBuf| std::fs::read_to_string(path.join("stat")).ok();
    let stats = entries.flatten().filter_map(|entry| read(entry.path()));
    stats.filter_map(|stat| parse_stat(&stat)).collect()
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

/// Reads process and parent from a line of `/proc/<pid>/stat`. The program's
/// name, in brackets, may itself hold brackets and spaces.
fn parse_stat(stat: &str) -> Option<(u32, u32)> {
    let (process, rest) = stat.split_once(" (")?;
    let (_name, after) = rest.rsplit_once(") ")?;
    let parent = after.split(' ').nth(1)?;
    Some((process.parse().ok()?, parent.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_process_whose_name_holds_brackets() {
        let table = [
            ("12 (cargo) S 7 12 7 0 -1", Some((12, 7))),
            ("12 (a) b (c) R 9 12 7 0 -1", Some((12, 9))),
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
}

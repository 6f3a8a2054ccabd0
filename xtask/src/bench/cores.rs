//! Which cores the server and the load run on.

use std::ffi::OsStr;
use std::process::Command;

use crate::failure::Failure;
use crate::shell::Shell;
use crate::system;

/// One core for the server and one for the load, so that neither takes the other's
/// time; none where there are fewer than two.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cores(Option<[usize; 2]>);

impl Cores {
    /// # Errors
    ///
    /// The program that pins others is missing.
    pub(super) fn find(shell: &Shell) -> Result<Self, Failure> {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let status = read("/proc/self/status");
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
        let allowed = list(line.unwrap_or_default());
        let chosen = choose(&allowed, |core| {
            let topology = "/sys/devices/system/cpu";
            list(&read(&format!(
                "{topology}/cpu{core}/topology/thread_siblings_list"
            )))
        });
        match chosen {
            Some(_) => drop(system::ensure(shell, "taskset", "util-linux")?),
            None => println!("fewer than two cores: server and load share what there is"),
        }
        Ok(Self(chosen))
    }

    pub(super) fn server(self, shell: &Shell, program: impl AsRef<OsStr>) -> Command {
        self.pinned(shell, 0, program.as_ref())
    }

    pub(super) fn load(self, shell: &Shell, program: impl AsRef<OsStr>) -> Command {
        self.pinned(shell, 1, program.as_ref())
    }

    fn pinned(self, shell: &Shell, which: usize, program: &OsStr) -> Command {
        match self.0.and_then(|cores| cores.get(which).copied()) {
            Some(core) => {
                let mut command = shell.program("taskset");
                command.args(["--cpu-list", &core.to_string()]).arg(program);
                command
            }
            None => shell.program(program),
        }
    }
}

/// The first core, and the first after it that does not share its hardware, or the
/// second where all do.
fn choose(allowed: &[usize], siblings: impl Fn(usize) -> Vec<usize>) -> Option<[usize; 2]> {
    let (first, others) = allowed.split_first()?;
    let siblings = siblings(*first);
    let apart = others.iter().find(|core| !siblings.contains(core));
    Some([*first, *apart.or(others.first())?])
}

/// Reads a list as the kernel writes it: `0-3,8`.
fn list(text: &str) -> Vec<usize> {
    let mut cores = Vec::new();
    for part in text.trim().split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        if let (Ok(first), Ok(last)) = (first.parse::<usize>(), last.parse::<usize>()) {
            cores.extend(first..=last);
        }
    }
    cores
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lists_of_cores() {
        for (text, expected) in [
            ("\t0-2,8\n", vec![0, 1, 2, 8]),
            ("5", vec![5]),
            ("", vec![]),
            ("a-b", vec![]),
        ] {
            assert_eq!(list(text), expected, "{text}");
        }
    }

    #[test]
    fn takes_two_cores_that_share_no_hardware_where_it_can() {
        let pairs = |core: usize| vec![core & !1, core | 1];
        let alone = |core: usize| vec![core];
        assert_eq!(choose(&[0, 1, 2, 3], pairs), Some([0, 2]));
        assert_eq!(choose(&[0, 1], pairs), Some([0, 1]));
        assert_eq!(choose(&[4, 7], alone), Some([4, 7]));
        assert_eq!(choose(&[4], alone), None);
        assert_eq!(choose(&[], alone), None);
    }
}

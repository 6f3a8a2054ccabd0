//! Cargo's benchmarks, which report what they measure into a folder that we name.

use std::path::Path;

use crate::failure::{Context, Failure};
use crate::manifest;
use crate::shell::Shell;

use super::figures::Figures;

/// What a quick run sets, as `benches` reads it: few rounds of everything.
const QUICK: [(&str, &str); 2] = [("BARTIZAN_BENCH_ROUNDS", "5"), ("LOGIN_ROUNDS", "1")];

/// Returns the names of the benchmarks, in the order of their manifest.
///
/// # Errors
///
/// The manifest cannot be read or names none.
pub(super) fn names(shell: &Shell) -> Result<Vec<String>, Failure> {
    let file = shell.root().join("benches/Cargo.toml");
    let text = std::fs::read_to_string(&file).context(file.display())?;
    let names = manifest::names(&text, "[[bench]]");
    if names.is_empty() {
        return Err(Failure::new(format!("no [[bench]] in {}", file.display())));
    }
    Ok(names.into_iter().map(str::to_owned).collect())
}

/// Runs one benchmark and reads what it reported.
///
/// # Errors
///
/// It does not build, fails, or reports nothing.
pub(super) fn measure(shell: &Shell, name: &str, quick: bool) -> Result<Figures, Failure> {
    let folder = shell.target().join("bench-reports").join(name);
    // Figures of an earlier run must not pass for those of this one.
    match std::fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).context(folder.display());
        }
        _ => {}
    }
    let mut cargo = shell.cargo(&["bench", "--locked", "--package", "benches", "--bench", name]);
    cargo.env("BARTIZAN_BENCH_JSON", &folder);
    if quick {
        cargo.envs(QUICK);
    }
    shell.run(&mut cargo)?;
    reported(&folder)
}

/// Reads the one file that a benchmark has left, whatever it calls itself there.
fn reported(folder: &Path) -> Result<Figures, Failure> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Err(Failure::new("it ran, but did not `report` any figures"));
    };
    let files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    match &files[..] {
        [file] => Figures::read(file),
        _ => Err(Failure::new(format!(
            "it ran, but made {} reports instead of one",
            files.len()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn finds_the_benchmarks_of_the_workspace() {
        let names = names(&Shell::new(Duration::ZERO).unwrap()).unwrap();

        assert!(names.contains(&"jwt".to_owned()), "{names:?}");
    }

    #[test]
    fn reads_the_one_report_of_a_run() {
        let folder = tempfile::tempdir().unwrap();
        let failure = |folder: &Path| reported(folder).unwrap_err().to_string();
        assert!(failure(&folder.path().join("none")).contains("did not `report`"));

        let figures = r#"{"bench": "rate-limit", "rows": [{"name": "a"}]}"#;
        std::fs::write(folder.path().join("rate-limit.json"), figures).unwrap();
        assert_eq!(reported(folder.path()).unwrap().rows().len(), 1);

        std::fs::write(folder.path().join("other.json"), figures).unwrap();
        assert!(failure(folder.path()).contains("made 2 reports"));
    }
}

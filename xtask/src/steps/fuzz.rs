//! A short run of each fuzz target.
//!
//! libFuzzer comes with the crate `libfuzzer-sys`; the compiler's coverage pass
//! needs no nightly flag. So the smoke run takes neither a nightly toolchain
//! nor `cargo fuzz`, which stay the tools for long runs.

use std::path::Path;

use crate::failure::{Context, Failure};
use crate::shell::Shell;
use crate::{manifest, system};

use super::Outcome;

/// What `cargo fuzz --sanitizer none` passes: edges counted inline, and
/// comparisons reported, so that the fuzzer can solve them.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Ccodegen-units=1 -Cdebug-assertions \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// The same seed each time: what a smoke run finds, the next finds too.
const RUN: [&str; 5] = [
    "-runs=100000",
    "-max_total_time=30",
    "-seed=1",
    "-timeout=10",
    "-rss_limit_mb=1024",
];

pub(super) fn fuzz(shell: &Shell) -> Result<Outcome, Failure> {
    if !cfg!(target_os = "linux") {
        return Ok(Outcome::LeftOut(
            "the coverage flags are known to link on Linux".into(),
        ));
    }
    system::ensure(shell, "c++", "g++")?;
    let folder = shell.root().join("fuzz");
    let file = folder.join("Cargo.toml");
    let text = std::fs::read_to_string(&file).context(file.display())?;
    let targets = manifest::names(&text, "[[bin]]");
    if targets.is_empty() {
        return Err(Failure::new(format!("no [[bin]] in {}", file.display())));
    }

    let host = host(shell)?;
    let built = shell.target().join("fuzz");
    // Naming the triple keeps the flags away from build scripts and macros.
    let mut cargo = shell.cargo(&[
        "build",
        "--release",
        "--locked",
        "--bins",
        "--target",
        &host,
    ]);
    cargo
        .current_dir(&folder)
        .env("RUSTFLAGS", FLAGS)
        .env("CARGO_TARGET_DIR", &built);
    shell.run(&mut cargo)?;
    for target in targets {
        run(
            shell,
            &folder,
            &built.join(&host).join("release").join(target),
            target,
        )?;
    }
    Ok(Outcome::Passed)
}

/// Runs one target on its seeds. What it adds to the corpus stays out of the
/// tree, what breaks it goes where `cargo fuzz` would put it.
fn run(shell: &Shell, folder: &Path, program: &Path, target: &str) -> Result<(), Failure> {
    let corpus = shell.target().join("fuzz-smoke").join(target);
    let artifacts = folder.join("artifacts").join(target);
    for path in [&corpus, &artifacts] {
        std::fs::create_dir_all(path).context(path.display())?;
    }
    let mut command = shell.program(program);
    command
        .args(RUN)
        .arg(format!("-artifact_prefix={}/", artifacts.display()));
    command
        .args(["-print_final_stats=1", "-verbosity=0"])
        .arg(corpus);
    let seeds = folder.join("seeds").join(target);
    if seeds.is_dir() {
        command.arg(seeds);
    }
    shell.run(&mut command)
}

fn host(shell: &Shell) -> Result<String, Failure> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = shell.read(shell.program(rustc).arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| Failure::new("rustc names no host"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn knows_the_host() {
        let host = host(&Shell::new(Duration::from_secs(60)).unwrap()).unwrap();

        assert!(host.split('-').count() >= 3, "{host}");
    }
}

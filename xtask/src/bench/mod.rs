//! `cargo xtask bench`: measures, keeps the figures as JSON, and draws them.

mod chart;
mod contract;
mod cores;
mod figures;
mod machine;
mod micro;
mod options;
mod stack;
mod wrk;

use std::path::PathBuf;
use std::time::Duration;

use crate::failure::{Context, Failure};
use crate::shell::Shell;

pub(crate) use self::options::Options;

/// The comparison of whole applications; the other names are Cargo's benchmarks.
const STACK: &str = "stack";

/// Where the figures of a whole run are kept, for the README to show.
const PUBLISHED: &str = "docs/bench";

/// All of the benchmarks together; they are bounded themselves.
const LIMIT: Duration = Duration::from_secs(2 * 3600);

/// Measures what the options name, and draws the charts of what there is.
///
/// Whatever becomes of one benchmark, the others run. Returns whether all could be
/// measured; a limit that is missed is printed, and no error: what must hold on a
/// busy machine, too, are the counts that `cargo xtask test gates` judges.
///
/// # Errors
///
/// A name that no benchmark has, or a chart that cannot be drawn.
pub(crate) fn run(options: &Options) -> Result<bool, Failure> {
    let shell = Shell::new(LIMIT)?;
    let folder = folder(&shell, options);
    std::fs::create_dir_all(&folder).context(folder.display())?;
    let micro = micro::names(&shell)?;
    let chosen = options.select(&micro)?;

    let mut failed = Vec::new();
    let mut missed = Vec::new();
    for name in &chosen {
        println!("\n=== {name}");
        let measured = if *name == STACK {
            stack::measure(&shell, options.quick)
        } else {
            micro::measure(&shell, name, options.quick)
        };
        match measured.and_then(|figures| figures.keep(&shell, &folder, name, options.quick)) {
            Ok(figures) => missed.extend(figures.missed(name)),
            Err(failure) => {
                println!("=== {name} FAILED: {failure}");
                failed.push(*name);
            }
        }
    }

    for chart in chart::draw(&folder, &micro)? {
        println!("drawn: {}", chart.display());
    }
    print!("{}", conclusion(options, &failed, &missed));
    Ok(failed.is_empty())
}

/// A quick run never overwrites figures that were measured with care.
fn folder(shell: &Shell, options: &Options) -> PathBuf {
    if options.quick {
        shell.target().join("bench-quick")
    } else {
        shell.root().join(PUBLISHED)
    }
}

fn conclusion(options: &Options, failed: &[&str], missed: &[String]) -> String {
    let mut lines = Vec::new();
    if options.quick {
        lines.push("a quick run shows that all of it works; its figures say little".to_owned());
    }
    lines.extend(missed.iter().map(|limit| format!("MISSED {limit}")));
    if !failed.is_empty() {
        lines.push(format!("could not be measured: {}", failed.join(", ")));
    }
    lines.push(format!(
        "{} limits missed, {} benchmarks failed\n",
        missed.len(),
        failed.len()
    ));
    lines.join("\n")
}

/// The quantile in the middle; none of no values.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_with_what_was_missed_and_what_failed() {
        let quick = Options {
            quick: true,
            ..Options::default()
        };

        assert_eq!(
            conclusion(&quick, &["jwt"], &["cors: 0.2 of 0.15".to_owned()]),
            "a quick run shows that all of it works; its figures say little\n\
             MISSED cors: 0.2 of 0.15\n\
             could not be measured: jwt\n\
             1 limits missed, 1 benchmarks failed\n"
        );
        assert_eq!(
            conclusion(&Options::default(), &[], &[]),
            "0 limits missed, 0 benchmarks failed\n"
        );
    }

    #[test]
    fn takes_the_middle() {
        assert_eq!(
            median(vec![9.0, 1.0, 2.0]).total_cmp(&2.0),
            std::cmp::Ordering::Equal
        );
        assert!(median(vec![]).is_nan());
    }
}

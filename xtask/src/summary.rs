//! What became of each step.

use std::fmt;
use std::time::Duration;

use crate::failure::Failure;
use crate::steps::Outcome;

/// The steps that have run, in order.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    name: &'static str,
    result: Result<Outcome, Failure>,
    took: Duration,
}

impl Summary {
    /// Notes how a step ended, and returns its line of the table.
    pub(crate) fn add(
        &mut self,
        name: &'static str,
        result: Result<Outcome, Failure>,
        took: Duration,
    ) -> String {
        let line = Line { name, result, took };
        let shown = line.to_string();
        self.lines.push(line);
        shown
    }

    /// Whether no step failed.
    pub(crate) fn passed(&self) -> bool {
        self.lines.iter().all(|line| line.result.is_ok())
    }

    fn count(&self, wanted: impl Fn(&Result<Outcome, Failure>) -> bool) -> usize {
        self.lines
            .iter()
            .filter(|line| wanted(&line.result))
            .count()
    }
}

impl fmt::Display for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, why) = match &self.result {
            Ok(Outcome::LeftOut(why)) => ("left out", format!("  {why}")),
            Ok(Outcome::Passed) => ("passed", String::new()),
            Err(failure) => ("FAILED", format!("  {failure}")),
        };
        let took = self.took.as_secs_f64();
        write!(formatter, "{:<10} {word:<8} {took:>7.1} s{why}", self.name)
    }
}

/// The table, and a last line of counts that other programs can read.
impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            writeln!(formatter, "{line}")?;
        }
        let passed = self.count(|result| matches!(result, Ok(Outcome::Passed)));
        let failed = self.count(Result::is_err);
        let left_out = self.count(|result| matches!(result, Ok(Outcome::LeftOut(_))));
        write!(formatter, "{passed} passed, {failed} failed")?;
        if left_out > 0 {
            write!(formatter, ", {left_out} skipped")?;
        }
        writeln!(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_passed_failed_and_was_left_out() {
        let mut summary = Summary::default();
        summary.add("fmt", Ok(Outcome::Passed), Duration::from_millis(1_250));
        summary.add("doc", Err(Failure::new("no")), Duration::from_secs(61));
        summary.add(
            "gates",
            Ok(Outcome::LeftOut("no valgrind".into())),
            Duration::ZERO,
        );

        assert!(!summary.passed());
        assert_eq!(
            summary.to_string(),
            "fmt        passed       1.2 s\n\
             doc        FAILED      61.0 s  no\n\
             gates      left out     0.0 s  no valgrind\n\
             1 passed, 1 failed, 1 skipped\n"
        );
    }

    #[test]
    fn the_last_line_stands_alone_when_all_passed() {
        let mut summary = Summary::default();
        summary.add("fmt", Ok(Outcome::Passed), Duration::ZERO);

        assert!(summary.passed());
        assert!(summary.to_string().ends_with("\n1 passed, 0 failed\n"));
    }
}

//! The charts of what was measured.

mod added;
mod stack;
mod svg;
#[cfg(test)]
mod xml;

use std::path::{Path, PathBuf};

use crate::failure::{Context, Failure};

use super::STACK;
use super::figures::{self, Figures};

/// Draws what has figures in `folder`, where `benches` are the names of the
/// benchmarks in the order in which their rows are to be shown.
///
/// Returns the files of the charts.
///
/// # Errors
///
/// A file cannot be read or written, or lacks what its chart shows.
pub(super) fn draw(folder: &Path, benches: &[String]) -> Result<Vec<PathBuf>, Failure> {
    let mut drawn = Vec::new();
    let mut measured = Vec::new();
    for name in benches {
        let file = figures::file(folder, name);
        if file.is_file() {
            measured.push(Figures::read(&file)?);
        }
    }
    if let Some(chart) = added::chart(&measured)? {
        drawn.push(write(folder, "layers.svg", &chart)?);
    }
    let file = figures::file(folder, STACK);
    if file.is_file() {
        let chart = stack::chart(&Figures::read(&file)?)?;
        drawn.push(write(folder, "stack.svg", &chart)?);
    }
    Ok(drawn)
}

fn write(folder: &Path, name: &str, chart: &str) -> Result<PathBuf, Failure> {
    let file = folder.join(name);
    std::fs::write(&file, chart).context(file.display())?;
    Ok(file)
}

/// When and on what it was measured: each only once, where files differ.
fn caption(measured: &[&Figures]) -> Vec<String> {
    let each = |name| {
        let mut found: Vec<&str> = measured.iter().filter_map(|one| one.text(name)).collect();
        found.sort_unstable();
        found.dedup();
        found
    };
    let dates = match each("date")[..] {
        [] => String::new(),
        [date] => format!("Measured on {date}, "),
        [first, .., last] => format!("Measured from {first} to {last}, "),
    };
    vec![format!("{dates}{}.", each("machine").join("; "))]
}

/// A number with its thousands apart.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_what_there_is() {
        let folder = tempfile::tempdir().unwrap();
        let names = ["cors", "jwt"].map(str::to_owned);
        assert!(draw(folder.path(), &names).unwrap().is_empty());

        let write = |name: &str, text: &str| {
            std::fs::write(figures::file(folder.path(), name), text).unwrap();
        };
        write("cors", added::SAMPLE);
        write(STACK, stack::SAMPLE);
        let drawn = draw(folder.path(), &names).unwrap();

        let names: Vec<_> = drawn.iter().map(|file| file.file_name().unwrap()).collect();
        assert_eq!(names, ["layers.svg", "stack.svg"]);
        for file in drawn {
            xml::check(&std::fs::read_to_string(file).unwrap()).unwrap();
        }
    }

    /// Those that are drawn by hand or committed are as well-formed as those drawn here.
    #[test]
    fn the_pictures_of_the_repository_are_well_formed() {
        let root = crate::shell::Shell::new(std::time::Duration::ZERO).unwrap();
        let mut seen = 0;
        for folder in ["docs", "docs/bench"] {
            for entry in std::fs::read_dir(root.root().join(folder)).unwrap() {
                let path = entry.unwrap().path();
                if path.extension().is_some_and(|extension| extension == "svg") {
                    let picture = std::fs::read_to_string(&path).unwrap();
                    xml::check(&picture).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
                    seen += 1;
                }
            }
        }
        assert_ne!(seen, 0);
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (number, expected) in [
            (0.4, "0"),
            (999.0, "999"),
            (1026.0, "1,026"),
            (1_234_567.0, "1,234,567"),
        ] {
            assert_eq!(grouped(number), expected);
        }
    }

    #[test]
    fn a_caption_names_each_date_and_machine_once() {
        let figures = |date, machine| {
            let text = format!(r#"{{"date": "{date}", "machine": "{machine}", "rows": []}}"#);
            Figures::parse(&text).unwrap()
        };
        let (a, b) = (figures("2026-11-22", "m"), figures("2026-11-25", "m"));

        assert_eq!(caption(&[&a, &a]), ["Measured on 2026-11-22, m."]);
        assert_eq!(
            caption(&[&b, &a]),
            ["Measured from 2026-11-22 to 2026-11-25, m."]
        );
    }
}

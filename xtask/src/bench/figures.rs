use std::path::{Path, PathBuf};

use crate::failure::{Context, Failure};
use crate::json::{self, Json};
use crate::shell::Shell;

use super::machine;

/// What a benchmark measured: an object with `rows`, as its file holds it.
#[derive(Clone, Debug)]
pub(super) struct Figures(Json);

impl Figures {
    pub(super) fn new(fields: Vec<(String, Json)>) -> Self {
        Self(Json::Object(fields))
    }

    /// # Errors
    ///
    /// The file is not there, or holds something else.
    pub(super) fn read(file: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(file).context(file.display())?;
        Self::parse(&text).map_err(|failure| Failure::new(format!("{}: {failure}", file.display())))
    }

    /// # Errors
    ///
    /// The text is no object with rows.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let value = json::parse(text)?;
        match value.get("rows").and_then(Json::as_list) {
            Some(_) => Ok(Self(value)),
            None => Err(Failure::new("no object with `rows`")),
        }
    }

    pub(super) fn rows(&self) -> &[Json] {
        self.0
            .get("rows")
            .and_then(Json::as_list)
            .unwrap_or_default()
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Json::as_text)
    }

    /// The applications of the comparison of stacks.
    pub(super) fn applications(&self) -> &[Json] {
        let applications = self.0.get("applications").and_then(Json::as_list);
        applications.unwrap_or_default()
    }

    /// Adds the date and the machine, and writes the file of the benchmark `name`.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub(super) fn keep(
        self,
        shell: &Shell,
        folder: &Path,
        name: &str,
        quick: bool,
    ) -> Result<Self, Failure> {
        let Json::Object(measured) = self.0 else {
            return Err(Failure::new("no figures"));
        };
        let mut fields = vec![
            ("bench".to_owned(), Json::text(name)),
            ("date".to_owned(), Json::text(machine::today())),
            ("machine".to_owned(), Json::text(machine::describe(shell))),
            ("quick".to_owned(), Json::Bool(quick)),
        ];
        fields.extend(measured.into_iter().filter(|(field, _)| field != "bench"));
        let figures = Self(Json::Object(fields));
        let file = file(folder, name);
        std::fs::write(&file, format!("{}\n", figures.0)).context(file.display())?;
        println!("written: {}", file.display());
        Ok(figures)
    }

    /// The limits that do not hold, in words.
    pub(super) fn missed(&self, bench: &str) -> Vec<String> {
        let missed = |row: &&Json| row.get("met").and_then(Json::as_bool) == Some(false);
        let describe = |row: &Json| {
            let number = |name| row.get(name).and_then(Json::as_number);
            let (figure, limit) = if let Some(limit) = number("limit_bytes") {
                ("bytes", format!("at most {limit} bytes"))
            } else if let Some(limit) = number("limit") {
                ("ratio", format!("at most {limit}"))
            } else {
                let limit = number("at_least").map(|limit| format!("at least {limit}"));
                ("ratio", limit.unwrap_or_default())
            };
            let figure = number(figure).map_or_else(|| "-".to_owned(), |found| found.to_string());
            let name = row.get("name").and_then(Json::as_text).unwrap_or_default();
            format!("{bench}, {name}: {figure}, to be {limit}")
        };
        self.rows().iter().filter(missed).map(describe).collect()
    }
}

/// The file of a benchmark in `folder`.
pub(super) fn file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.json"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn keeps_what_was_measured_with_date_and_machine() {
        let folder = tempfile::tempdir().unwrap();
        let figures = r#"{"bench": "cors", "rows": [
            {"name": "plain", "ratio": 0.2, "limit": 0.15, "met": false},
            {"name": "actual", "ratio": 0.2, "limit": 0.25, "met": true},
            {"name": "gain", "ratio": 1.2, "at_least": 1.5, "met": false},
            {"name": "memory", "bytes": 24, "ratio": 0.4, "limit_bytes": 20, "met": false},
            {"name": "broken", "limit": 1, "met": false}]}"#;
        let shell = Shell::new(Duration::from_secs(60)).unwrap();

        let figures = Figures::parse(figures).unwrap();
        figures.keep(&shell, folder.path(), "cors", false).unwrap();

        let read = Figures::read(&file(folder.path(), "cors")).unwrap();
        assert_eq!(read.text("bench"), Some("cors"));
        assert_eq!(read.text("date").map(str::len), Some(10));
        assert_eq!(
            read.missed("cors"),
            [
                "cors, plain: 0.2, to be at most 0.15",
                "cors, gain: 1.2, to be at least 1.5",
                "cors, memory: 24, to be at most 20 bytes",
                "cors, broken: -, to be at most 1",
            ]
        );
    }

    #[test]
    fn what_has_no_rows_is_refused() {
        for text in ["{}", "[]", r#"{"rows": 1}"#, "{"] {
            assert!(Figures::parse(text).is_err(), "{text}");
        }
    }
}

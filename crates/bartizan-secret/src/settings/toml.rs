use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::de::{DeInteger, DeTable, DeValue};

use crate::SecretString;
use crate::settings::file;
use crate::settings::sources::{MAX_DOTENV, Sources, Value, join};
use crate::settings::{Origin, Problem, ProblemKind};

impl Sources {
    pub(crate) fn read_toml(&mut self, path: &Path) {
        let (text, exposed) = match self.open_toml(path) {
            Ok(Some(read)) => read,
            Ok(None) => return,
            Err(kind) => {
                let origin = Some(Origin::File(path.to_owned()));
                let problem = Problem::new(String::new(), origin, kind);
                return self.problems.push(problem);
            }
        };
        let text = text.expose_secret();
        let file = TomlFile {
            path: Arc::new(path.to_owned()),
            lines: Lines::of(text),
            exposed,
        };
        let (table, errors) = DeTable::parse_recoverable(text);
        let is_read = errors.is_empty();
        for error in errors {
            let at = error.span().map_or(text.len(), |span| span.start);
            // What the parser says is fixed text, which repeats nothing of the file.
            let reason = Some(error.message().to_owned());
            let kind = ProblemKind::Invalid { reason };
            let problem = Problem::new(String::new(), Some(file.origin(at)), kind);
            self.problems.push(problem);
        }
        // Behind a quote that is missing or one too many, what was meant as a value is
        // taken for a name, and names are told.
        if is_read {
            self.add_table(&file, "", table.into_inner());
        }
    }

    /// Reads the text, and the permissions if others may read it, too.
    fn open_toml(&self, path: &Path) -> Result<Option<(SecretString, Option<u32>)>, ProblemKind> {
        let read = |forbidden| file::read(path, MAX_DOTENV, forbidden);
        if self.shared_files {
            return Ok(read(file::NOTHING)?.map(|text| (text, None)));
        }
        match read(file::READ_OR_WRITE) {
            Err(ProblemKind::Exposed { mode }) => {
                Ok(read(file::WRITE)?.map(|text| (text, Some(mode))))
            }
            read => Ok(read?.map(|text| (text, None))),
        }
    }

    fn add_table(&mut self, file: &TomlFile, group: &str, table: DeTable<'_>) {
        for (name, value) in table {
            let at = name.span().start;
            let key = join(group, name.get_ref());
            self.add_value(file, key, at, value.into_inner());
        }
    }

    fn add_value(&mut self, file: &TomlFile, key: String, at: usize, value: DeValue<'_>) {
        let text = match value {
            DeValue::Table(table) => return self.add_table(file, &key, table),
            // A list of nothing has no numbers; as a text it is empty.
            DeValue::Array(array) if array.is_empty() => SecretString::from(""),
            DeValue::Array(array) => {
                for (number, element) in array.into_iter().enumerate() {
                    let key = join(&key, &number.to_string());
                    let at = element.span().start;
                    self.add_value(file, key, at, element.into_inner());
                }
                return;
            }
            DeValue::String(Cow::Borrowed(text)) => text.into(),
            DeValue::String(Cow::Owned(text)) => text.into(),
            DeValue::Integer(number) => decimal(&number).into(),
            DeValue::Float(number) => number.as_str().into(),
            DeValue::Boolean(is_true) => is_true.to_string().into(),
            DeValue::Datetime(time) => time.to_string().into(),
        };
        let value = Value {
            exposed: file.exposed,
            ..Value::new(text, file.origin(at))
        };
        self.insert(|sources| &mut sources.toml, key, value);
    }
}

/// In decimal, as our numbers are read.
fn decimal(number: &DeInteger<'_>) -> String {
    match i128::from_str_radix(number.as_str(), number.radix()) {
        Ok(number) => number.to_string(),
        Err(_) => number.to_string(),
    }
}

struct TomlFile {
    path: Arc<PathBuf>,
    lines: Lines,
    exposed: Option<u32>,
}

impl TomlFile {
    fn origin(&self, at: usize) -> Origin {
        Origin::Toml {
            path: Arc::clone(&self.path),
            line: self.lines.number(at),
        }
    }
}

/// Where the lines of a text end.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        let bytes = text.bytes().enumerate();
        Self(
            bytes
                .filter_map(|(at, byte)| (byte == b'\n').then_some(at))
                .collect(),
        )
    }

    /// The number of the line with the byte at this place, counted from 1.
    fn number(&self, at: usize) -> usize {
        self.0.partition_point(|end| *end < at) + 1
    }
}

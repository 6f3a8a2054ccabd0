use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::SecretString;
use crate::settings::dotenv::Dotenv;
use crate::settings::{Origin, Problem, ProblemKind, file};

/// The greatest length of a secret's file, in bytes.
const MAX_SECRET: u64 = 64 * 1024;
/// The greatest length of a `.env` or TOML file, in bytes.
pub(crate) const MAX_DOTENV: u64 = 1024 * 1024;

/// Between the names of a group and of what is in it, in a key.
pub(crate) const NESTING: &str = "__";
const FILE_SUFFIX: &str = "_file";

/// A value and where it came from.
#[derive(Clone)]
pub(crate) struct Value {
    pub(crate) text: SecretString,
    pub(crate) origin: Origin,
    /// The permissions of a file that others may read, and in which no secret may be.
    pub(crate) exposed: Option<u32>,
}

impl Value {
    pub(crate) fn new(text: SecretString, origin: Origin) -> Self {
        Self {
            text,
            origin,
            exposed: None,
        }
    }
}

/// The values of one source by key: the name in lower case, without the prefix.
pub(crate) type Layer = BTreeMap<String, Value>;

/// All sources, read but for the files of secrets.
#[derive(Default)]
pub(crate) struct Sources {
    pub(crate) prefix: String,
    /// Whether nobody else has names with the prefix.
    pub(crate) owns_prefix: bool,
    pub(crate) shared_files: bool,
    pub(crate) code: Layer,
    pub(crate) environment: Layer,
    pub(crate) dotenv: Layer,
    pub(crate) files: BTreeMap<String, PathBuf>,
    pub(crate) toml: Layer,
    pub(crate) problems: Vec<Problem>,
}

impl Sources {
    /// The key of a name of the outside, if it has the prefix.
    pub(crate) fn key(&self, name: &str) -> Option<String> {
        let name = name.to_ascii_lowercase();
        let key = name.strip_prefix(&self.prefix.to_ascii_lowercase())?;
        (!key.is_empty()).then(|| key.to_owned())
    }

    /// The name that a key has in the environment.
    pub(crate) fn name(&self, key: &str) -> String {
        format!("{}{key}", self.prefix).to_ascii_uppercase()
    }

    pub(crate) fn problem(&mut self, key: &str, origin: Origin, kind: ProblemKind) {
        self.problems
            .push(Problem::new(self.name(key), Some(origin), kind));
    }

    pub(crate) fn read_environment(&mut self, name: &str, text: Option<SecretString>) {
        let origin = Origin::Environment(name.to_owned());
        let Some(key) = self.key(name) else {
            if self.owns_prefix && name.eq_ignore_ascii_case(&self.prefix) {
                self.problem("", origin, ProblemKind::Unknown);
            }
            return;
        };
        match text {
            None => self.problem(&key, origin, ProblemKind::NotText),
            Some(text) => {
                let value = Value::new(text, origin);
                self.insert(|sources| &mut sources.environment, key, value);
            }
        }
    }

    /// Reads a name that no setting can have.
    pub(crate) fn read_odd_name(&mut self, name: String) {
        if let Some(key) = self.key(&name).filter(|_| self.owns_prefix) {
            self.problem(&key, Origin::Environment(name), ProblemKind::Unknown);
        }
    }

    pub(crate) fn read_dotenv(&mut self, path: &Path) {
        let text = match file::read(path, MAX_DOTENV, self.forbidden()) {
            Ok(Some(text)) => text,
            Ok(None) => return,
            Err(kind) => {
                let origin = Some(Origin::File(path.to_owned()));
                return self
                    .problems
                    .push(Problem::new(String::new(), origin, kind));
            }
        };
        let path = Arc::new(path.to_owned());
        let Dotenv { entries, bad_lines } = Dotenv::parse(text.expose_secret());
        for line in bad_lines {
            let origin = Some(Origin::Dotenv {
                path: Arc::clone(&path),
                line,
            });
            self.problems
                .push(Problem::new(String::new(), origin, ProblemKind::BadLine));
        }
        for entry in entries {
            let Some(key) = self.key(&entry.name) else {
                continue;
            };
            let origin = Origin::Dotenv {
                path: Arc::clone(&path),
                line: entry.line,
            };
            let value = Value::new(entry.value, origin);
            self.insert(|sources| &mut sources.dotenv, key, value);
        }
    }

    /// Lists the files; each is opened when its setting is asked for.
    pub(crate) fn read_directory(&mut self, path: &Path) {
        let listed = fs::read_dir(path).and_then(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<io::Result<Vec<_>>>()
        });
        let mut paths = match listed {
            Ok(paths) => paths,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => {
                let origin = Some(Origin::File(path.to_owned()));
                let kind = ProblemKind::Unreadable(error.kind());
                return self
                    .problems
                    .push(Problem::new(String::new(), origin, kind));
            }
        };
        paths.sort();
        for path in paths {
            let name = path.file_name().and_then(|name| name.to_str());
            let Some(key) = name.and_then(|name| self.key(name)) else {
                continue;
            };
            match self.files.entry(key) {
                Entry::Vacant(vacant) => drop(vacant.insert(path)),
                Entry::Occupied(taken) => {
                    let key = taken.key().clone();
                    self.problem(&key, Origin::File(path), ProblemKind::Duplicate);
                }
            }
        }
    }

    /// What others must not be allowed to do with a file of secrets.
    fn forbidden(&self) -> file::Forbidden {
        if self.shared_files {
            file::NOTHING
        } else {
            file::READ_OR_WRITE
        }
    }

    pub(crate) fn insert(
        &mut self,
        layer: impl Fn(&mut Self) -> &mut Layer,
        key: String,
        value: Value,
    ) {
        match layer(self).entry(key) {
            Entry::Vacant(vacant) => drop(vacant.insert(value)),
            Entry::Occupied(taken) => {
                let key = taken.key().clone();
                self.problem(&key, value.origin, ProblemKind::Duplicate);
            }
        }
    }

    /// The names directly in a group. `NAME_FILE` variables count as `NAME`.
    pub(crate) fn children(&self, group: &str) -> BTreeSet<String> {
        let child = |key: &String, is_variable: bool| {
            let rest = if group.is_empty() {
                key
            } else {
                key.strip_prefix(group)?.strip_prefix(NESTING)?
            };
            let name = match rest.split_once(NESTING) {
                Some((name, _)) => name,
                None if is_variable => without_file_suffix(rest).unwrap_or(rest),
                None => rest,
            };
            (!name.is_empty()).then(|| name.to_owned())
        };
        let variables = self.environment.keys().chain(self.dotenv.keys());
        let variables = variables.chain(self.toml.keys());
        let others = self.code.keys().chain(self.files.keys());
        let variables = variables.filter_map(|key| child(key, true));
        variables
            .chain(others.filter_map(|key| child(key, false)))
            .collect()
    }

    /// Tells whether the key has a text, and is no group.
    pub(crate) fn is_text(&self, key: &str) -> bool {
        self.plain(key).is_some() || self.toml_text(key).is_some()
    }

    /// Finds the text that a TOML file has for a key, unless a source above has made
    /// a group of it.
    pub(crate) fn toml_text(&self, key: &str) -> Option<&Value> {
        let is_inside = |other: &String| {
            let rest = other.strip_prefix(key);
            rest.is_some_and(|rest| rest.starts_with(NESTING))
        };
        let above = [&self.code, &self.environment, &self.dotenv];
        let mut above = above.into_iter().flat_map(|layer| layer.keys());
        let value = self.toml.get(key)?;
        let is_group = above.any(is_inside) || self.files.keys().any(is_inside);
        (!is_group).then_some(value)
    }

    /// Tells whether a source above the TOML files has a text where they have a group
    /// with this key in it.
    pub(crate) fn is_overridden(&self, key: &str) -> bool {
        let mut ends = key.match_indices(NESTING).map(|(at, _)| at);
        ends.any(|at| {
            key.get(..at)
                .is_some_and(|group| self.plain(group).is_some())
        })
    }

    /// Finds the value of a key that is neither in a file of its own nor in TOML.
    pub(crate) fn plain(&self, key: &str) -> Option<&Value> {
        let layers = [&self.code, &self.environment, &self.dotenv];
        layers.into_iter().find_map(|layer| layer.get(key))
    }

    /// Finds the file that a `NAME_FILE` variable names for this key, or that the
    /// secrets directory has for it.
    pub(crate) fn file(&self, key: &str) -> Option<(PathBuf, Option<&Origin>)> {
        let name = format!("{key}{FILE_SUFFIX}");
        let variable = self
            .environment
            .get(&name)
            .or_else(|| self.dotenv.get(&name));
        match variable {
            Some(value) => Some((value.text.expose_secret().into(), Some(&value.origin))),
            None => self.directory_file(key),
        }
    }

    /// Finds the file that `NAME_FILE` in a TOML file names for this key.
    pub(crate) fn toml_file(&self, key: &str) -> Option<(PathBuf, Option<&Origin>)> {
        let value = self.toml.get(&format!("{key}{FILE_SUFFIX}"))?;
        Some((value.text.expose_secret().into(), Some(&value.origin)))
    }

    /// Finds the file that the secrets directory has for this key.
    pub(crate) fn directory_file(&self, key: &str) -> Option<(PathBuf, Option<&Origin>)> {
        self.files.get(key).map(|path| (path.clone(), None))
    }

    /// Reads a file that `file` found.
    pub(crate) fn read_file(
        &self,
        (path, named_by): (PathBuf, Option<&Origin>),
    ) -> Result<Value, (Origin, ProblemKind)> {
        let read = file::read(&path, MAX_SECRET, self.forbidden());
        // Not the path: it may be the secret itself, put into the wrong variable.
        let origin = named_by.cloned().unwrap_or(Origin::File(path));
        match read {
            Ok(Some(text)) => {
                let text = text.map(|text| SecretString::from(without_line_break(text)));
                Ok(Value::new(text, origin))
            }
            Ok(None) => Err((origin, ProblemKind::Unreadable(io::ErrorKind::NotFound))),
            Err(kind) => Err((origin, kind)),
        }
    }
}

/// Without the one line break that editors and `echo` leave at the end.
fn without_line_break(text: &str) -> &str {
    text.strip_suffix("\r\n")
        .or_else(|| text.strip_suffix('\n'))
        .unwrap_or(text)
}

/// The key of which this is the `NAME_FILE` key.
pub(crate) fn without_file_suffix(key: &str) -> Option<&str> {
    key.strip_suffix(FILE_SUFFIX)
}

/// The key of something in a group.
pub(crate) fn join(group: &str, name: &str) -> String {
    let name = name.to_ascii_lowercase();
    if group.is_empty() {
        name
    } else {
        format!("{group}{NESTING}{name}")
    }
}

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// All that was wrong with the settings, found in one go.
///
/// `Display` gives one line for each problem: the name, where its value came
/// from, and what is wrong. No value is in it.
#[derive(Debug)]
pub struct SettingsError {
    problems: Vec<Problem>,
}

impl SettingsError {
    pub(crate) fn new(problems: Vec<Problem>) -> Self {
        Self { problems }
    }

    /// Returns the problems, of which there is at least one.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl std::error::Error for SettingsError {}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.problems.len() == 1 { "" } else { "s" };
        write!(f, "{} problem{plural} in the settings", self.problems.len())?;
        self.problems
            .iter()
            .try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

/// One thing that is wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    name: String,
    origin: Option<Origin>,
    kind: ProblemKind,
}

impl Problem {
    pub(crate) fn new(name: String, origin: Option<Origin>, kind: ProblemKind) -> Self {
        Self { name, origin, kind }
    }

    /// Returns the setting's name as the environment would have it, such as
    /// `APP_DB__URL`; empty when the problem is with a whole file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns where the value came from, if there was one.
    #[must_use]
    pub fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// Returns what is wrong.
    #[must_use]
    pub fn kind(&self) -> &ProblemKind {
        &self.kind
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match &self.origin {
            Some(origin) if self.name.is_empty() => write!(f, "{origin}")?,
            Some(origin) => write!(f, " ({origin})")?,
            None if self.name.is_empty() => f.write_str("the settings as a whole")?,
            None => {}
        }
        write!(f, ": {}", self.kind)
    }
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// [`Loader::set`](crate::settings::Loader::set).
    Code,
    /// A line of a `.env` file.
    Dotenv {
        /// The file.
        path: Arc<PathBuf>,
        /// The line on which the assignment begins, counted from 1.
        line: usize,
    },
    /// An environment variable, spelled as it was found: `NAME`, or `NAME_FILE`
    /// that names the file. The file is not told, since a secret that is put into
    /// the wrong one of the two would be shown.
    Environment(String),
    /// A file found in a secrets directory, or one whose path the code gave.
    File(PathBuf),
    /// A line of a TOML file.
    Toml {
        /// The file.
        path: Arc<PathBuf>,
        /// The line on which the name stands, counted from 1.
        line: usize,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code => f.write_str("set in code"),
            Self::Dotenv { path, line } | Self::Toml { path, line } => {
                write!(f, "{}:{line}", path.display())
            }
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::File(path) => write!(f, "file {}", path.display()),
        }
    }
}

/// What is wrong with a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The line is not an assignment.
    BadLine,
    /// The name is set more than once in one source, letter case aside.
    Duplicate,
    /// The file may be read or written by others than its owner.
    Exposed {
        /// The permission bits.
        mode: u32,
    },
    /// The value is refused by its type, or a group of settings by its own.
    Invalid {
        /// What the type says, unless it repeats a part of the value.
        reason: Option<String>,
    },
    /// The setting has neither a value nor a default.
    Missing,
    /// The value is not Unicode text.
    NotText,
    /// The file holds more than a setting can have.
    TooLong {
        /// The greatest length, in bytes.
        limit: u64,
    },
    /// Whether more settings of the same group are missing could not be told: no
    /// stand-in could be made for this one.
    Unchecked,
    /// No setting has this name.
    Unknown,
    /// The file cannot be read.
    Unreadable(io::ErrorKind),
    /// The value does not have the form that its type has.
    WrongType {
        /// The form that it should have.
        expected: String,
    },
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadLine => f.write_str("not an assignment"),
            Self::Duplicate => f.write_str("set more than once"),
            Self::Exposed { mode } => {
                write!(
                    f,
                    "open to others than its owner (mode {:04o})",
                    mode & 0o7777
                )
            }
            Self::Invalid { reason: None } => f.write_str("refused by its type"),
            Self::Invalid {
                reason: Some(reason),
            } => f.write_str(reason),
            Self::Missing => f.write_str("missing"),
            Self::NotText => f.write_str("not Unicode text"),
            Self::TooLong { limit } => write!(f, "longer than {limit} bytes"),
            Self::Unchecked => {
                f.write_str("until it is right, others beside it may be missing unseen")
            }
            Self::Unknown => f.write_str("no setting has this name"),
            Self::Unreadable(kind) => write!(f, "cannot be read: {kind}"),
            Self::WrongType { expected } => write!(f, "expected {expected}"),
        }
    }
}

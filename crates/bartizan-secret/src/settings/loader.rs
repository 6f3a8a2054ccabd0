use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use serde::de::DeserializeOwned;

use crate::SecretString;
use crate::settings::run::Run;
use crate::settings::sources::{NESTING, Sources, Value};
use crate::settings::{Origin, SettingsError};

/// Collects the sources of settings, and makes a value of any type that serde
/// can read from them.
///
/// ```
/// use bartizan_secret::settings::Loader;
/// # #[derive(serde::Deserialize)]
/// # struct Settings { port: u16 }
///
/// let settings: Settings =
///     Loader::new().prefix("APP_").environment([("APP_PORT", "8080")]).load()?;
///
/// assert_eq!(settings.port, 8080);
/// # Ok::<(), bartizan_secret::settings::SettingsError>(())
/// ```
#[must_use]
#[derive(Default)]
pub struct Loader {
    prefix: String,
    owns_prefix: bool,
    shared_files: bool,
    code: Vec<(String, SecretString)>,
    environment: Vec<(String, Option<SecretString>)>,
    /// Names in the environment that are not text, as far as they are.
    odd_names: Vec<String>,
    dotenv: Vec<PathBuf>,
    #[cfg(feature = "toml")]
    toml: Vec<PathBuf>,
    directories: Vec<PathBuf>,
}

impl Loader {
    /// Starts without any source.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads only names that begin with this, letter case aside, such as `APP_`.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Reads only names that begin with this, and takes all of them for settings: one
    /// that none has is a problem in the environment and in directories, too.
    ///
    /// A misspelt name would otherwise leave a limit or a check at its default. Choose
    /// a prefix that others do not use: Kubernetes sets variables for each service,
    /// `APP_PORT` and `APP_SERVICE_HOST` for one called `app`.
    ///
    /// ```
    /// use bartizan_secret::settings::Loader;
    /// # #[derive(Debug, serde::Deserialize)]
    /// # struct Settings { #[serde(default)] debug: bool }
    ///
    /// let loader = Loader::new().own_prefix("APP_").environment([("APP_DEBUGG", "true")]);
    ///
    /// assert_eq!(
    ///     loader.load::<Settings>().unwrap_err().to_string(),
    ///     "1 problem in the settings\n  \
    ///      APP_DEBUGG (environment variable APP_DEBUGG): no setting has this name"
    /// );
    /// ```
    pub fn own_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.owns_prefix = true;
        self.prefix(prefix)
    }

    /// Sets one value, over all other sources. Groups are parted by dots:
    /// `db.url`. Of two values for one key the later counts.
    pub fn set(mut self, key: &str, value: impl Into<SecretString>) -> Self {
        self.code.push((key.to_owned(), value.into()));
        self
    }

    /// Adds environment variables.
    pub fn environment<K, V>(mut self, variables: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<OsString>,
        V: Into<OsString>,
    {
        for (name, value) in variables {
            match name.into().into_string() {
                Ok(name) => {
                    let value = value.into().into_string().ok().map(SecretString::from);
                    self.environment.push((name, value));
                }
                Err(name) => self.odd_names.push(name.to_string_lossy().into_owned()),
            }
        }
        self
    }

    /// Adds the environment variables of this process.
    pub fn process_environment(self) -> Self {
        self.environment(std::env::vars_os())
    }

    /// Adds a `.env` file. When there is none, nothing is added.
    ///
    /// The syntax is dotenvy's, except that `$NAME` stands for itself.
    pub fn dotenv(mut self, path: impl Into<PathBuf>) -> Self {
        self.dotenv.push(path.into());
        self
    }

    /// Adds a TOML file, below all other sources. When there is none, nothing is
    /// added.
    ///
    /// Its names have no prefix: `url` in the table `[db]` is what `APP_DB__URL` is in
    /// the environment. Others may read the file, unless it has a value for a secret
    /// of this crate's types, but not write it (Unix only).
    #[cfg(feature = "toml")]
    pub fn toml(mut self, path: impl Into<PathBuf>) -> Self {
        self.toml.push(path.into());
        self
    }

    /// Adds a directory with a file for each secret, such as `/run/secrets`.
    /// When there is none, nothing is added.
    pub fn secrets_directory(mut self, path: impl Into<PathBuf>) -> Self {
        self.directories.push(path.into());
        self
    }

    /// Takes files that their group or others may read or write.
    ///
    /// Whoever else is on the machine may then know the secrets. Containers that
    /// mount secrets with mode 0444 or 0644 and run nothing else can afford it.
    pub fn insecure_shared_files(mut self) -> Self {
        self.shared_files = true;
        self
    }

    /// Reads all sources and makes the settings.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] with everything that is wrong, not just the first.
    pub fn load<T: DeserializeOwned>(self) -> Result<T, SettingsError> {
        let mut sources = Sources {
            prefix: self.prefix,
            owns_prefix: self.owns_prefix,
            shared_files: self.shared_files,
            ..Sources::default()
        };
        for (key, text) in self.code {
            let key = key.replace('.', NESTING).to_ascii_lowercase();
            sources.code.insert(key, Value::new(text, Origin::Code));
        }
        for (name, text) in self.environment {
            sources.read_environment(&name, text);
        }
        for name in self.odd_names {
            sources.read_odd_name(name);
        }
        for path in self.dotenv {
            sources.read_dotenv(&path);
        }
        for path in self.directories {
            sources.read_directory(&path);
        }
        #[cfg(feature = "toml")]
        for path in self.toml {
            sources.read_toml(&path);
        }
        Run::new(sources).load().map_err(SettingsError::new)
    }
}

impl fmt::Debug for Loader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loader")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

//! The settings loader from outside: every source, every problem.
#![cfg(feature = "settings")]
#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

mod sources;
#[cfg(feature = "toml")]
mod toml;
mod types;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs;
use std::net::IpAddr;
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};

use bartizan_secret::SecretString;
use bartizan_secret::settings::{Loader, ProblemKind, SettingsError};
use proptest::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tempfile::TempDir;

#[derive(Debug, Deserialize, PartialEq)]
struct Settings {
    db: Database,
    #[serde(default)]
    debug: bool,
    hosts: Option<Vec<String>>,
    level: Level,
    port: NonZeroU16,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Database {
    address: IpAddr,
    password: SecretString,
    pool: Option<Pool>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Pool {
    size: u8,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Level {
    Debug,
    Info,
}

const COMPLETE: [(&str, &str); 4] = [
    ("APP_DB__ADDRESS", "10.0.0.1"),
    ("APP_DB__PASSWORD", "hunter2"),
    ("APP_LEVEL", "info"),
    ("APP_PORT", "8080"),
];

#[test]
fn reports_everything_that_is_missing() {
    assert_problems::<Settings>(
        app(),
        "APP_DB__ADDRESS: missing\n\
         APP_DB__PASSWORD: missing\n\
         APP_LEVEL: missing\n\
         APP_PORT: missing",
    );
}

#[test]
fn reports_everything_that_is_wrong() {
    let environment = [
        ("APP_DB__ADDRESS", "hunter2hunter2"),
        ("APP_DB__POOL__SIZE", "256"),
        ("APP_DEBUG", "hunter2"),
        ("APP_LEVEL", "hunter2"),
        ("APP_PORT", "0"),
    ];
    assert_problems::<Settings>(
        app().environment(environment),
        "APP_DB__ADDRESS (environment variable APP_DB__ADDRESS): invalid IP address syntax\n\
         APP_DB__POOL__SIZE (environment variable APP_DB__POOL__SIZE): \
         expected a whole number from 0 to 255\n\
         APP_DB__PASSWORD: missing\n\
         APP_DEBUG (environment variable APP_DEBUG): expected true or false\n\
         APP_LEVEL (environment variable APP_LEVEL): expected one of debug, info\n\
         APP_PORT (environment variable APP_PORT): expected a nonzero u16",
    );
}

#[test]
fn names_the_line_of_a_dotenv_file() {
    let files = Files::new();
    let dotenv = files.write(
        ".env",
        "# comment\nAPP_PORT=hunter2\nAPP_PROT=1\nhunter2 hunter2\nOTHER=1\nAPP_LEVEL=info\n\
         APP_LEVEL=debug\nAPP_DB__PASSWORD_FILE=hunter2\nAPP_DB__ADRESS=::1\nAPP_DEBUG__X=1\n",
    );
    let path = dotenv.display();
    assert_problems::<Settings>(
        app().dotenv(&dotenv).set("db.passwrd", "hunter2"),
        &format!(
            "{path}:4: not an assignment\n\
             APP_LEVEL ({path}:7): set more than once\n\
             APP_DB__PASSWORD ({path}:8): cannot be read: entity not found\n\
             APP_DB__ADDRESS: missing\n\
             APP_DEBUG: expected a value, not a group\n\
             APP_PORT ({path}:2): expected a whole number from 0 to 65535\n\
             APP_DB__PASSWRD (set in code): no setting has this name\n\
             APP_DB__ADRESS ({path}:9): no setting has this name\n\
             APP_PROT ({path}:3): no setting has this name"
        ),
    );
}

proptest! {
    #[test]
    fn no_error_shows_a_value(
        values in proptest::collection::vec((0..NAMES.len(), "[ ,0-9]{0,3}hunter2[\"'a-z,]{0,3}"), 0..8),
    ) {
        let environment: BTreeMap<_, _> =
            values.into_iter().map(|(at, value)| (NAMES[at], value)).collect();
        if let Err(error) = app().environment(environment).load::<Settings>() {
            let shown = format!("{error} {error:?}");
            prop_assert!(!shown.contains("hunter2") && !shown.contains("hunt"), "{}", shown);
        }
    }
}

const NAMES: [&str; 10] = [
    "APP_DB",
    "APP_DB__ADDRESS",
    "APP_DB__PASSWORD",
    "APP_DB__PASSWORD_FILE",
    "APP_DB__POOL",
    "APP_DB__POOL__SIZE",
    "APP_DEBUG",
    "APP_HOSTS",
    "APP_LEVEL",
    "APP_PORT",
];

#[test]
fn the_loader_shows_no_value() {
    let loader = app().environment(COMPLETE).set("port", "hunter2");

    assert_eq!(format!("{loader:?}"), "Loader { prefix: \"APP_\", .. }");
}

fn app() -> Loader {
    Loader::new().prefix("APP_")
}

/// Each problem on its own line, without the headline.
fn lines(error: &SettingsError) -> String {
    let problems = error.problems().iter().map(ToString::to_string);
    problems.collect::<Vec<_>>().join("\n")
}

fn assert_problems<T: Debug + DeserializeOwned>(loader: Loader, expected: &str) {
    let error = loader.load::<T>().unwrap_err();

    assert_eq!(lines(&error), expected);
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

/// A folder of files that only their owner may open.
struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, content).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        path
    }

    fn directory(&self, name: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::create_dir_all(&path).unwrap();
        path
    }
}

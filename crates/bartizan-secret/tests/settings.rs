//! The settings loader from outside: every source, every problem.
#![cfg(feature = "settings")]
#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

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
fn reads_every_type_from_text() {
    let more = [
        ("app_debug", "YES"),
        ("App_Hosts", "a.example, b.example"),
        ("APP_DB__POOL__SIZE", " 4 "),
        ("APP_LEVEL_OF_ANOTHER", "x"),
        ("PATH", "/bin"),
    ];
    let settings: Settings = app()
        .environment(COMPLETE)
        .environment(more)
        .load()
        .unwrap();

    assert!(settings.debug);
    assert_eq!(settings.hosts.unwrap(), ["a.example", "b.example"]);
    assert_eq!(settings.db.pool, Some(Pool { size: 4 }));
    assert_eq!(settings.db.address, IpAddr::from([10, 0, 0, 1]));
    assert_eq!(settings.db.password, SecretString::from("hunter2"));
    assert_eq!((settings.level, settings.port.get()), (Level::Info, 8080));
}

#[test]
fn leaves_out_what_has_a_default() {
    let settings: Settings = app().environment(COMPLETE).load().unwrap();

    assert!(!settings.debug);
    assert_eq!((settings.hosts, settings.db.pool), (None, None));
}

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
fn each_source_is_below_the_one_before() {
    #[derive(Debug, Deserialize)]
    struct One {
        #[serde(default)]
        key: String,
    }
    let files = Files::new();
    let dotenv = files.write(".env", "KEY=dotenv\n");
    let dotenv_file = files.write("b.env", &format!("KEY_FILE={}\n", dotenv.display()));
    let named = files.write("named", "named\n");
    let secrets = files.directory("secrets");
    files.write("secrets/key", "directory\n\n");
    let load = |loader: Loader| loader.load::<One>().unwrap().key;

    let loader = Loader::new();
    assert_eq!(load(loader), "");
    let loader = || Loader::new().secrets_directory(&secrets);
    assert_eq!(load(loader()), "directory\n");
    let loader = || {
        Loader::new()
            .secrets_directory(&secrets)
            .dotenv(&dotenv_file)
    };
    assert_eq!(load(loader()), "KEY=dotenv");
    let loader = || {
        let named = named.to_str().unwrap();
        Loader::new()
            .secrets_directory(&secrets)
            .dotenv(&dotenv_file)
            .environment([("Key_File", named)])
    };
    assert_eq!(load(loader()), "named");
    let loader = || loader().dotenv(files.write("c.env", "key=dotenv\n"));
    assert_eq!(load(loader()), "dotenv");
    let loader = || loader().environment([("KEY", "environment")]);
    assert_eq!(load(loader()), "environment");
    assert_eq!(load(loader().set("key", "code")), "code");
}

#[test]
fn a_setting_may_itself_end_in_file() {
    #[derive(Debug, Deserialize)]
    struct Logging {
        log: Option<String>,
        log_file: PathBuf,
    }

    let environment = [("LOG_FILE", "/nowhere/log")];
    let logging: Logging = Loader::new().environment(environment).load().unwrap();

    assert_eq!(logging.log_file, Path::new("/nowhere/log"));
    assert_eq!(logging.log, None);
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

#[test]
fn a_name_that_differs_by_case_alone_is_set_twice() {
    let environment = [("app_port", "1"), ("APP_PORT", "2")];
    assert_problems::<Settings>(
        app()
            .environment(COMPLETE.into_iter().filter(|(name, _)| *name != "APP_PORT"))
            .environment(environment),
        "APP_PORT (environment variable APP_PORT): set more than once",
    );
}

#[cfg(unix)]
#[test]
fn refuses_files_that_others_may_open() {
    use std::os::unix::fs::PermissionsExt;

    #[derive(Debug, Deserialize)]
    struct One {
        key: SecretString,
    }
    let files = Files::new();
    let secrets = files.directory("secrets");
    let path = files.write("secrets/key", "hunter2");
    let set_mode = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    let load = || Loader::new().secrets_directory(&secrets).load::<One>();

    for mode in [0o400, 0o600, 0o700, 0o711] {
        set_mode(mode);
        assert_eq!(
            load().unwrap().key,
            SecretString::from("hunter2"),
            "{mode:o}"
        );
    }
    for mode in [0o440, 0o604, 0o644, 0o620, 0o602] {
        set_mode(mode);
        let error = load().unwrap_err();
        assert_eq!(
            error.problems()[0].kind(),
            &ProblemKind::Exposed { mode },
            "{mode:o}"
        );
        assert_eq!(error.problems().len(), 1);

        let loader = Loader::new()
            .secrets_directory(&secrets)
            .insecure_shared_files();
        assert!(loader.load::<One>().is_ok());
    }
    let dotenv = files.write(".env", "KEY=hunter2");
    fs::set_permissions(&dotenv, fs::Permissions::from_mode(0o644)).unwrap();
    let error = Loader::new()
        .dotenv(&dotenv)
        .load::<One>()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("open to others than its owner (mode 0644)"),
        "{error}"
    );
}

#[test]
fn refuses_files_that_are_too_long_or_no_text_or_no_file() {
    #[derive(Debug, Deserialize)]
    struct One {
        #[serde(rename = "key")]
        _key: SecretString,
    }
    let files = Files::new();
    let kind = |name: &str, content: &[u8]| {
        let path = files.write(name, "");
        fs::write(&path, content).unwrap();
        let environment = [("KEY_FILE", path.as_os_str())];
        let loaded = Loader::new().environment(environment).load::<One>();
        loaded
            .map(drop)
            .map_err(|error| error.problems()[0].kind().clone())
    };

    assert_eq!(kind("most", &[b'a'; 65536]), Ok(()));
    assert_eq!(
        kind("more", &[b'a'; 65537]),
        Err(ProblemKind::TooLong { limit: 65536 })
    );
    assert_eq!(kind("noise", b"\xff"), Err(ProblemKind::NotText));
    let directory = files.directory("directory");
    let environment = [("KEY_FILE", directory.as_os_str())];
    let error = Loader::new()
        .environment(environment)
        .load::<One>()
        .unwrap_err();
    assert!(matches!(
        error.problems()[0].kind(),
        ProblemKind::Unreadable(_)
    ));
}

#[test]
fn strips_one_line_break() {
    #[derive(Debug, Deserialize)]
    struct One {
        key: String,
    }
    let files = Files::new();
    let table = [
        ("a", "a"),
        ("a\n", "a"),
        ("a\r\n", "a"),
        ("a\n\n", "a\n"),
        ("a\r", "a\r"),
        (" a ", " a "),
    ];
    for (content, text) in table {
        let path = files.write("key", content);
        let loader = Loader::new().environment([("KEY_FILE", path.as_os_str())]);
        assert_eq!(loader.load::<One>().unwrap().key, text);
    }
}

#[test]
fn reads_maps_lists_and_variants() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Many {
        clients: Vec<Client>,
        keys: BTreeMap<String, SecretString>,
        pair: (u8, u8),
        store: Store,
    }
    #[derive(Debug, Deserialize, PartialEq)]
    struct Client {
        id: String,
    }
    #[derive(Debug, Deserialize, PartialEq)]
    enum Store {
        Memory,
        Redis { url: String },
    }
    let files = Files::new();
    let key = files.write("key", "k2\n");
    let environment = [
        ("CLIENTS__10__ID", "b"),
        ("CLIENTS__2__ID", "a"),
        ("KEYS__FIRST", "k1"),
        ("KEYS__SECOND_FILE", key.to_str().unwrap()),
        ("PAIR", "1,2"),
        ("STORE__REDIS__URL", "redis://"),
    ];

    let many: Many = Loader::new().environment(environment).load().unwrap();

    let client = |id: &str| Client { id: id.into() };
    assert_eq!(many.clients, [client("a"), client("b")]);
    assert_eq!(many.keys["first"].expose_secret(), "k1");
    assert_eq!(many.keys["second"].expose_secret(), "k2");
    assert_eq!(
        (many.pair, many.store),
        (
            (1, 2),
            Store::Redis {
                url: "redis://".into()
            }
        )
    );

    let wrong = [
        ("CLIENTS__0__NAME", "x"),
        ("CLIENTS__1__ID", "x"),
        ("KEYS__A", "x"),
        ("PAIR", "1"),
        ("STORE", "redis"),
    ];
    assert_problems::<Many>(
        Loader::new().environment(wrong),
        "CLIENTS__0__ID: missing\n\
         PAIR (environment variable PAIR): expected a tuple of size 2\n\
         STORE (environment variable STORE): expected struct variant",
    );
}

#[test]
fn a_group_that_refuses_itself_is_named_and_its_values_are_not() {
    #[derive(Debug, Deserialize)]
    #[serde(try_from = "Bounds")]
    struct Range;
    #[derive(Deserialize)]
    struct Bounds {
        max: u8,
        min: u8,
        token: Option<String>,
    }
    impl TryFrom<Bounds> for Range {
        type Error = String;

        fn try_from(bounds: Bounds) -> Result<Self, String> {
            match bounds.token {
                Some(token) => Err(format!("bad token {token}")),
                None if bounds.min > bounds.max => Err("min is over max".into()),
                None => Ok(Self),
            }
        }
    }
    #[derive(Debug, Deserialize)]
    struct Outer {
        #[serde(rename = "range")]
        _range: Range,
        #[serde(rename = "size")]
        _size: u8,
    }
    let load = |values: &[(&'static str, &'static str)]| {
        let error = Loader::new()
            .environment(values.iter().copied())
            .load::<Outer>();
        lines(&error.unwrap_err())
    };

    assert_eq!(
        load(&[("RANGE__MIN", "2"), ("RANGE__MAX", "1"), ("SIZE", "x")]),
        "RANGE: min is over max\n\
         SIZE (environment variable SIZE): expected a whole number from 0 to 255",
    );
    let token = [
        ("RANGE__MIN", "1"),
        ("RANGE__MAX", "2"),
        ("RANGE__TOKEN", "hunter2"),
    ];
    assert_eq!(
        load(&token),
        "RANGE: refused by its type\n\
         RANGE: until it is right, others beside it may be missing unseen",
    );
    assert_eq!(
        load(&[("RANGE__MIN", "2"), ("SIZE", "1")]),
        "RANGE__MAX: missing"
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
fn a_type_that_contains_itself_has_an_end() {
    #[derive(Debug, Deserialize)]
    struct Endless {
        #[serde(rename = "next")]
        _next: Box<Self>,
    }

    assert!(
        !Loader::new()
            .load::<Endless>()
            .unwrap_err()
            .problems()
            .is_empty()
    );
}

#[cfg(unix)]
#[test]
fn a_value_that_is_not_text_is_a_problem() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let noise = OsStr::from_bytes(b"\xff");
    let environment = [(OsStr::new("APP_DEBUG"), noise), (noise, noise)];
    assert_problems::<Settings>(
        app().environment(COMPLETE).environment(environment),
        "APP_DEBUG (environment variable APP_DEBUG): not Unicode text",
    );
}

#[test]
fn a_file_or_directory_that_is_not_there_is_no_problem() {
    let files = Files::new();
    let nowhere = files.0.path().join("nowhere");
    let loader = app()
        .environment(COMPLETE)
        .dotenv(&nowhere)
        .secrets_directory(&nowhere);

    assert!(loader.load::<Settings>().is_ok());
}

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

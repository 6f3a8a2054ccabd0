//! Where values come from, and files that are refused.

use super::*;

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
fn a_secret_in_place_of_the_path_of_its_file_is_not_shown() {
    #[derive(Debug, Deserialize)]
    struct One {
        #[serde(rename = "key")]
        _key: u8,
    }
    let files = Files::new();
    let file = files.write("hunter2", "hunter2");
    let below_file = file.join("hunter2");
    let too_long = "hunter2".repeat(1000);
    let paths = [
        r#"{"kty":"RSA","d":"hunter2"}"#,
        "hunter2\0",
        &too_long,
        below_file.to_str().unwrap(),
        file.to_str().unwrap(),
        files.directory("hunter2s").to_str().unwrap(),
    ]
    .map(ToOwned::to_owned);
    for path in paths {
        let loader = Loader::new().environment([("KEY_FILE", path)]);
        let error = loader.load::<One>().unwrap_err();

        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("environment variable KEY_FILE"), "{shown}");
    }
}

#[test]
fn a_value_of_nothing_is_above_a_file() {
    #[derive(Debug, Deserialize)]
    struct One {
        key: String,
    }
    let environment = [("KEY", ""), ("KEY_FILE", "/nowhere/key")];

    let one: One = Loader::new().environment(environment).load().unwrap();

    assert_eq!(one.key, "");
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
fn a_name_with_a_prefix_of_its_own_that_no_setting_has_is_a_problem() {
    let files = Files::new();
    let secrets = files.directory("secrets");
    let misspelt = files.write("secrets/app_db__pasword", "hunter2");
    files.write("secrets/other", "hunter2");
    let loader = |loader: Loader| {
        let more = [
            ("App_Db__Pol__Size", "8"),
            ("APP_DEBUG_FILES", "hunter2"),
            ("APP_USERS.ALICE", "hunter2"),
            ("APP_", "hunter2"),
            ("APPLE", "hunter2"),
        ];
        loader
            .environment(COMPLETE)
            .environment(more)
            .secrets_directory(&secrets)
    };

    assert_problems::<Settings>(
        loader(Loader::new().own_prefix("APP_")),
        &format!(
            "APP_ (environment variable APP_): no setting has this name\n\
             APP_DB__POL__SIZE (environment variable App_Db__Pol__Size): no setting has this name\n\
             APP_DEBUG_FILES (environment variable APP_DEBUG_FILES): no setting has this name\n\
             APP_USERS.ALICE (environment variable APP_USERS.ALICE): no setting has this name\n\
             APP_DB__PASWORD (file {}): no setting has this name",
            misspelt.display()
        ),
    );
    loader(app()).load::<Settings>().unwrap();
}

#[cfg(unix)]
#[test]
fn a_name_that_is_not_text_has_the_prefix_as_well() {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;

    let odd = || [(OsString::from_vec(b"APP_\xff".to_vec()), "hunter2")];
    let complete = |loader: Loader| loader.environment(COMPLETE).environment(odd());

    complete(app()).load::<Settings>().unwrap();
    assert_problems::<Settings>(
        complete(Loader::new().own_prefix("APP_")),
        "APP_\u{fffd} (environment variable APP_\u{fffd}): no setting has this name",
    );
}

#[test]
fn a_name_with_a_prefix_of_its_own_that_a_setting_has_is_none() {
    let files = Files::new();
    let secrets = files.directory("secrets");
    files.write("secrets/app_level", "info");
    let password = files.write("password", "hunter2");

    Loader::new()
        .own_prefix("APP_")
        .environment([
            ("APP_DB__ADDRESS", "10.0.0.1"),
            ("APP_DB__PASSWORD_FILE", password.to_str().unwrap()),
            ("APP_DB__POOL__SIZE", "8"),
            ("APP_HOSTS__0", "a.example"),
            ("APP_PORT", "8080"),
        ])
        .secrets_directory(&secrets)
        .load::<Settings>()
        .unwrap();
}

//! TOML files, below all other sources.

use super::*;

const TOML: &str = r#"
debug = true
hosts = ["a.example", "b,c"]
level = "Info"
port = 0x1F90

[db]
address = "10.0.0.1"
password = "hunter\u0032"
pool.size = 2_0
"#;

#[test]
fn reads_tables_arrays_and_numbers() {
    let files = Files::new();

    let settings: Settings = app().toml(files.write("app.toml", TOML)).load().unwrap();

    assert_eq!(
        settings,
        Settings {
            db: Database {
                address: IpAddr::from([10, 0, 0, 1]),
                password: "hunter2".into(),
                pool: Some(Pool { size: 20 }),
            },
            debug: true,
            hosts: Some(vec!["a.example".to_owned(), "b,c".to_owned()]),
            level: Level::Info,
            port: NonZeroU16::new(8080).unwrap(),
        }
    );
}

#[test]
fn is_below_all_other_sources() {
    #[derive(Debug, Deserialize)]
    struct One {
        key: String,
    }
    let files = Files::new();
    let toml = files.write("app.toml", "key = \"toml\"\nkey_file = \"/nowhere\"");
    let named = files.write("named", "named");
    let toml_file = files.write(
        "file.toml",
        &format!("key_file = '{}'", named.to_str().unwrap()),
    );
    let secrets = files.directory("secrets");
    let load = |loader: Loader| loader.load::<One>().unwrap().key;

    assert_eq!(load(Loader::new().toml(&toml_file)), "named");
    assert_eq!(load(Loader::new().toml(&toml)), "toml");
    files.write("secrets/key", "directory");
    let loader = || Loader::new().toml(&toml).secrets_directory(&secrets);
    assert_eq!(load(loader()), "directory");
    let loader = || loader().environment([("KEY_FILE", named.to_str().unwrap())]);
    assert_eq!(load(loader()), "named");
    let dotenv = files.write(".env", "KEY=dotenv");
    assert_eq!(load(loader().dotenv(dotenv)), "dotenv");
    assert_eq!(load(loader().environment([("KEY", "")])), "");
    assert_eq!(load(loader().set("key", "code")), "code");
}

#[test]
fn a_text_above_takes_the_place_of_an_array_and_a_number_of_its_element() {
    let files = Files::new();
    let toml = files.write("app.toml", TOML);
    let hosts = |loader: Loader| {
        let settings: Settings = loader.toml(&toml).load().unwrap();
        settings.hosts.unwrap().join(" ")
    };

    assert_eq!(hosts(app().environment([("APP_HOSTS", "x, y")])), "x y");
    let one = [("APP_HOSTS__1", "x")];
    assert_eq!(hosts(app().environment(one)), "a.example x");
    let text = files.write(
        "text.toml",
        &TOML.replace("[\"a.example\", \"b,c\"]", "\"z\""),
    );
    let settings: Settings = app().toml(text).environment(one).load().unwrap();
    assert_eq!(settings.hosts, Some(vec!["x".to_owned()]));
}

#[test]
fn an_array_of_nothing_is_an_empty_list() {
    let files = Files::new();
    let toml = TOML.replace("[\"a.example\", \"b,c\"]", "[]");
    let settings: Settings = app().toml(files.write("a.toml", &toml)).load().unwrap();

    assert_eq!(settings.hosts, Some(Vec::new()));
}

#[test]
fn reports_everything_that_is_wrong_with_its_line() {
    let files = Files::new();
    let toml = files.write(
        "app.toml",
        "debug = 'hunter2'\nDEBUG = true\nlevel = 'hunter2'\nprot = 1\n[db]\naddress = '10.0.0.1'\n\
         pool = 'hunter2'\n[db.password]\nhunter2 = 1\n[typo]\na = 'hunter2'\n",
    );
    let path = toml.display();
    assert_problems::<Settings>(
        app().toml(&toml),
        &format!(
            "APP_DEBUG ({path}:1): set more than once\n\
             APP_DB__PASSWORD: expected a value, not a group\n\
             APP_DB__POOL: expected a group of settings, such as APP_DB__POOL__NAME\n\
             APP_LEVEL ({path}:3): expected one of debug, info\n\
             APP_PORT: missing\n\
             APP_PROT ({path}:4): no setting has this name\n\
             APP_TYPO__A ({path}:11): no setting has this name"
        ),
    );
}

#[test]
fn takes_nothing_of_a_file_that_cannot_be_read_in_one_way() {
    let files = Files::new();
    // The text after the quote that is missing would be taken for a name.
    let toml = "level = 'info\nport = 1\n[db]\npassword = 'x'\nhunter2'\n";
    let toml = files.write("app.toml", toml);

    let error = app().toml(&toml).load::<Settings>().unwrap_err();

    let shown = error.to_string();
    assert!(
        shown.contains(&format!("{}:1: ", toml.display())),
        "{shown}"
    );
    assert!(shown.contains("APP_PORT: missing"), "{shown}");
    assert!(!shown.to_lowercase().contains("hunter2"), "{shown}");
}

#[cfg(unix)]
#[test]
fn others_may_read_it_unless_a_secret_is_in_it_and_never_write() {
    use std::os::unix::fs::PermissionsExt;

    let files = Files::new();
    let open = TOML.replace("password", "# password");
    let (open, secret) = (files.write("a.toml", &open), files.write("b.toml", TOML));
    let set_mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let password = || app().environment([("APP_DB__PASSWORD", "hunter2")]);

    set_mode(&open, 0o644);
    assert!(password().toml(&open).load::<Settings>().is_ok());
    set_mode(&open, 0o664);
    assert_problems::<Settings>(
        password()
            .environment(COMPLETE.into_iter().skip(2))
            .environment([COMPLETE[0]])
            .toml(&open),
        &format!(
            "file {}: open to others than its owner (mode 0664)",
            open.display()
        ),
    );
    set_mode(&secret, 0o640);
    assert_problems::<Settings>(
        app().toml(&secret),
        &format!(
            "APP_DB__PASSWORD ({}:9): open to others than its owner (mode 0640)",
            secret.display()
        ),
    );
    // A value above takes its place: the secret in the file is not one that is used.
    assert!(password().toml(&secret).load::<Settings>().is_ok());
    let shared = app().toml(&secret).insecure_shared_files();
    assert!(shared.load::<Settings>().is_ok());
}

proptest! {
    #[test]
    fn takes_any_text_and_shows_none_of_it(noise in "[a-z\\[\\]={}\"'#.,0-9_\n \\\\]{0,60}") {
        let files = Files::new();
        let toml = format!("{noise}\nhunter2 = 'hunter2\\hunter2'\nport = \"hunter2\"hunter2");
        let toml = files.write("app.toml", &toml);

        let error = app().toml(toml).load::<Settings>().unwrap_err();

        // Names are told, as those of the environment are; values are not.
        let shown = error.to_string().to_lowercase().replace("app_hunter2", "");
        prop_assert!(!shown.contains("hunter2"), "{}", shown);
    }
}

//! What values are made into.

use super::*;

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

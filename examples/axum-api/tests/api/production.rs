//! The production profile, and settings that are wrong.

use crate::http::get;
use crate::keys::Key;
use crate::server::{ALICE, Server, run};

const SECRETS: [&str; 3] = [
    "AXUM_API_SIGNING_KEY",
    "AXUM_API_USERS__ALICE__PASSWORD",
    "AXUM_API_USERS__ADMIN__PASSWORD",
];

#[test]
fn asvs_13_3_1_production_refuses_to_start_without_secrets_and_names_each() {
    let output = run(&[("AXUM_API_PROFILE", "production")]);

    assert_eq!(output.status.code(), Some(2));
    assert_eq!(output.stdout, b"");
    let error = String::from_utf8(output.stderr).unwrap();
    for name in SECRETS {
        assert!(
            error.contains(&format!("{name}: missing")),
            "{name}\n{error}"
        );
    }
    assert_eq!(error.lines().count(), 1 + SECRETS.len(), "{error}");
}

#[test]
fn each_secret_is_missed_by_itself() {
    let key = Key::make();
    let all = [
        (SECRETS[0], &*key.pem),
        (SECRETS[1], ALICE),
        (SECRETS[2], ALICE),
        ("AXUM_API_PROFILE", "production"),
        ("AXUM_API_LISTEN", "127.0.0.1:0"),
    ];
    for missing in SECRETS {
        let settings: Vec<_> = all
            .iter()
            .copied()
            .filter(|(name, _)| *name != missing)
            .collect();

        let output = run(&settings);

        assert_eq!(output.status.code(), Some(2));
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            error,
            format!("axum-api: these settings are wrong\n  {missing}: missing\n")
        );
        for (_, secret) in &all[..2] {
            assert!(!error.contains(secret), "{error}");
        }
    }
}

#[test]
fn all_that_is_wrong_is_named_at_once_and_no_value_shown() {
    for profile in ["production", "development"] {
        let settings = [
            ("AXUM_API_PROFILE", profile),
            ("AXUM_API_LISTEN", "localhost"),
            ("AXUM_API_SIGNING_KEY", "hunter2-signing-key"),
            ("AXUM_API_USERS__ALICE__PASSWORD", "hunter2"),
            ("AXUM_API_TOKEN_SECONDS", "0"),
            ("AXUM_API_TRUSTED_PROXIES", "10.0.0.0/8,proxy"),
            ("AXUM_API_LOG", "xml"),
            ("AXUM_API_CORS_ORIGINS", "https://*.com, null"),
            ("AXUM_API_ADDRESS_QUOTA", "5/fortnight"),
            ("AXUM_API_PRINCIPAL_QUOTA", "often"),
        ];

        let output = run(&settings);

        assert_eq!(output.status.code(), Some(2));
        let error = String::from_utf8(output.stderr).unwrap();
        for (name, _) in &settings[1..] {
            assert!(error.contains(name), "{name}\n{error}");
        }
        let admin = error.contains("AXUM_API_USERS__ADMIN__PASSWORD: missing");
        assert_eq!(admin, profile == "production", "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
    let output = run(&[("AXUM_API_PROFILE", "prodution")]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("AXUM_API_PROFILE"), "{error}");
}

#[test]
fn asvs_6_2_1_production_wants_long_passwords_and_a_key_that_is_not_shared() {
    let shared = r#"{"kty":"oct","alg":"HS256","k":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"}"#;
    let settings = [
        (SECRETS[0], shared),
        (SECRETS[1], "hunter2-hunter"),
        (SECRETS[2], ALICE),
        ("AXUM_API_PROFILE", "production"),
        ("AXUM_API_LISTEN", "127.0.0.1:0"),
    ];

    let output = run(&settings);

    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        error,
        "axum-api: these settings are wrong\n  \
         AXUM_API_USERS__ALICE__PASSWORD (environment variable AXUM_API_USERS__ALICE__PASSWORD): \
         password is shorter than 15 characters\n  \
         AXUM_API_SIGNING_KEY: the key is symmetric\n"
    );
    // Who tries the service out may have both.
    let mut settings = settings.map(|(name, value)| (name, Some(value)));
    settings[3].1 = None;
    Server::start_with(&settings);
    // Just long enough.
    Server::start_with(&[
        ("AXUM_API_PROFILE", Some("production")),
        (SECRETS[1], Some("fifteen chars..")),
    ]);
}

#[test]
fn a_misspelt_name_is_wrong_in_any_profile() {
    let names = [
        "AXUM_API_PROFILES",
        "AXUM_API_USERS__ALICE__PASSWORT",
        "AXUM_API_USERS__BOB__PASSWORD",
        "AXUM_API_LISTEN_FILES",
        "AXUM_API_USERS.ALICE.PASSWORD",
        "AXUM_API_",
    ];
    for profile in ["production", "development"] {
        let mut settings = names.map(|name| (name, "hunter2")).to_vec();
        settings.push(("AXUM_API_PROFILE", profile));
        settings.push(("AXUM_API_LISTEN", "localhost"));

        let output = run(&settings);

        assert_eq!(output.status.code(), Some(2));
        let error = String::from_utf8(output.stderr).unwrap();
        for name in names {
            let line = format!("  {name} (environment variable {name}): no setting has this name");
            assert!(error.lines().any(|own| own == line), "{name}\n{error}");
        }
        assert!(
            error.contains("AXUM_API_LISTEN (") && !error.contains("hunter2"),
            "{error}"
        );
    }
    let output = run(&[("AXUM_API_PROFILES", "production")]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn all_names_that_there_are_may_be_set() {
    Server::start_with(&[
        ("AXUM_API_PROFILE", Some("Production")),
        ("axum_api_issuer", Some("https://issuer.example")),
        ("AXUM_API_AUDIENCE", Some("api")),
        ("AXUM_API_TOKEN_SECONDS", Some("60")),
        ("AXUM_API_TRUSTED_PROXIES__0", Some("10.0.0.0/8")),
        (
            "AXUM_API_CORS_ORIGINS",
            Some("https://a.example,https://b.example"),
        ),
        ("AXUM_API_DOCS", Some("true")),
        ("AXUM_API_ADDRESS_QUOTA", Some("100/second; 1000/minute")),
        ("AXUM_API_PRINCIPAL_QUOTA", Some("600/minute burst 100")),
        ("AXUM_API_LOG", Some("json")),
        ("AXUM_API_LOG_LEVEL", Some("warn")),
        ("AXUM_API_REQUEST_SECONDS", Some("5")),
        ("AXUM_API_DRAIN_SECONDS", Some("5")),
    ]);
}

#[test]
fn asvs_13_4_2_production_starts_with_all_secrets_and_prints_no_help() {
    let server = Server::start_with(&[("AXUM_API_PROFILE", Some("production"))]);

    let token = server.token("alice");
    let answer = server.send(&get("/protected").bearer(&token));
    assert_eq!(answer.status, 200);
    // It is behind a proxy that speaks TLS.
    let hsts = answer.field("strict-transport-security").unwrap();
    assert!(hsts.contains("max-age=63072000"), "{hsts}");
    let developing = Server::start().send(&get("/healthz"));
    assert_eq!(developing.field("strict-transport-security"), None);
}

#[test]
#[cfg(unix)]
fn a_secret_may_come_from_a_file_that_nobody_else_can_read() {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    let key = Key::make();
    let folder = std::env::temp_dir().join(format!("axum-api-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("signing-key.pem");
    fs::write(&file, &key.pem).unwrap();
    let from_file = || {
        Server::start_with(&[
            ("AXUM_API_SIGNING_KEY", None),
            ("AXUM_API_SIGNING_KEY_FILE", file.to_str()),
        ])
    };

    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let token = key.signer().sign(crate::keys::claims("carol")).unwrap();
    assert_eq!(
        from_file().send(&get("/protected").bearer(&token)).status,
        200
    );

    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let output = run(&[("AXUM_API_SIGNING_KEY_FILE", file.to_str().unwrap())]);
    assert_eq!(output.status.code(), Some(2));
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_port_that_is_taken_is_an_error_and_not_a_wrong_setting() {
    let server = Server::start();

    let output = run(&[("AXUM_API_LISTEN", server.address())]);

    assert_eq!(output.status.code(), Some(1));
}

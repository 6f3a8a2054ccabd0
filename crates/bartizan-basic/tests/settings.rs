//! The scheme, made of settings.

use bartizan_basic::BasicSettings;
use bartizan_core::{BoxFuture, LoginError, PasswordVerifier, Principal, Realm, Scheme};
use bartizan_secret::SecretString;

/// Knows nobody.
struct Nobody;

impl PasswordVerifier for Nobody {
    fn verify(&self, _: &str, _: SecretString) -> BoxFuture<Result<Principal, LoginError>> {
        Box::pin(async { Err(LoginError::Denied) })
    }
}

#[test]
fn takes_over_what_is_set_and_leaves_the_defaults() {
    for (json, realm, max_bytes) in [
        ("{}", "api", 2048),
        (r#"{"realm": "staff"}"#, "staff", 2048),
        (r#"{"realm": "staff", "max_bytes": 512}"#, "staff", 512),
        (r#"{"max_bytes": 65536}"#, "api", 65_536),
    ] {
        let settings: BasicSettings = serde_json::from_str(json).unwrap();
        let basic = settings.build(Nobody).unwrap();

        let challenge = bartizan_core::Challenge::basic(&Realm::parse(realm).unwrap());
        assert_eq!(basic.challenge(None), challenge, "{json}");
        let debug = format!("{basic:?}");
        assert!(
            debug.contains(&format!("max_bytes: {max_bytes}")),
            "{debug}"
        );
    }
}

#[test]
fn reports_everything_that_is_wrong() {
    let settings: BasicSettings =
        serde_json::from_str(r#"{"realm": "stäff", "max_bytes": 65537}"#).unwrap();

    assert_eq!(
        settings.build(Nobody).unwrap_err().to_string(),
        "2 problems in the settings\n  \
         realm: realm has something other than printable ASCII at character 2\n  \
         max_bytes: it is over 65536",
    );
}

#[test]
fn refuses_what_is_no_setting() {
    for json in [
        r#"{"relm": "staff"}"#,
        r#"{"max_bytes": 0}"#,
        r#"{"realm": 5}"#,
    ] {
        assert!(
            serde_json::from_str::<BasicSettings>(json).is_err(),
            "{json}"
        );
    }
}

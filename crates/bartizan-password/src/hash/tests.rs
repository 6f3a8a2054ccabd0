//! Hashes made by others, in bytes that need not be text.

use std::path::PathBuf;
use std::{env, fs};

use serde_json::Value;

use super::*;

/// Formats of passlib's that the crate says it knows.
const KNOWN: [&str; 9] = [
    "bcrypt",
    "bcrypt_sha256",
    "django_bcrypt",
    "django_bcrypt_sha256",
    "django_pbkdf2_sha1",
    "django_pbkdf2_sha256",
    "pbkdf2_sha1",
    "pbkdf2_sha256",
    "pbkdf2_sha512",
];

#[test]
fn phc_strings_of_the_argon2_reference_verify() {
    let Some(corpus) = corpus("phc-argon2/encoded_hashes.json") else {
        return;
    };
    let hashes = corpus["hashes"].as_array().unwrap();
    assert_eq!(hashes.len(), 26);

    let mut memory = Memory::default();
    for row in hashes {
        let hash: PasswordHash = text(&row["encoded"]).parse().unwrap();
        let password = text(&row["pwd"]).as_bytes();

        let right = hash.matches(password, &mut memory, LongPasswords::Refuse);
        assert_eq!(right, Ok(Answer::Right), "{row}");
        assert_eq!(hash.as_str(), text(&row["encoded"]));
    }
}

#[test]
fn malformed_and_mismatching_phc_strings_are_refused() {
    let Some(corpus) = corpus("phc-argon2/encoded_hashes.json") else {
        return;
    };
    let rows = corpus["verify_calls_seen"].as_array().unwrap();
    assert_eq!(rows.len(), 8);

    let mut mismatches = 0;
    for row in rows {
        let password = text(&row[1]).as_bytes();
        match text(&row[0]).parse::<PasswordHash>() {
            Err(error) => assert_eq!(error, HashError::Malformed(HashFormat::Argon2), "{row}"),
            Ok(hash) => {
                let answer = hash.matches(password, &mut Memory::default(), LongPasswords::Refuse);
                assert_eq!(answer, Ok(Answer::Wrong), "{row}");
                mismatches += 1;
            }
        }
    }
    assert_eq!(mismatches, 2);
}

#[test]
fn passlib_hashes_of_known_formats_verify() {
    let mut verified = 0;
    for_each_class(|handler, class| {
        if !KNOWN.contains(&handler) {
            return;
        }
        for row in list(class, "known_correct_hashes") {
            let hash: PasswordHash = text(&row[1]).parse().unwrap();
            let password = bytes(&row[0]);
            let answer =
                |password: &[u8], long| hash.matches(password, &mut Memory::default(), long);

            let cut = handler == "bcrypt" && password.len() > 72;
            let (strict, lax) = if cut {
                (Answer::Wrong, Answer::RightSoFar)
            } else {
                (Answer::Right, Answer::Right)
            };
            assert_eq!(
                answer(&password, LongPasswords::Refuse),
                Ok(strict),
                "{row}"
            );
            assert_eq!(answer(&password, LongPasswords::Truncate), Ok(lax), "{row}");

            let mut other = password.clone();
            other.insert(0, b'!');
            assert_eq!(answer(&other, LongPasswords::Truncate), Ok(Answer::Wrong));
            verified += 1;
        }
        for malformed in list(class, "known_malformed_hashes") {
            let error = text(malformed).parse::<PasswordHash>().unwrap_err();
            let broken = text(malformed).starts_with("$2x$");
            assert_eq!(broken, error == HashError::RefusedFormat, "{malformed}");
            assert_eq!(
                !broken,
                matches!(error, HashError::Malformed(_)),
                "{malformed}"
            );
        }
    });
    assert!(verified == 0 || verified == 32, "{verified}");
}

#[test]
fn passlib_hashes_of_other_formats_are_an_error() {
    for_each_class(|handler, class| {
        // `$2b$` did not exist when the list was made; `$2x$` does have a name.
        let unidentified = list(class, "known_unidentified_hashes")
            .iter()
            .map(text)
            .filter(|hash| !hash.starts_with("$2b$"));
        let others = list(class, "known_correct_hashes")
            .iter()
            .map(|row| text(&row[1]))
            .filter(|_| !KNOWN.contains(&handler));
        for hash in unidentified.chain(others) {
            assert_eq!(
                hash.parse::<PasswordHash>().err(),
                Some(HashError::UnknownFormat),
                "{handler}: {hash}"
            );
        }
    });
}

#[expect(clippy::print_stdout, reason = "says what was left out")]
fn corpus(path: &str) -> Option<Value> {
    let Some(folder) = env::var_os("BARTIZAN_CORPORA") else {
        println!("BARTIZAN_CORPORA is unset: {path} is left out");
        return None;
    };
    let json = fs::read(PathBuf::from(folder).join(path)).unwrap();
    Some(serde_json::from_slice(&json).unwrap())
}

fn for_each_class(mut judge: impl FnMut(&str, &Value)) {
    if let Some(corpus) = corpus("passlib/known_hashes.json") {
        for class in corpus["classes"].as_object().unwrap().values() {
            judge(text(&class["handler"]), class);
        }
    }
}

fn list<'a>(class: &'a Value, name: &str) -> &'a [Value] {
    class[name].as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// A text, or `{"bytes_hex": ".."}`.
fn bytes(value: &Value) -> Vec<u8> {
    match value.as_str() {
        Some(text) => text.into(),
        None => crate::encoding::hex(text(&value["bytes_hex"])).unwrap(),
    }
}

//! What comes out of a subscriber when secrets go in.
#![cfg(feature = "tracing")]
#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use bartizan_secret::{MASK, MaskLogs, Masker, MaskingWriter, SecretBytes, SecretString};
use proptest::prelude::*;
use tracing::{error, info, info_span};

#[test]
fn no_event_shows_a_registered_secret() {
    let masker = masker(&["hunter2", "a\"b\\c\nd"]);
    let lines = logged(&masker, || {
        let span = info_span!("login", password = "hunter2");
        let _entered = span.enter();
        info!(user = "alice", pin = ?"a\"b\\c\nd", "with {}", "hunter2");
        error!("Basic YWxpY2U6aHVudGVyMg==");
        info!(authorization = "Bearer abc", "done");
    });

    assert!(!lines.contains("hunter2") && !lines.contains("aHVudGVyM") && !lines.contains("abc"));
    assert!(!lines.contains(r#"a\"b\\c\nd"#));
    assert!(lines.contains("alice") && lines.contains("done"));
    assert_eq!(lines.lines().count(), 3);
}

#[test]
fn a_secret_registered_later_is_masked_from_then_on() {
    let masker = Masker::new();
    let lines = logged(&masker, || {
        info!("hunter2");
        masker.register(&SecretString::from("hunter2")).unwrap();
        info!("hunter2");
    });

    assert_eq!(lines.matches("hunter2").count(), 1);
}

#[test]
fn a_secret_in_two_pieces_is_seen_whole() {
    let mut out = Vec::new();
    let mut writer = MaskingWriter::new(&mut out, masker(&["hunter2"]));
    for piece in ["login hun", "ter", "2 ok\n"] {
        writer.write_all(piece.as_bytes()).unwrap();
    }
    drop(writer);

    assert_eq!(out, b"login ********** ok\n");
}

#[test]
fn flushing_hands_on_what_was_written() {
    let mut out = Vec::new();
    let mut writer = MaskingWriter::new(&mut out, masker(&["hunter2"]));
    writer.write_all(b"one hunter2 ").unwrap();
    writer.flush().unwrap();
    writer.write_all(b"two").unwrap();
    drop(writer);

    assert_eq!(out, b"one ********** two");
}

#[test]
fn an_error_of_the_inner_writer_is_passed_on() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let mut writer = MaskingWriter::new(Full, Masker::new());
    writer.write_all(b"text").unwrap();

    assert_eq!(
        writer.flush().unwrap_err().kind(),
        io::ErrorKind::StorageFull
    );
}

#[test]
fn an_endless_event_is_cut_without_half_a_secret() {
    const LIMIT: usize = 1024 * 1024;
    let secret = "correct horse battery staple";
    for shift in [0, 1, 9, 27, 28, 29, 80, 140, 147, 154, 161] {
        let mut out = Vec::new();
        let mut writer = MaskingWriter::new(&mut out, masker(&[secret]));
        let text = format!("{} {secret}", "a".repeat(LIMIT - shift - 1));
        writer.write_all(text.as_bytes()).unwrap();
        writer.write_all("b ".repeat(LIMIT).as_bytes()).unwrap();
        drop(writer);

        let out = String::from_utf8(out).unwrap();
        let shows_part = ["corr", "hors", "batt", "stap"]
            .iter()
            .any(|part| out.contains(part));
        assert!(out.len() <= LIMIT + 100 && !shows_part, "{shift}");
        assert!(out.ends_with("[cut: too long to mask]\n"));
    }
}

#[test]
fn an_event_is_cut_before_a_secret_that_is_longer_for_being_escaped() {
    const LIMIT: usize = 1024 * 1024;
    let secret = r#"corr "" "" "" "" "" """#;
    let spelled = (0..4).fold(secret.to_owned(), |text, _| format!("{text:?}"));
    for shown in (0..spelled.len()).step_by(17) {
        let mut out = Vec::new();
        let mut writer = MaskingWriter::new(&mut out, masker(&[secret]));
        let mut text = "a ".repeat(LIMIT / 2);
        text.truncate(LIMIT - shown);
        writer.write_all(text.as_bytes()).unwrap();
        writer.write_all(spelled.as_bytes()).unwrap();
        drop(writer);

        let out = String::from_utf8(out).unwrap();
        assert!(!out.contains("corr"), "{shown}");
        assert_eq!(
            out.ends_with("[cut: too long to mask]\n"),
            shown < spelled.len()
        );
    }
}

#[test]
fn a_registered_secret_is_seen_through_escapes() {
    let table = [
        ("a\"b\\c d", r#"{"pin":"\"a\\\"b\\\\c d\""}"#),
        ("a\"b\\c d", r#""\"\\\"a\\\\\\\"b\\\\\\\\c d\\\"\"""#),
        ("e\u{301}x\ny", r"e\\u{301}x\\ny"),
        ("pa$s:w/ord1", "pa$s%3Aw%2Ford1"),
        ("a b$c-d", "a%20b$c-d"),
        ("a b$c-d", "a+b%24c-d"),
        ("a+b/c", "a+b%2Fc"),
        ("hunter2", "hunter%32"),
        ("hunter%2", "x?next=%2Fy%3Fpw%3Dhunter%25252"),
        ("pass%41word", "pass%2541word"),
        ("pass%41word", "%70ass%2541word"),
    ];
    for (secret, text) in table {
        let masked = masker(&[secret]).mask(text.as_bytes()).into_owned();
        let masked = String::from_utf8(masked).unwrap();
        assert!(masked.contains(MASK), "{secret}: {masked}");
        let shows_part = ["b\\", "$", "hunt", "ass", "301"]
            .iter()
            .any(|part| masked.contains(part));
        assert!(!shows_part, "{secret}: {masked}");
    }
}

#[test]
fn an_event_without_secrets_comes_out_as_it_went_in() {
    let text = "2026-01-01T00:00:00Z  INFO crate::module: user=alice took 3.2ms \u{1f980}\n";

    assert_eq!(Masker::new().mask(text.as_bytes()), text.as_bytes());
    assert_eq!(Masker::new().mask(b"\xff\xfe"), b"\xff\xfe".as_slice());
}

#[test]
fn what_cannot_be_masked_is_refused() {
    let masker = Masker::new();
    for text in ["", "abc", "****", "*a*b*", "a**********b", "**abc***"] {
        assert!(
            masker.register(&SecretString::from(text)).is_err(),
            "{text}"
        );
    }
    assert_eq!(masker.register(&SecretString::from("*abcd*")), Ok(()));
    assert_eq!(masker.mask(b"x*abcd*x"), b"x************x".as_slice());
    let bytes = SecretBytes::from(vec![0xff, 0xfe, 0xfd, 0xfc]);
    assert_eq!(masker.register_bytes(&bytes), Ok(()));
    assert_eq!(
        masker.mask(b"[255, 254, 253, 252] fffefdfc"),
        b"[**********] **********".as_slice()
    );
}

#[test]
fn what_overlaps_is_masked_as_one() {
    let masker = masker(&["hunter2", "ter2 ho", "unte"]);

    assert_eq!(masker.mask(b"hunter2 hole"), b"**********le".as_slice());
    assert_eq!(
        masker.mask(b"cookie: \"a hunter2 b\" c=1"),
        b"cookie: \"**********\" c=1".as_slice()
    );
}

#[test]
fn nothing_shows_what_is_registered() {
    let masker = masker(&["hunter2"]);
    let logs = MaskLogs::new(io::sink, masker.clone());
    let writer = MaskingWriter::new(io::sink(), masker.clone());

    assert!(!format!("{masker:?} {logs:?} {writer:?}").contains("hunter2"));
}

/// Few letters, so that secrets overlap, contain each other and meet the mask.
fn secret() -> impl Strategy<Value = String> {
    prop_oneof!["[ab*]{4,8}", "[a-z0-9/+ \"\\\\*]{4,12}", "\\PC{4,8}"]
}

proptest! {
    #[test]
    fn no_output_contains_a_registered_secret(
        secrets in proptest::collection::vec(secret(), 1..5),
        parts in proptest::collection::vec((any::<prop::sample::Index>(), "[ab* ]{0,4}", 0..9_u8), 0..8),
        pieces in 1..9_usize,
    ) {
        let masker = Masker::new();
        let known: Vec<_> = secrets
            .into_iter()
            .filter(|secret| masker.register(&SecretString::from(secret.as_str())).is_ok())
            .collect();
        prop_assume!(!known.is_empty());
        let text: String =
            parts.iter().map(|(at, filler, form)| spelled(at.get::<String>(&known), *form) + filler).collect();

        let mut out = Vec::new();
        let mut writer = MaskingWriter::new(&mut out, masker);
        for piece in text.as_bytes().chunks(pieces) {
            writer.write_all(piece).unwrap();
        }
        drop(writer);

        let out = String::from_utf8_lossy(&out);
        for secret in &known {
            for form in 0..9 {
                let form = spelled(secret, form);
                prop_assert!(!out.contains(&form), "{form:?} of {secret:?} in {out:?}");
            }
        }
    }

    #[test]
    fn nothing_of_a_secret_is_left_however_it_was_encoded(
        secret in "[a-z]{4}[a-z0-9/+ \"%$:\n\u{301}\\\\-]{0,8}[a-z]",
        encoded in proptest::collection::vec(any::<bool>(), 13),
        quoted in 0..4_usize,
    ) {
        let encode = |(byte, encoded): (u8, &bool)| match byte {
            b' ' if !encoded => vec![b'+'],
            b'%' | b'+' | 0x80.. => format!("%{byte:02X}").into_bytes(),
            byte if *encoded => format!("%{byte:02x}").into_bytes(),
            byte => vec![byte],
        };
        let by_client: Vec<u8> = secret.bytes().zip(encoded.iter().cycle()).flat_map(encode).collect();
        for text in [secret.clone(), String::from_utf8(by_client).unwrap()] {
            let text = (0..quoted).fold(text, |text, _| format!("{text:?}"));
            let masked = masker(&[secret.as_str()]).mask(text.as_bytes()).into_owned();
            let left = String::from_utf8(masked).unwrap().replace(MASK, "");
            prop_assert!(left.chars().all(|c| matches!(c, '"' | '\\')), "{left:?} of {text:?}");
        }
    }

    #[test]
    fn text_without_secrets_is_unchanged(text in "([a-z]{1,12}[ .,:;=?!/-]{1,3}){0,20}") {
        prop_assume!(!["cookie", "authorization", "key"].iter().any(|name| text.contains(name)));
        prop_assert_eq!(masker(&["HUNTER2"]).mask(text.as_bytes()), text.as_bytes());
    }

    #[test]
    fn any_bytes_can_be_masked(text in any::<Vec<u8>>(), noisy in "(cookie|[ =\"\\\\:.]|eyJaaaa|-----(BEGIN|END) |PRIVATE KEY|\u{1b}\\[0m){0,40}") {
        let masker = masker(&["hunter2"]);
        for text in [text.as_slice(), noisy.as_bytes()] {
            let once = masker.mask(text).into_owned();
            prop_assert!(once.len() <= text.len() + MASK.len() * (text.len() / 2 + 1));
        }
    }
}

/// A secret as it may be met in a log line.
fn spelled(secret: &str, form: u8) -> String {
    let unquoted = |text: String| text.get(1..text.len() - 1).unwrap().to_owned();
    let hex = |byte: u8| format!("{byte:02x}");
    let percent = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    match form {
        0 => secret.to_owned(),
        1 => unquoted(serde_json::to_string(secret).unwrap()),
        2 => unquoted(format!("{secret:?}")),
        3 => secret.bytes().map(hex).collect(),
        4 => secret.bytes().map(percent).collect(),
        5 => secret.bytes().map(|byte| format!("%{byte:02x}")).collect(),
        6 => format!("{:?}", format!("{secret:?}")),
        7 => serde_json::to_string(&format!("{secret:?}")).unwrap(),
        _ => secret.to_owned() + secret,
    }
}

fn masker(secrets: &[&str]) -> Masker {
    let masker = Masker::new();
    for secret in secrets {
        masker.register(&SecretString::from(*secret)).unwrap();
    }
    masker
}

/// What a subscriber with the usual format writes meanwhile.
fn logged(masker: &Masker, log: impl FnOnce()) -> String {
    let out = Arc::new(Mutex::new(Vec::new()));
    let writer = {
        let out = Arc::clone(&out);
        move || Shared(Arc::clone(&out))
    };
    let logs = MaskLogs::new(writer, masker.clone());
    let subscriber = tracing_subscriber::fmt().with_writer(logs).finish();
    tracing::subscriber::with_default(subscriber, log);
    let out = out.lock().unwrap();
    String::from_utf8(out.clone()).unwrap()
}

struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(text)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

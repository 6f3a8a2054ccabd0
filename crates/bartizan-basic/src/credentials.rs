use std::fmt;

use bartizan_secret::SecretString;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// A user name and a password, as Basic carries them.
///
/// Either may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) username: String,
    pub(crate) password: SecretString,
}

impl Credentials {
    /// Reads what follows `Basic` and the spaces after it.
    ///
    /// One spelling of the base64 is read: standard alphabet, padded, no unused
    /// bits set. `max_bytes` limits what comes out, before anything is decoded.
    pub(crate) fn parse(token: &str, max_bytes: usize) -> Result<Self, Malformed> {
        // Four characters for three bytes, and a last group that may be short.
        if token.len() / 4 > max_bytes.div_ceil(3) {
            return Err(Malformed::TooLong);
        }
        let decoded = STANDARD
            .decode(token)
            .map(Zeroizing::new)
            .map_err(|_| Malformed::Base64)?;
        if decoded.len() > max_bytes {
            return Err(Malformed::TooLong);
        }
        let text = str::from_utf8(&decoded).map_err(|_| Malformed::Utf8)?;
        if text.bytes().any(|byte| byte.is_ascii_control()) {
            return Err(Malformed::Control);
        }
        let (username, password) = text.split_once(':').ok_or(Malformed::Colon)?;
        Ok(Self {
            username: username.to_owned(),
            password: password.into(),
        })
    }
}

/// Why credentials are not ones of Basic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    Base64,
    Colon,
    Control,
    TooLong,
    Utf8,
}

impl Malformed {
    /// Returns a sentence that is safe to show.
    pub(crate) const fn detail(self) -> &'static str {
        match self {
            Self::Base64 => "the credentials are not canonical base64",
            Self::Colon => "the credentials have no colon",
            Self::Control => "the credentials have a control character",
            Self::TooLong => "the credentials are too long",
            Self::Utf8 => "the credentials are not UTF-8",
        }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.detail())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rfc7617_and_rfc_9110_have_these_examples() {
        for (token, username, password) in [
            ("QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"),
            ("dGVzdDoxMjPCow==", "test", "123\u{a3}"),
        ] {
            assert_eq!(parse(token), pair(username, password), "{token}");
        }
    }

    #[test]
    fn rfc7617_3_splits_at_the_first_colon() {
        for (text, username, password) in [
            ("alice:secret", "alice", "secret"),
            ("alice:se:cr:et", "alice", "se:cr:et"),
            ("alice::", "alice", ":"),
            ("alice:", "alice", ""),
            (":secret", "", "secret"),
            (":", "", ""),
            ("al ice: secret ", "al ice", " secret "),
        ] {
            assert_eq!(parse(&STANDARD.encode(text)), pair(username, password));
        }
        for text in ["", "alice", "alice\u{ff1a}secret"] {
            let token = STANDARD.encode(text);
            assert_eq!(parse(&token), Err(Malformed::Colon), "{text}");
        }
    }

    /// What curl 7.88 and httpx 0.28 send for these users, and requests 2.34 where
    /// it is given bytes.
    #[test]
    fn clients_send_utf_8_and_keep_further_colons() {
        for (token, username, password) in [
            ("YWxpY2U6cMOkc3N3w7ZyZA==", "alice", "p\u{e4}ssw\u{f6}rd"),
            ("YWxpY2U6YTpiOmM=", "alice", "a:b:c"),
            ("xYHDs2TFujrwn5SR", "\u{141}\u{f3}d\u{17a}", "\u{1f511}"),
            ("YWxpY2U6", "alice", ""),
        ] {
            assert_eq!(parse(token), pair(username, password), "{token}");
        }
        // Text, requests 2.34 sends as Latin-1, although UTF-8 is asked for.
        assert_eq!(parse("YWxpY2U6cORzc3f2cmQ="), Err(Malformed::Utf8));
    }

    #[test]
    fn rfc7617_4_refuses_control_characters() {
        for control in (0..=0x1f).chain([0x7f]).map(char::from) {
            for text in [
                format!("al{control}ice:secret"),
                format!("alice:sec{control}ret"),
                format!("alice:secret{control}"),
            ] {
                let token = STANDARD.encode(&text);
                assert_eq!(parse(&token), Err(Malformed::Control), "{text:?}");
            }
        }
        assert!(parse(&STANDARD.encode("alice:\u{80}")).is_ok());
    }

    #[test]
    fn rfc7617_5_refuses_all_but_canonical_base64() {
        // "alice:secret1" is `YWxpY2U6c2VjcmV0MQ==`.
        for token in [
            "YWxpY2U6c2VjcmV0MQ",
            "YWxpY2U6c2VjcmV0MQ=",
            "YWxpY2U6c2VjcmV0MQ===",
            "YWxpY2U6c2VjcmV0MR==",
            "YWxpY2U6c2VjcmV0MQ== ",
            "YWxpY2U6 c2VjcmV0MQ==",
            "YWxpY2U6c2VjcmV0MQ==YQ==",
            "YWxpY2U6c2Vj!!cmV0MQ==",
            "YWxpY2U6\u{e9}",
            "Pz8_Og==",
            "=",
            "A",
        ] {
            assert_eq!(parse(token), Err(Malformed::Base64), "{token}");
        }
        assert!(parse("YWxpY2U6c2VjcmV0MQ==").is_ok());
        assert!(parse("Pz8/Og==").is_ok());
    }

    #[test]
    fn rfc7617_5_refuses_what_is_not_utf_8() {
        for bytes in [
            b"alice:\xe9".as_slice(),
            b"al\xff:secret",
            b"alice:\xc0\xaf",
            b"alice:\xed\xa0\x80",
        ] {
            let token = STANDARD.encode(bytes);
            assert_eq!(parse(&token), Err(Malformed::Utf8), "{bytes:?}");
        }
    }

    #[test]
    fn length_has_a_limit() {
        for length in 0..40 {
            let text = format!("a:{}", "x".repeat(length));
            let token = STANDARD.encode(&text);

            let parsed = Credentials::parse(&token, 20);

            assert_eq!(parsed.is_ok(), text.len() <= 20, "{length}");
            if text.len() > 20 {
                assert_eq!(parsed, Err(Malformed::TooLong));
            }
        }
        // Not even looked at.
        let huge = "!".repeat(1 << 20);
        assert_eq!(parse(&huge), Err(Malformed::TooLong));
    }

    #[test]
    fn debug_masks_the_password() {
        let credentials = pair("alice", "secret").unwrap();

        assert_eq!(
            format!("{credentials:?}"),
            r#"Credentials { username: "alice", password: ********** }"#
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(token in "\\PC{0,60}") {
            let _ = parse(&token);
        }

        #[test]
        fn what_is_read_has_one_spelling(token in "[A-Za-z0-9+/=]{0,40}") {
            if let Ok(Credentials { username, password }) = parse(&token) {
                let text = format!("{username}:{}", password.expose_secret());
                prop_assert_eq!(STANDARD.encode(text), token);
            }
        }

        #[test]
        fn what_is_sent_is_read(
            username in "[^\\p{Cc}:]{0,20}",
            password in "\\P{Cc}{0,20}",
        ) {
            let token = STANDARD.encode(format!("{username}:{password}"));
            prop_assert_eq!(parse(&token), pair(&username, &password));
        }
    }

    fn parse(token: &str) -> Result<Credentials, Malformed> {
        Credentials::parse(token, 2048)
    }

    fn pair(username: &str, password: &str) -> Result<Credentials, Malformed> {
        Ok(Credentials {
            username: username.to_owned(),
            password: password.into(),
        })
    }
}

//! PEM ([RFC 7468]): one block, strictly.
//!
//! [RFC 7468]: https://www.rfc-editor.org/rfc/rfc7468

use zeroize::Zeroizing;

use super::KeyError;

/// What a PEM block says it holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Label {
    Certificate,
    EcPrivateKey,
    PrivateKey,
    PublicKey,
    RsaPrivateKey,
    RsaPublicKey,
}

/// Returns label and contents of the one key in `pem`.
///
/// `EC PARAMETERS`, which openssl writes before an EC key, is skipped. More
/// than one other block is refused: which one is the key would be a guess.
pub(super) fn read(pem: &str) -> Result<(Label, Zeroizing<Vec<u8>>), KeyError> {
    let mut found = None;
    let mut lines = pem.lines().map(str::trim_end);
    while let Some(line) = lines.next() {
        let Some(name) = boundary(line, "-----BEGIN ") else {
            continue;
        };
        let block = body(&mut lines, name)?;
        if name == "EC PARAMETERS" {
            continue;
        }
        if found.replace((label(name)?, block)).is_some() {
            return Err(KeyError::Encoding);
        }
    }
    found.ok_or(KeyError::Encoding)
}

fn body<'a>(
    lines: &mut impl Iterator<Item = &'a str>,
    name: &str,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let mut text = Zeroizing::new(Vec::new());
    for line in lines {
        if let Some(end) = boundary(line, "-----END ") {
            if end != name {
                return Err(KeyError::Encoding);
            }
            return base64_simd::STANDARD
                .decode_to_vec(&*text)
                .map(Zeroizing::new)
                .map_err(|_| KeyError::Encoding);
        }
        if line.starts_with("Proc-Type:") {
            return Err(KeyError::Encrypted);
        }
        text.extend_from_slice(line.as_bytes());
    }
    Err(KeyError::Encoding)
}

fn boundary<'a>(line: &'a str, start: &str) -> Option<&'a str> {
    line.strip_prefix(start)?.strip_suffix("-----")
}

fn label(name: &str) -> Result<Label, KeyError> {
    match name {
        "CERTIFICATE" => Ok(Label::Certificate),
        "EC PRIVATE KEY" => Ok(Label::EcPrivateKey),
        "ENCRYPTED PRIVATE KEY" => Err(KeyError::Encrypted),
        "PRIVATE KEY" => Ok(Label::PrivateKey),
        "PUBLIC KEY" => Ok(Label::PublicKey),
        "RSA PRIVATE KEY" => Ok(Label::RsaPrivateKey),
        "RSA PUBLIC KEY" => Ok(Label::RsaPublicKey),
        _ => Err(KeyError::Kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_one_block_whatever_stands_around_it() {
        let pem = "a comment\r\n-----BEGIN PUBLIC KEY-----\r\nZm9v\r\nYmFy\r\n-----END PUBLIC KEY-----\r\n";

        let (label, contents) = read(pem).unwrap();

        assert_eq!(label, Label::PublicKey);
        assert_eq!(*contents, b"foobar");
    }

    #[test]
    fn skips_ec_parameters() {
        let pem = "-----BEGIN EC PARAMETERS-----\nZm9v\n-----END EC PARAMETERS-----\n\
                   -----BEGIN EC PRIVATE KEY-----\nYmFy\n-----END EC PRIVATE KEY-----\n";

        assert_eq!(read(pem).unwrap().0, Label::EcPrivateKey);
    }

    #[test]
    fn says_why_a_file_is_no_key() {
        let block = |name| format!("-----BEGIN {name}-----\nZm9v\n-----END {name}-----\n");
        let twice = block("PUBLIC KEY").repeat(2);
        let begun = "-----BEGIN PUBLIC KEY-----\nZm9v\n";
        let crossed = "-----BEGIN PUBLIC KEY-----\nZm9v\n-----END PRIVATE KEY-----";
        let headed = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nZm9v\n\
                      -----END RSA PRIVATE KEY-----";
        for (pem, why) in [
            ("", KeyError::Encoding),
            (&twice, KeyError::Encoding),
            (begun, KeyError::Encoding),
            (crossed, KeyError::Encoding),
            (
                "-----BEGIN PUBLIC KEY-----\nZm9\n-----END PUBLIC KEY-----",
                KeyError::Encoding,
            ),
            (&block("OPENSSH PRIVATE KEY"), KeyError::Kind),
            (&block("ENCRYPTED PRIVATE KEY"), KeyError::Encrypted),
            (headed, KeyError::Encrypted),
        ] {
            assert_eq!(read(pem).err(), Some(why), "{pem}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(text: String) {
            let _ = read(&text);
            let _ = read(&format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----"));
        }
    }
}

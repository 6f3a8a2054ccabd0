//! Public keys as people publish them.

use bartizan_jwt::SigningKey;
use serde_json::{Value, json};

use crate::support::{encode, es256, pem, rs256};

/// Public keys in every form that is recognised as one.
pub(crate) fn public_forms() -> Vec<Vec<u8>> {
    let rsa = rs256().verifying_key().to_jwk().unwrap();
    let pkcs1 = sequence(&[integer(&number(&rsa, "n")), integer(&number(&rsa, "e"))].concat());
    let identifier = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
    let spki = sequence(&[&identifier[..], &tagged(3, &[&[0], &pkcs1[..]].concat())].concat());
    let ec = point(&es256());

    let ssh_rsa = [
        field(b"ssh-rsa"),
        field(&number(&rsa, "e")),
        field(&[&[0], &number(&rsa, "n")[..]].concat()),
    ];
    let ssh_ec = [
        field(b"ecdsa-sha2-nistp256"),
        field(b"nistp256"),
        field(&ec),
    ];
    let ssh_ed25519 = [field(b"ssh-ed25519"), field(&[0x3c; 32])];
    let ssh_sk = [
        field(b"sk-ssh-ed25519@openssh.com"),
        field(&[0x3c; 32]),
        field(b"ssh:"),
    ];
    let blobs = [
        ssh_rsa.concat(),
        ssh_ec.concat(),
        ssh_ed25519.concat(),
        ssh_sk.concat(),
    ];
    let lines = blobs.iter().flat_map(|blob| {
        let name = String::from_utf8_lossy(&blob[4..4 + usize::from(blob[3])]);
        let key = format!("{name} {}", base64(blob));
        [
            key.clone(),
            format!("{key} alice@example\n"),
            format!("no-pty,command=\"ls -l\" {key}"),
            format!("# the server\ngit.example\t{key}\n"),
        ]
    });

    let jwks = json!({ "keys": [rsa, ec_jwk()] });
    let texts = [
        pem("PUBLIC KEY", &spki),
        pem("RSA PUBLIC KEY", &pkcs1),
        pem("CERTIFICATE", &spki),
        format!("a comment\n{}", pem("PUBLIC KEY", &spki)),
        ssh2(&blobs[0]),
        rsa.to_string(),
        ec_jwk().to_string(),
        jwks.to_string(),
        json!([rsa]).to_string(),
        format!("\u{feff}{rsa}"),
        serde_json::to_string_pretty(&jwks).unwrap(),
    ];
    let texts = texts.into_iter().chain(lines).map(String::into_bytes);
    let plain = texts.chain(blobs.clone()).chain([spki, pkcs1, ec]);
    plain.flat_map(|form| spellings(&form)).collect()
}

/// The same bytes, as they come out of an editor, a shell or an environment.
pub(crate) fn spellings(bytes: &[u8]) -> Vec<Vec<u8>> {
    let standard = base64(bytes);
    let lines: Vec<_> = standard
        .as_bytes()
        .chunks(64)
        .map(String::from_utf8_lossy)
        .collect();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let texts = [
        lines.join("\r\n") + "\n",
        standard.trim_end_matches('=').to_owned(),
        base64_simd::URL_SAFE.encode_to_string(bytes),
        encode(bytes),
        hex.to_uppercase(),
        hex + "\n",
        standard,
    ];
    let around = |before: &[u8], after: &[u8]| [before, bytes, after].concat();
    let ends = [
        around(b"", b""),
        around(b"", b"\n"),
        around(b"\n  ", b"\r\n"),
        around(b"\xef\xbb\xbf", b""),
    ];
    texts
        .into_iter()
        .map(String::into_bytes)
        .chain(ends)
        .collect()
}

/// RFC 4716 section 3.6.
fn ssh2(blob: &[u8]) -> String {
    format!(
        "---- BEGIN SSH2 PUBLIC KEY ----\nComment: \"alice\"\n{}\n---- END SSH2 PUBLIC KEY ----\n",
        base64(blob)
    )
}

fn base64(bytes: &[u8]) -> String {
    base64_simd::STANDARD.encode_to_string(bytes)
}

fn ec_jwk() -> Value {
    es256().verifying_key().to_jwk().unwrap()
}

fn point(key: &SigningKey) -> Vec<u8> {
    let jwk = key.verifying_key().to_jwk().unwrap();
    [&[4], &number(&jwk, "x")[..], &number(&jwk, "y")].concat()
}

fn number(jwk: &Value, name: &str) -> Vec<u8> {
    let text = jwk[name].as_str().unwrap();
    base64_simd::URL_SAFE_NO_PAD.decode_to_vec(text).unwrap()
}

/// A `string` of SSH (RFC 4251 section 5).
fn field(bytes: &[u8]) -> Vec<u8> {
    let len = u32::try_from(bytes.len()).unwrap().to_be_bytes();
    [&len[..], bytes].concat()
}

fn tagged(tag: u8, body: &[u8]) -> Vec<u8> {
    let len = u16::try_from(body.len()).unwrap().to_be_bytes();
    let head = match len {
        [0, short @ 0..=0x7f] => vec![tag, short],
        [0, long] => vec![tag, 0x81, long],
        [high, low] => vec![tag, 0x82, high, low],
    };
    [head, body.to_vec()].concat()
}

fn sequence(body: &[u8]) -> Vec<u8> {
    tagged(0x30, body)
}

fn integer(number: &[u8]) -> Vec<u8> {
    let sign: &[u8] = if number[0] >= 0x80 { &[0] } else { &[] };
    tagged(2, &[sign, number].concat())
}

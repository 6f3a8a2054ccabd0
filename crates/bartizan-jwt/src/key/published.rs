//! The spellings in which public keys are published: none of them is a secret.

use aws_lc_rs::signature;
use aws_lc_rs::signature::ParsedPublicKey;
use zeroize::Zeroizing;

use super::der;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What the name of a key's type begins with in SSH ([RFC 4253 section 6.6]).
///
/// [RFC 4253 section 6.6]: https://www.rfc-editor.org/rfc/rfc4253#section-6.6
const SSH_TYPES: [&[u8]; 4] = [b"ssh-", b"ecdsa-sha2-", b"sk-ssh-", b"sk-ecdsa-"];

/// Whether `secret` is a public key as someone may have published it, also where
/// it is spelled in base64, base64url or hexadecimal once more.
pub(super) fn is_published(secret: &[u8]) -> bool {
    let text = secret.strip_prefix(BYTE_ORDER_MARK).unwrap_or(secret);
    let decoded = [from_hex(text), from_base64(text)];
    is_public(text) || decoded.into_iter().flatten().any(|bytes| is_public(&bytes))
}

fn is_public(bytes: &[u8]) -> bool {
    let start = bytes.trim_ascii_start();
    let start = start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(start);
    let start = start.trim_ascii_start();
    // What ends a file is no part of a key; other white space at its end may be.
    let ends = ["", "\n", "\r\n"];
    let mut whole = ends
        .iter()
        .filter_map(|end| start.strip_suffix(end.as_bytes()));
    is_text(start) || whole.any(is_binary)
}

/// Whether `text` is PEM, a line or file of SSH, or JSON with a JWK in it.
fn is_text(text: &[u8]) -> bool {
    let contains = |part: &[u8]| text.windows(part.len()).any(|window| window == part);
    let json = matches!(text, [b'{' | b'[', ..]);
    contains(b"-----BEGIN")
        || contains(b"---- BEGIN SSH2")
        || (json && (contains(b"\"kty\"") || contains(b"\"keys\"")))
        || is_ssh_line(text)
}

/// Whether the name of a type is followed by a blob, wherever in the line: before
/// it there may be options, or names of hosts.
fn is_ssh_line(text: &[u8]) -> bool {
    let words = || {
        text.split(u8::is_ascii_whitespace)
            .filter(|word| !word.is_empty())
    };
    // Each blob begins with a length below 256, in four bytes.
    words()
        .zip(words().skip(1))
        .any(|(name, blob)| is_ssh_type(name) && blob.starts_with(b"AAAA"))
}

fn is_ssh_type(name: &[u8]) -> bool {
    SSH_TYPES.iter().any(|start| name.starts_with(start))
}

/// Whether `bytes` are DER, an SSH blob, or a point of a curve.
fn is_binary(bytes: &[u8]) -> bool {
    let blob = matches!(bytes, [0, 0, 0, _, name @ ..] if is_ssh_type(name));
    blob || der::is_public_key(bytes) || is_point(bytes)
}

/// Whether `bytes` are the uncompressed point of an EC key: random ones have next
/// to no chance to lie on the curve. Of compressed points each second one does.
fn is_point(bytes: &[u8]) -> bool {
    [
        &signature::ECDSA_P256_SHA256_FIXED,
        &signature::ECDSA_P384_SHA384_FIXED,
        &signature::ECDSA_P521_SHA512_FIXED,
    ]
    .into_iter()
    .any(|scheme| bytes.first() == Some(&4) && ParsedPublicKey::new(scheme, bytes).is_ok())
}

fn from_hex(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let digits = text.iter().filter(|byte| !byte.is_ascii_whitespace());
    let digits = digits.map(|byte| {
        char::from(*byte)
            .to_digit(16)
            .and_then(|n| u8::try_from(n).ok())
    });
    let digits: Zeroizing<Vec<u8>> = Zeroizing::new(digits.collect::<Option<_>>()?);
    let pairs = digits.chunks_exact(2);
    let bytes = pairs.map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit));
    Some(Zeroizing::new(bytes.collect()))
}

/// Decodes either alphabet, broken into lines or not, padded or not.
fn from_base64(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let text = text.iter().filter(|byte| !byte.is_ascii_whitespace());
    let standard = text.map(|byte| match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => *other,
    });
    let standard: Zeroizing<Vec<u8>> = Zeroizing::new(standard.collect());
    base64_simd::forgiving_decode_to_vec(&standard)
        .ok()
        .map(Zeroizing::new)
}

//! Base64url without padding, refusing every spelling but the canonical one.

use base64_simd::{AsOut, URL_SAFE_NO_PAD};

/// Decodes `text` into the front of `buffer`.
///
/// Characters outside the alphabet, padding, and set bits after the last whole
/// byte are refused, so that a token has one spelling. A `buffer` that is too
/// short is refused too.
pub(crate) fn decode<'b>(text: &[u8], buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    // Six bits a character; what is left over is refused by the decoder.
    if text.len() / 4 * 3 + text.len() % 4 * 3 / 4 > buffer.len() {
        return None;
    }
    URL_SAFE_NO_PAD
        .decode(text, buffer.as_out())
        .ok()
        .map(|bytes| &*bytes)
}

/// Decodes `text` into a new vector.
pub(crate) fn decode_to_vec(text: &[u8]) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode_to_vec(text).ok()
}

/// Encodes `bytes`.
pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode_to_string(bytes)
}

/// Appends the encoding of `bytes` to `text`.
pub(crate) fn encode_onto(bytes: &[u8], text: &mut String) {
    URL_SAFE_NO_PAD.encode_append(bytes, text);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn jwt_8_refuses_every_other_spelling() {
        for text in [
            "Zg==",
            "Zg=",
            "Zh",
            "Zm9=",
            "Zm8=",
            "Zm9v\n",
            " Zm9v",
            "Zm9v ",
            "Z",
            "Zm9vY",
            "Zm+v",
            "Zm/v",
            "Zm.v",
            "Zm\0v",
            "Zm9\u{e9}",
        ] {
            assert_eq!(decode_to_vec(text.as_bytes()), None, "{text:?}");
        }
        assert_eq!(decode_to_vec(b"Zg"), Some(b"f".to_vec()));
        assert_eq!(decode_to_vec(b""), Some(Vec::new()));
        assert_eq!(decode_to_vec(b"-_-_"), Some(vec![0xfb, 0xff, 0xbf]));
    }

    #[test]
    fn refuses_what_does_not_fit_the_buffer() {
        assert_eq!(decode(b"Zm9v", &mut [0; 2]), None);
        assert_eq!(decode(b"Zm9v", &mut [0; 3]), Some(&b"foo"[..]));
    }

    proptest! {
        #[test]
        fn jwt_8_what_decodes_encodes_back_to_itself(text in "[A-Za-z0-9_=-]{0,90}") {
            if let Some(bytes) = decode_to_vec(text.as_bytes()) {
                prop_assert_eq!(encode(&bytes), text);
            }
        }

        #[test]
        fn what_encodes_decodes_back_to_itself(bytes: Vec<u8>) {
            let text = encode(&bytes);
            let mut buffer = vec![0; bytes.len()];

            prop_assert_eq!(decode(text.as_bytes(), &mut buffer), Some(&bytes[..]));
        }
    }
}

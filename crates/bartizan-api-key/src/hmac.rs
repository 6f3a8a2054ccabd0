use aws_lc_rs::digest;
use sha2::block_api::compress256;
use zeroize::Zeroizing;

use crate::format::SIGNED_LEN;

/// Bytes of an HMAC-SHA-256.
pub(crate) const TAG_LEN: usize = 32;

/// Bytes of a block of SHA-256.
const BLOCK: usize = 64;
/// Most bytes in a last block: `0x80` and the length go behind them.
const LAST: usize = BLOCK - 9;
const _: () = assert!(SIGNED_LEN <= LAST && TAG_LEN <= LAST);

/// The state that SHA-256 begins with ([FIPS 180-4, section 5.3.3]).
///
/// [FIPS 180-4, section 5.3.3]: https://csrc.nist.gov/pubs/fips/180-4/upd1/final
const INITIAL: State = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

type State = [u32; 8];

/// HMAC-SHA-256 ([RFC 2104]) under one key, of messages as long as what is signed of
/// an API key.
///
/// Both the states after the padded key are kept and messages fit in one block, so
/// that a tag costs two blocks, as a plain SHA-256 of the whole key does. A general
/// HMAC keeps a context for each call, and takes twice as long.
///
/// [RFC 2104]: https://www.rfc-editor.org/rfc/rfc2104
pub(crate) struct MacKey {
    inner: Zeroizing<State>,
    outer: Zeroizing<State>,
}

impl MacKey {
    pub(crate) fn new(key: &[u8]) -> Self {
        let mut block = Zeroizing::new([0; BLOCK]);
        let hash;
        let key = if key.len() > BLOCK {
            hash = digest::digest(&digest::SHA256, key);
            hash.as_ref()
        } else {
            key
        };
        for (byte, key) in block.iter_mut().zip(key) {
            *byte = *key;
        }
        Self {
            inner: padded(&block, 0x36),
            outer: padded(&block, 0x5c),
        }
    }

    pub(crate) fn sign(&self, message: &[u8; SIGNED_LEN]) -> [u8; TAG_LEN] {
        let inner = finish(&self.inner, message);
        finish(&self.outer, &inner)
    }
}

/// Returns the state after the key, each byte of which is changed by `pad`.
fn padded(key: &[u8; BLOCK], pad: u8) -> Zeroizing<State> {
    let block = Zeroizing::new(key.map(|byte| byte ^ pad));
    let mut state = Zeroizing::new(INITIAL);
    compress256(&mut state, &[*block]);
    state
}

/// Hashes the last `N` bytes after one block that led to `state`.
fn finish<const N: usize>(state: &State, message: &[u8; N]) -> [u8; TAG_LEN] {
    const { assert!(N <= LAST) }
    let mut block = [0; BLOCK];
    let bits = (BLOCK + N) * 8;
    if let Some((start, rest)) = block.split_first_chunk_mut() {
        *start = *message;
        if let Some(end) = rest.first_mut() {
            *end = 0x80;
        }
    }
    if let Some(length) = block.last_chunk_mut() {
        *length = bits.to_be_bytes();
    }
    let mut state = *state;
    compress256(&mut state, &[block]);
    let mut tag = [0; TAG_LEN];
    for (bytes, word) in tag.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    tag
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::hmac;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pads_as_rfc_2104_says() {
        // Python: hmac.new(bytes(range(32)), b"k" * 43, "sha256").hexdigest()
        let key: Vec<u8> = (0..32).collect();
        let hex: String = MacKey::new(&key)
            .sign(&[b'k'; SIGNED_LEN])
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();

        assert_eq!(
            hex,
            "0365c4f2e93ccce50aa34bc679b4d1d991b402800bd2402ad81b01b1210a6aba"
        );
    }

    proptest! {
        #[test]
        fn is_the_hmac_of_aws_lc(
            key in prop::collection::vec(any::<u8>(), 0..130),
            message in prop::array::uniform32(any::<u8>()),
            end in prop::array::uniform11(any::<u8>()),
        ) {
            let message: [u8; SIGNED_LEN] = [&message[..], &end].concat().try_into().unwrap();
            let theirs = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &message);
            prop_assert_eq!(&MacKey::new(&key).sign(&message)[..], theirs.as_ref());
        }
    }
}

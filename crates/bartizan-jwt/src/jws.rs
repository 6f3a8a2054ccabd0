use crate::header::Header;
use crate::{KeySet, TokenError, VerifyingKey, base64url};

/// The longest signature: that of an RSA key of 8192 bits.
const MAX_SIGNATURE_LEN: usize = 1024;
/// The longest that is not RSA, in base64url: P-521.
const SHORT_SIGNATURE_LEN: usize = 176;
/// The longest token of [`verify_jws`]: its parts are read before it is known who
/// wrote them.
const MAX_LEN: usize = 1024 * 1024;

/// Verifies a compact JWS ([RFC 7515 section 7.1]) and returns its payload,
/// whatever that is.
///
/// For access tokens there is [`Verifier`](crate::Verifier): a signature alone
/// says neither for whom a token is, nor until when.
///
/// The header's `alg` must be that of a key in `keys`, and its `kid` that of the
/// key, where both have one. Any `crit` is refused, and so are `b64`, `zip`, the
/// JSON serialisations, and tokens over 1 MiB.
///
/// # Example
///
/// ```
/// use bartizan_jwt::{Algorithm, KeySet, SigningKey, TokenError, sign_jws, verify_jws};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = SigningKey::generate(Algorithm::EdDSA)?;
/// let token = sign_jws(&key, b"drawbridge")?;
///
/// let keys = KeySet::from(key.verifying_key());
/// assert_eq!(verify_jws(&token, &keys)?, b"drawbridge");
/// assert_eq!(verify_jws(&format!("{token}A"), &keys), Err(TokenError::Signature));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`TokenError::TooLong`], [`TokenError::Malformed`], [`TokenError::Header`],
/// [`TokenError::Critical`], [`TokenError::Algorithm`], [`TokenError::Key`] or
/// [`TokenError::Signature`].
///
/// [RFC 7515 section 7.1]: https://www.rfc-editor.org/rfc/rfc7515#section-7.1
pub fn verify_jws(token: &str, keys: &KeySet) -> Result<Vec<u8>, TokenError> {
    if token.len() > MAX_LEN {
        return Err(TokenError::TooLong);
    }
    let compact = Compact::split(token)?;
    let candidates = Header::decode(compact.header, |header| {
        keys.candidates(header.algorithm, header.id.as_deref())
    })?;
    compact.verify(&candidates)?;
    base64url::decode_to_vec(compact.payload).ok_or(TokenError::Malformed)
}

/// Signs `payload`, whatever it is, as a compact JWS.
///
/// For access tokens there is [`TokenSigner`](crate::TokenSigner). [`verify_jws`]
/// takes no token over 1 MiB, which a payload of 765 KiB fits.
///
/// # Errors
///
/// [`KeyError::Random`](crate::KeyError::Random) if signing fails for lack of
/// random bytes.
pub fn sign_jws(key: &crate::SigningKey, payload: &[u8]) -> Result<String, crate::KeyError> {
    let mut token = Header::encode(key, None);
    token.push('.');
    base64url::encode_onto(payload, &mut token);
    let signature = key.sign(token.as_bytes())?;
    token.push('.');
    base64url::encode_onto(&signature, &mut token);
    Ok(token)
}

/// The parts of a compact JWS, not yet decoded.
#[derive(Clone, Copy)]
pub(crate) struct Compact<'a> {
    pub(crate) header: &'a [u8],
    pub(crate) payload: &'a [u8],
    signature: &'a [u8],
    signed: &'a [u8],
}

impl<'a> Compact<'a> {
    pub(crate) fn split(token: &'a str) -> Result<Self, TokenError> {
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(TokenError::Malformed)?;
        Ok(Self {
            header: header.as_bytes(),
            payload: payload.as_bytes(),
            signature: signature.as_bytes(),
            signed: signed.as_bytes(),
        })
    }

    /// Verifies the signature with any of `keys`.
    pub(crate) fn verify(&self, keys: &[VerifyingKey]) -> Result<(), TokenError> {
        let mut short = [0; SHORT_SIGNATURE_LEN];
        let mut long;
        let buffer = if self.signature.len() <= SHORT_SIGNATURE_LEN {
            &mut short[..]
        } else {
            long = [0; MAX_SIGNATURE_LEN];
            &mut long[..]
        };
        let signature = base64url::decode(self.signature, buffer).ok_or(TokenError::Malformed)?;
        if keys.iter().any(|key| key.verify(self.signed, signature)) {
            Ok(())
        } else {
            Err(TokenError::Signature)
        }
    }
}

use std::fmt;

/// Why something is no usable key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum KeyError {
    /// The key does not fit the algorithm, or names another, or none and does
    /// not imply one.
    Algorithm,
    /// Two different keys have the same `kid`.
    DuplicateId,
    /// The set holds no key that can verify a signature.
    EmptySet,
    /// PEM, DER, base64url or JSON is malformed.
    Encoding,
    /// The key is encrypted, and this crate asks for no passphrases.
    Encrypted,
    /// The `kid` is empty or longer than [`KeySet::MAX_ID_LEN`](crate::KeySet::MAX_ID_LEN).
    Id,
    /// The numbers are no key: a point off the curve, an exponent of 1, a
    /// modulus that is known to be weak, a private half that does not match.
    Invalid,
    /// No signing or verification key of a type this crate knows.
    Kind,
    /// The set mixes secrets and public keys.
    Mixed,
    /// A private key was given where a public one belongs.
    Private,
    /// The operating system gave no random bytes.
    Random,
    /// A public key was given where a secret is needed.
    PublicAsSecret,
    /// The key is too small or too large for its algorithm.
    Size,
    /// The set holds more keys than [`KeySet::MAX_KEYS`](crate::KeySet::MAX_KEYS).
    TooMany,
    /// `use` or `key_ops` says that the key is for something else.
    Use,
    /// The secret has fewer than 8 different bytes, so it is not random.
    Weak,
}

impl std::error::Error for KeyError {}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Algorithm => "the key does not fit the algorithm",
            Self::DuplicateId => "two different keys have the same id",
            Self::EmptySet => "the set holds no usable key",
            Self::Encoding => "the key is malformed",
            Self::Encrypted => "the key is encrypted",
            Self::Id => "the key's id is empty or too long",
            Self::Invalid => "the key is invalid",
            Self::Kind => "the key is of an unsupported type",
            Self::Mixed => "the set mixes secrets and public keys",
            Self::Private => "the key is private",
            Self::Random => "no random bytes are available",
            Self::PublicAsSecret => "a public key cannot be a secret",
            Self::Size => "the key is too small or too large",
            Self::TooMany => "the set holds too many keys",
            Self::Use => "the key is meant for another use",
            Self::Weak => "the secret is not random",
        })
    }
}

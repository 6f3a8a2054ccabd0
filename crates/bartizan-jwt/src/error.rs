use std::fmt;

/// Why a token was refused.
///
/// Neither variant nor text holds anything from the token, so both are safe to
/// show and to log.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum TokenError {
    /// `alg` is unknown, not on the list, or not the one of the key.
    Algorithm,
    /// `aud` does not name this service.
    Audience,
    /// The payload is no JSON object, names a member twice, or a registered
    /// claim has the wrong type.
    Claims,
    /// The header names an extension that must be understood and is not.
    Critical,
    /// `exp` has passed.
    Expired,
    /// The header is no JSON object, names a member twice, a member has the wrong
    /// type, or `kid` is longer than [`KeySet::MAX_ID_LEN`](crate::KeySet::MAX_ID_LEN).
    Header,
    /// `iat` lies in the future.
    IssuedInFuture,
    /// `iss` is not the expected one.
    Issuer,
    /// No key of the set fits the header, or too many do.
    Key,
    /// The token is valid for longer than this verifier allows.
    Lifetime,
    /// Not three base64url parts.
    Malformed,
    /// A claim that is required is absent, or is a `sub` that names nobody.
    MissingClaim(&'static str),
    /// `nbf` lies in the future.
    NotYetValid,
    /// The signature does not verify.
    Signature,
    /// The token is longer than this verifier, or [`verify_jws`](crate::verify_jws), reads.
    TooLong,
    /// `typ` is not an expected one.
    Type,
}

impl std::error::Error for TokenError {}

impl TokenError {
    /// Returns the sentence that is for whoever sent the token.
    ///
    /// [`Display`](fmt::Display) shows the same, and also names the claim that is
    /// missing.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Algorithm => "the token's algorithm is not accepted",
            Self::Audience => "the token is meant for another audience",
            Self::Claims => "the token's claims are malformed",
            Self::Critical => "the token has a critical header that is not understood",
            Self::Expired => "the token has expired",
            Self::Header => "the token's header is malformed",
            Self::IssuedInFuture => "the token was issued in the future",
            Self::Issuer => "the token's issuer is not accepted",
            Self::Key => "the token names no known key",
            Self::Lifetime => "the token's lifetime is too long",
            Self::Malformed => "the token is malformed",
            Self::MissingClaim(_) => "the token lacks a required claim",
            Self::NotYetValid => "the token is not valid yet",
            Self::Signature => "the token's signature is invalid",
            Self::TooLong => "the token is too long",
            Self::Type => "the token's type is not accepted",
        }
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())?;
        match self {
            Self::MissingClaim(name) => write!(f, ": {name}"),
            _ => Ok(()),
        }
    }
}

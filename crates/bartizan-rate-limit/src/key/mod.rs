mod bytes;
mod client;
mod error;
mod part;
mod small;
mod text;
mod tuple;

use std::fmt;
use std::sync::Arc;

use bartizan_core::RequestHead;
use http::{Extensions, HeaderName};

pub use self::bytes::KeyBytes;
pub use self::client::InvalidPrefix;
pub(crate) use self::client::{network, prefixes};
pub use self::error::KeyError;
use self::part::Part;
pub(crate) use self::small::SmallBytes;
pub use self::text::InvalidKey;

/// What tells those apart whose requests are counted separately.
///
/// A tuple of keys is a key: `(Key::principal(), Key::path())`. One that cannot be
/// made of a request refuses it; see [`KeyError`]. The default is
/// [`client`](Self::client).
///
/// # Example
///
/// ```
/// use bartizan_rate_limit::Key;
///
/// let user_or_address = Key::principal().or(Key::client());
/// let each_method = Key::from((user_or_address, Key::method()));
/// ```
#[derive(Clone)]
#[must_use]
pub struct Key(Part);

impl Key {
    /// Tells clients apart by their address, as [`FindClient`] found it: IPv4 whole,
    /// IPv6 by its first 64 bits, since a client has at least as many addresses.
    /// Refuses with 503 where no [`FindClient`] went before.
    ///
    /// [`FindClient`]: bartizan_core::FindClient
    pub fn client() -> Self {
        let (ipv4, ipv6) = (32, 64);
        Self(Part::Client { ipv4, ipv6 })
    }

    /// As [`client`](Self::client), by the first `ipv4` or `ipv6` bits of the
    /// address.
    ///
    /// An IPv4 address that is mapped into IPv6 is IPv4. With more than 64 bits of IPv6,
    /// a client that has a /64 to itself, as most have, has as many buckets as it likes.
    ///
    /// # Errors
    ///
    /// [`InvalidPrefix`] when it is not 8 to 32 bits of IPv4 and 16 to 128 of IPv6: with
    /// less, everyone shares a few buckets, and none does with more than there are.
    ///
    /// ```
    /// use bartizan_rate_limit::Key;
    ///
    /// let customers = Key::network(32, 56)?;
    /// assert!(Key::network(0, 0).is_err());
    /// # Ok::<_, bartizan_rate_limit::InvalidPrefix>(())
    /// ```
    pub fn network(ipv4: u8, ipv6: u8) -> Result<Self, InvalidPrefix> {
        let (ipv4, ipv6) = prefixes(ipv4, ipv6)?;
        Ok(Self(Part::Client { ipv4, ipv6 }))
    }

    /// Counts all requests together, under `name`.
    pub fn constant(name: &'static str) -> Self {
        Self(Part::Constant(name))
    }

    /// Tells credentials apart by their [id], such as the `jti` of a token. Refuses
    /// with 403 where nobody is authenticated, and with 503 where the credential has
    /// no id.
    ///
    /// [id]: bartizan_core::Principal::credential_id
    pub fn credential() -> Self {
        Self(Part::Credential)
    }

    /// Makes a key with `write`, which pushes what it is made of. One that pushes
    /// nothing refuses with 400.
    ///
    /// ```
    /// use bartizan_rate_limit::{Key, KeyError};
    ///
    /// let tenant = Key::from_fn(|head, key| {
    ///     let host = head.uri().host().ok_or(KeyError::Missing("no host was sent"))?;
    ///     key.push(host.to_ascii_lowercase());
    ///     Ok(())
    /// });
    /// ```
    pub fn from_fn<F>(write: F) -> Self
    where
        F: Fn(RequestHead<'_>, &mut KeyBytes) -> Result<(), KeyError> + Send + Sync + 'static,
    {
        Self(Part::Custom(Arc::new(write)))
    }

    /// Tells apart by the value of a header field. Refuses with 400 where it is
    /// absent, empty, or sent twice.
    ///
    /// A client writes into it what it likes, and so gets as many buckets as it
    /// likes: use it for a field that a proxy of yours sets, or beside
    /// another key.
    pub fn header(name: HeaderName) -> Self {
        Self(Part::Header(name))
    }

    /// Tells apart by the method.
    pub fn method() -> Self {
        Self(Part::Method)
    }

    /// Tells apart by the path, normalised: `//a/%62/../b/` is `/a/b`.
    ///
    /// Where a path holds an id, each id has its own bucket. [`pattern`](Self::pattern)
    /// has one for all of them.
    pub fn path() -> Self {
        Self(Part::Path)
    }

    /// Tells apart by the pattern that the router matched, such as `/items/{id}`,
    /// which `read` finds among the extensions. Refuses with 503 where there is none.
    ///
    /// ```
    /// use bartizan_rate_limit::Key;
    /// # #[derive(Clone)] struct MatchedPath(String);
    /// # impl MatchedPath { fn as_str(&self) -> &str { &self.0 } }
    ///
    /// // With axum's `MatchedPath`:
    /// let pattern = Key::pattern(|extensions| {
    ///     extensions.get::<MatchedPath>().map(MatchedPath::as_str)
    /// });
    /// let or_one_for_the_rest = pattern.or(Key::constant("not found"));
    /// ```
    pub fn pattern<F>(read: F) -> Self
    where
        F: Fn(&Extensions) -> Option<&str> + Send + Sync + 'static,
    {
        Self(Part::Pattern(Arc::new(read)))
    }

    /// Tells users apart by issuer and subject. Refuses with 403 where nobody is
    /// authenticated.
    pub fn principal() -> Self {
        Self(Part::Principal)
    }

    /// Uses `other` for requests of which this key cannot be made.
    ///
    /// Two keys of different kinds are never equal. One that is
    /// [malformed](KeyError::Malformed) is refused all the same.
    pub fn or(self, other: impl Into<Self>) -> Self {
        Self(Part::First(Box::new((self.0, other.into().0))))
    }

    /// Writes the key of the request with this `head`.
    pub(crate) fn write(
        &self,
        head: RequestHead<'_>,
        bytes: &mut KeyBytes,
    ) -> Result<(), KeyError> {
        self.0.write(head, bytes)
    }

    /// Whether the key holds no one but whom the request is known to come from, so
    /// that what is left of its quota is no news of others.
    pub(crate) fn is_own(&self) -> bool {
        self.0.is_own()
    }
}

impl Default for Key {
    fn default() -> Self {
        Self::client()
    }
}

/// Shows what the key is made of, and nothing of a request.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

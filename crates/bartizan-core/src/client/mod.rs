mod forwarded;
mod peer;
mod proxies;

use std::net::{IpAddr, SocketAddr};
use std::{fmt, sync::Arc};

use http::{Extensions, Request};

#[cfg(feature = "axum")]
pub use self::peer::axum_peer;
pub use self::peer::socket_peer;
#[cfg(feature = "tonic")]
pub use self::peer::tonic_peer;
pub use self::proxies::{ForwardedBy, InvalidProxy, TrustedProxies};
use crate::{Guard, Pass, RequestHead, Verdict};

/// The address of the client, as found behind trusted proxies.
///
/// Lies among the extensions of a request that passed [`FindClient`]. An IPv4
/// address mapped into IPv6 is given as IPv4.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ClientAddr(IpAddr);

impl ClientAddr {
    /// Creates one of a bare address.
    #[must_use]
    pub fn new(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }

    /// Returns the address.
    #[must_use]
    pub const fn ip(self) -> IpAddr {
        self.0
    }
}

impl From<ClientAddr> for IpAddr {
    fn from(client: ClientAddr) -> Self {
        client.0
    }
}

/// Reads the address of the connection's peer from a request's extensions.
type Peer = Arc<dyn Fn(&Extensions) -> Option<SocketAddr> + Send + Sync>;

/// Finds the address of the client and puts it among the extensions of the
/// request, as [`ClientAddr`].
///
/// It turns nothing away: a request whose peer is not known goes on without an
/// address, and a guard that needs one says so.
///
/// # Example
///
/// ```
/// use bartizan_core::{FindClient, GuardLayer, TrustedProxies};
///
/// let proxies = TrustedProxies::parse(["10.0.0.0/8"])?;
/// let layer = GuardLayer::new(FindClient::behind(proxies));
/// # Ok::<(), bartizan_core::InvalidProxy>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct FindClient {
    proxies: TrustedProxies,
    peer: Peer,
}

impl FindClient {
    /// Creates a guard that believes what `proxies` say of the client.
    ///
    /// The peer is read by [`socket_peer`].
    pub fn behind(proxies: TrustedProxies) -> Self {
        Self {
            proxies,
            peer: Arc::new(socket_peer),
        }
    }

    /// Reads the address of the connection's peer with `peer`.
    pub fn peer<F>(self, peer: F) -> Self
    where
        F: Fn(&Extensions) -> Option<SocketAddr> + Send + Sync + 'static,
    {
        Self {
            peer: Arc::new(peer),
            ..self
        }
    }

    /// Finds the address of the client that sent the request with this `head`.
    #[must_use]
    pub fn find(&self, head: RequestHead<'_>) -> Option<ClientAddr> {
        let peer = (self.peer)(head.extensions())?;
        Some(self.proxies.client(peer.ip(), head.headers()))
    }
}

impl Guard for FindClient {
    type Pass = Found;

    fn name(&self) -> &'static str {
        "client-address"
    }

    fn check(&self, head: RequestHead<'_>) -> Verdict<Found> {
        Verdict::Pass(Found(self.find(head)))
    }
}

impl fmt::Debug for FindClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FindClient")
            .field("proxies", &self.proxies)
            .finish_non_exhaustive()
    }
}

/// What [`FindClient`] lets pass.
#[derive(Debug)]
pub struct Found(Option<ClientAddr>);

impl Pass for Found {
    fn admit<B>(&mut self, request: &mut Request<B>) {
        match self.0 {
            Some(client) => request.extensions_mut().insert(client),
            None => request.extensions_mut().remove::<ClientAddr>(),
        };
    }
}

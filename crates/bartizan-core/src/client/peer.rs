use std::net::SocketAddr;

use http::Extensions;

/// Reads the peer from a plain `SocketAddr`, as a hand-written accept loop leaves
/// it.
#[must_use]
pub fn socket_peer(extensions: &Extensions) -> Option<SocketAddr> {
    extensions.get().copied()
}

/// Reads the peer from axum's `ConnectInfo`, as
/// `into_make_service_with_connect_info::<SocketAddr>()` leaves it.
#[cfg(feature = "axum")]
#[must_use]
pub fn axum_peer(extensions: &Extensions) -> Option<SocketAddr> {
    let info = extensions.get::<axum::extract::ConnectInfo<SocketAddr>>()?;
    Some(info.0)
}

/// Reads the peer from tonic's connection information.
#[cfg(feature = "tonic")]
#[must_use]
pub fn tonic_peer(extensions: &Extensions) -> Option<SocketAddr> {
    use tonic::transport::server::TcpConnectInfo;
    extensions.get::<TcpConnectInfo>()?.remote_addr()
}

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use bartizan_core::{Scheme, socket_peer};
use http::Extensions;

/// What no file can say.
#[derive(Clone)]
pub(super) struct Wiring {
    pub(super) peer: fn(&Extensions) -> Option<SocketAddr>,
    pub(super) matched: Option<fn(&Extensions) -> Option<&str>>,
    pub(super) schemes: Vec<Arc<dyn Scheme>>,
}

impl Default for Wiring {
    fn default() -> Self {
        Self {
            peer: socket_peer,
            matched: None,
            schemes: Vec::new(),
        }
    }
}

impl fmt::Debug for Wiring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.schemes.iter().map(|scheme| scheme.name());
        f.debug_struct("Wiring")
            .field("schemes", &names.collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

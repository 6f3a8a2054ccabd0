use std::collections::HashMap;
use std::sync::Arc;

use bartizan_core::{BoxError, Reply};

use crate::{Client, RepeatedClient};

/// Where clients are kept.
pub trait ClientStore: Send + Sync + 'static {
    /// Finds the client with this id.
    ///
    /// # Errors
    ///
    /// Whatever kept the store from telling. It is never taken for "no such
    /// client".
    fn find(&self, id: &str) -> Reply<Result<Option<Client>, BoxError>>;
}

impl<S: ClientStore + ?Sized> ClientStore for Arc<S> {
    fn find(&self, id: &str) -> Reply<Result<Option<Client>, BoxError>> {
        (**self).find(id)
    }
}

/// Clients in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryClientStore(HashMap<String, Client>);

impl MemoryClientStore {
    /// Creates a store of `clients`.
    ///
    /// # Errors
    ///
    /// [`RepeatedClient`] when two have the same id.
    pub fn new(clients: impl IntoIterator<Item = Client>) -> Result<Self, RepeatedClient> {
        let mut store = HashMap::new();
        for client in clients {
            let id = client.id().to_owned();
            if store.insert(id.clone(), client).is_some() {
                return Err(RepeatedClient { id });
            }
        }
        Ok(Self(store))
    }
}

impl ClientStore for MemoryClientStore {
    fn find(&self, id: &str) -> Reply<Result<Option<Client>, BoxError>> {
        Reply::Ready(Ok(self.0.get(id).cloned()))
    }
}

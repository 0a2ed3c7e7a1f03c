//! The connections of one listener: how many each caller holds, and that one which fails takes no other with it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::future::Future;
use std::net::IpAddr;

use tokio::task::{Id, JoinSet};

use super::{Peer, household};

pub(super) struct Crowd {
    per_address: usize,
    connections: JoinSet<()>,
    from: HashMap<Id, IpAddr>,
    held: HashMap<IpAddr, Held>,
}

#[derive(Default)]
struct Held {
    n_connections: usize,
    /// One line in the log for each time an address is at its limit, not one for each attempt.
    refused: bool,
}

impl Crowd {
    pub(super) fn new(per_address: usize) -> Crowd {
        Crowd { per_address, connections: JoinSet::new(), from: HashMap::new(), held: HashMap::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.connections.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.connections.is_empty()
    }

    /// Starts a connection, or closes it at once when its address holds as many as it may.
    pub(super) fn admit(&mut self, peer: Peer, connection: impl Future<Output = ()> + Send + 'static) {
        let address = household(peer);
        let per_address = self.per_address;
        let held = self.held.entry(address).or_default();
        if held.n_connections < per_address {
            held.n_connections += 1;
            self.from.insert(self.connections.spawn(connection).id(), address);
        } else if !held.refused {
            held.refused = true;
            tracing::warn!(peer.address = %address, "{address} holds {per_address} connections; more are closed");
        }
    }

    /// Resolves when one connection has ended; at once when there is none.
    pub(super) async fn leave(&mut self) {
        let id = match self.connections.join_next_with_id().await {
            None => return,
            Some(Ok((id, ()))) => id,
            Some(Err(error)) => {
                if error.is_panic() {
                    tracing::error!("a connection ended by a panic; the others go on");
                }
                error.id()
            }
        };
        if let Some(address) = self.from.remove(&id) {
            self.release(address);
        }
    }

    fn release(&mut self, address: IpAddr) {
        if let Entry::Occupied(mut held) = self.held.entry(address) {
            held.get_mut().n_connections -= 1;
            if held.get().n_connections == 0 {
                held.remove();
            }
        }
    }

    /// Resolves when all have ended.
    pub(super) async fn empty(&mut self) {
        while !self.is_empty() {
            self.leave().await;
        }
    }

    /// Ends all where they stand.
    pub(super) async fn cut(&mut self) {
        self.connections.shutdown().await;
    }
}

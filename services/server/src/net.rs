//! Placement: which roles this process hosts, and how each reaches the others. The same generated client works over
//! either placement.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::Request;
use kit::caller::Area;
use kit::clock::Clock;
use kit::guard::{Door, guarded};
use kit::tokens::SigningKey;
use kit::transport::{self, Transport};
use tonic::service::Routes;
use tower::{ServiceExt, service_fn};

/// The transports of all roles, and the routes of those that are here.
pub struct Net {
    door: Arc<Door>,
    peers: HashMap<Area, String>,
    authority: Option<Vec<u8>>,
    transports: HashMap<Area, Transport>,
    router: Router,
}

/// A role's address cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("--peer {role}={address}: {cause}")]
pub struct BadPeer {
    role: Area,
    address: String,
    cause: tonic::transport::Error,
}

impl Net {
    pub fn new(door: Arc<Door>, peers: HashMap<Area, String>, authority: Option<Vec<u8>>) -> Net {
        Net { door, peers, authority, transports: HashMap::new(), router: Router::new() }
    }

    /// Hosts a role here, behind its guard.
    pub fn place(&mut self, area: Area, routes: Routes, clock: &Clock) {
        let transport = self.serve(&format!("toadlane.{area}.v1"), routes, clock);
        self.transports.insert(area, transport);
    }

    /// Serves all services of a package here, behind their guard.
    pub fn serve(&mut self, package: &str, routes: Routes, clock: &Clock) -> Transport {
        let names: Vec<String> = toadlane_proto::pool()
            .services()
            .filter(|service| service.package_name() == package)
            .map(|service| service.full_name().to_string())
            .collect();
        self.serve_named(&names, routes, clock)
    }

    /// Serves services by their full names here, behind their guard.
    pub fn serve_named(&mut self, names: &[String], routes: Routes, clock: &Clock) -> Transport {
        let transport = guarded(routes, self.door.clone(), clock.clone());
        for name in names {
            let transport = transport.clone();
            let service = service_fn(move |request: Request<Body>| {
                let transport = transport.clone();
                async move {
                    let answered = transport.oneshot(request.map(tonic::body::Body::new)).await;
                    let response = answered.unwrap_or_else(tonic::Status::into_http);
                    Ok::<_, Infallible>(response.map(Body::new))
                }
            });
            let router = std::mem::take(&mut self.router);
            self.router = router.route_service(&format!("/{name}/{{*rpc}}"), service);
        }
        transport
    }

    /// How one role reaches another, signing each call with its own key.
    pub fn to(&mut self, area: Area, as_key: &Arc<SigningKey>) -> Result<Transport, BadPeer> {
        let transport = match (self.transports.get(&area), self.peers.get(&area)) {
            (Some(transport), _) => transport.clone(),
            (None, Some(address)) => {
                let made = transport::remote(address, self.authority.as_deref());
                let made = made.map_err(|cause| BadPeer { role: area, address: address.clone(), cause })?;
                self.transports.insert(area, made.clone());
                made
            }
            (None, None) => unreachable_role(),
        };
        Ok(transport::signed(transport, as_key.clone()))
    }

    /// What the listener serves.
    pub fn into_router(self) -> Router {
        self.router
    }
}

/// A role that is neither here nor given an address: settings are checked against that before anything starts, so
/// whoever calls it is told to come back.
fn unreachable_role() -> Transport {
    let refuse = |_| async { Err(kit::fault::Fault::try_again("this role is not placed anywhere").into()) };
    Transport::new(service_fn(refuse))
}

//! Where the platform is.

use std::fmt;
use std::time::Duration;

use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};

use crate::patience::Patience;

/// An address of the platform.
#[derive(Clone)]
pub struct Place {
    /// `http://` or `https://`, host and port.
    pub address: String,
    /// The certificate authority of an `https://` address, in PEM; none means the public ones.
    pub authority: Option<Vec<u8>>,
    /// With it, calls to this address are tried again by themselves; none, the default, leaves that to the caller.
    pub patience: Option<Patience>,
}

impl Place {
    /// An address with a certificate of a public authority, or without TLS.
    pub fn new(address: impl Into<String>) -> Place {
        Place { address: address.into(), authority: None, patience: None }
    }

    /// The same address, called with patience.
    pub fn patient(self, patience: &Patience) -> Place {
        Place { patience: Some(patience.clone()), ..self }
    }

    /// A channel that connects when it is first used, and again after a loss.
    pub(crate) fn channel(&self) -> Result<Channel, ConnectError> {
        let address = self.address.clone();
        let secure = address.starts_with("https://");
        if !secure && !address.starts_with("http://") {
            return Err(ConnectError::Scheme { address });
        }
        let unusable = |source| ConnectError::Unusable { address: self.address.clone(), source };
        let agent = concat!("toadlane-client/", env!("CARGO_PKG_VERSION"));
        let mut endpoint = Endpoint::from_shared(address.clone())
            .and_then(|endpoint| endpoint.user_agent(agent))
            .map_err(unusable)?
            .connect_timeout(Duration::from_secs(5))
            .http2_keep_alive_interval(Duration::from_secs(10))
            .keep_alive_while_idle(true);
        if secure {
            let tls = match &self.authority {
                Some(pem) if !is_certificate(pem) => return Err(ConnectError::Authority { address }),
                Some(pem) => ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem)),
                None => ClientTlsConfig::new().with_enabled_roots(),
            };
            endpoint = endpoint.tls_config(tls).map_err(unusable)?;
        }
        Ok(endpoint.connect_lazy())
    }
}

fn is_certificate(pem: &[u8]) -> bool {
    let begin = b"-----BEGIN CERTIFICATE-----";
    pem.windows(begin.len()).any(|window| window == begin)
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Place({})", self.address)
    }
}

/// Where each role of the platform is: one address unless they are placed apart.
#[derive(Clone, Debug)]
pub struct Places {
    pub registry: Place,
    pub rounds: Place,
    pub bids: Place,
    pub grading: Place,
    pub awards: Place,
    pub reporting: Place,
    pub learning: Place,
}

impl Places {
    /// The same addresses, each called with patience.
    pub fn patient(self, patience: &Patience) -> Places {
        Places {
            registry: self.registry.patient(patience),
            rounds: self.rounds.patient(patience),
            bids: self.bids.patient(patience),
            grading: self.grading.patient(patience),
            awards: self.awards.patient(patience),
            reporting: self.reporting.patient(patience),
            learning: self.learning.patient(patience),
        }
    }

    /// Every role at one address.
    pub fn one(place: impl Into<Place>) -> Places {
        let place = place.into();
        Places {
            registry: place.clone(),
            rounds: place.clone(),
            bids: place.clone(),
            grading: place.clone(),
            awards: place.clone(),
            reporting: place.clone(),
            learning: place,
        }
    }
}

impl From<Place> for Places {
    fn from(place: Place) -> Places {
        Places::one(place)
    }
}

impl From<&str> for Place {
    fn from(address: &str) -> Place {
        Place::new(address)
    }
}

impl From<String> for Place {
    fn from(address: String) -> Place {
        Place::new(address)
    }
}

/// Why no client can be made. Whether anybody is at the address shows with the first call.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("the address must begin with http:// or https://, not {address:?}")]
    Scheme { address: String },
    #[error("the address {address:?} cannot be used")]
    Unusable { address: String, source: tonic::transport::Error },
    #[error("the certificate authority for {address} must be PEM (BEGIN CERTIFICATE)")]
    Authority { address: String },
    #[error("the token is not one that the platform gave: it has characters that no token has")]
    Token,
}

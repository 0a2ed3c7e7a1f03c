//! How a process listens: one accept loop over `hyper-util` and `rustls`, HTTP/1.1 and HTTP/2, in clear or with TLS.
//!
//! It replaces `tonic::transport::Server`, whose TLS offers h2 alone and which 250 silent connections hang. Every wait
//! for a caller has a limit here, and so has everything a caller may hold. What a request may ask for is not decided
//! here but in [`crate::edge`], and how long it may run in the guard.

mod connection;
mod crowd;
#[cfg(test)]
mod tests;
mod tls;

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use connection::Connections;
use crowd::Crowd;

/// Where and how a process listens.
#[derive(Clone, Debug)]
pub struct Listen {
    /// Port 0 asks the system for a free one.
    pub address: SocketAddr,
    /// Without it callers speak in clear, HTTP/2 by prior knowledge.
    pub tls: Option<Tls>,
    pub caps: Caps,
}

/// The files by which a process shows who it is. They are read once, when it starts.
#[derive(Clone, Debug)]
pub struct Tls {
    /// PEM, the server's own certificate first, then those that lead to the root.
    pub certificates: PathBuf,
    /// PEM, PKCS #8, PKCS #1 or SEC 1, without a password.
    pub key: PathBuf,
}

/// What callers may hold, and how long the process waits for them.
#[derive(Clone, Debug)]
pub struct Caps {
    /// Connections of all callers together. One more waits in the system's queue until another ends.
    pub connections: usize,
    /// Connections of one address (of IPv6 one /64, the least that one caller is given). One more is closed at once.
    pub per_address: usize,
    /// Requests that one HTTP/2 connection may have open at once. One more is refused, and a client tries it again.
    pub streams_per_connection: u32,
    /// How long a caller may take over the TLS handshake, then over the first bytes, then over the head of each
    /// HTTP/1.1 request.
    pub handshake: Duration,
    /// A connection with no new request for this long (at most twice as long) is told to go. What runs on it ends in
    /// its own time.
    pub idle: Duration,
    /// How often an HTTP/2 connection is asked whether the caller is still there, and how long the answer may take.
    pub ping: Duration,
    /// Names and values of a request's headers together, in bytes. More is HTTP 431; of HTTP/1.1, where hyper limits
    /// the buffer and that to 8 KiB at least, up to four times as much may pass.
    pub header_bytes: u32,
}

impl Default for Caps {
    fn default() -> Caps {
        Caps {
            connections: 1000,
            // A reverse proxy or an office network is one address, so this is wide.
            per_address: 500,
            streams_per_connection: 100,
            handshake: Duration::from_secs(10),
            idle: Duration::from_secs(15 * 60),
            ping: Duration::from_secs(20),
            header_bytes: 16 * 1024,
        }
    }
}

/// Why a process cannot listen. Each is a sentence for whoever started it.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    #[error("the port {} of {} is taken; stop the other program or choose another with --listen", .0.port(), .0.ip())]
    Taken(SocketAddr),
    #[error("the port {} of {} is not open to this user; choose one from 1024 up with --listen", .0.port(), .0.ip())]
    NotAllowed(SocketAddr),
    #[error("this machine has no address {}; choose another with --listen", .0.ip())]
    NoSuchAddress(SocketAddr),
    #[error("cannot listen on {address}")]
    Bind { address: SocketAddr, source: io::Error },
    #[error("the file {} cannot be read", .path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("the file {} holds no certificate in PEM", .0.display())]
    NoCertificate(PathBuf),
    #[error("the file {} holds no private key in PEM (a key with a password cannot be used)", .0.display())]
    NoKey(PathBuf),
    #[error("the key in {} is not that of the first certificate in {}", .key.display(), .certificates.display())]
    Mismatch { key: PathBuf, certificates: PathBuf },
    #[error("the certificates in {} or the key in {} cannot be used", .certificates.display(), .key.display())]
    Unusable { key: PathBuf, certificates: PathBuf, source: rustls::Error },
}

/// Who is at the other end of a connection, in the extensions of every request that came through a [`Listener`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

impl Peer {
    /// An IPv4 caller of an IPv6 socket is shown, and counted, by the IPv4 address.
    fn new(from: SocketAddr) -> Peer {
        Peer(SocketAddr::new(from.ip().to_canonical(), from.port()))
    }
}

/// A bound port. Callers queue up from [`Listener::bind`] on and are answered from [`Listener::serve`] on.
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    caps: Caps,
    draining: CancellationToken,
}

impl Listener {
    /// Reads certificate and key, then takes the port.
    ///
    /// # Errors
    /// Whatever stands in the way, in words for whoever starts the process.
    pub async fn bind(listen: Listen) -> Result<Listener, ListenError> {
        let tls = listen.tls.as_ref().map(tls::acceptor).transpose()?;
        let address = listen.address;
        let cannot = |source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => ListenError::Taken(address),
            io::ErrorKind::PermissionDenied => ListenError::NotAllowed(address),
            io::ErrorKind::AddrNotAvailable => ListenError::NoSuchAddress(address),
            _ => ListenError::Bind { address, source },
        };
        let socket = TcpListener::bind(address).await.map_err(cannot)?;
        let address = socket.local_addr().map_err(cannot)?;
        Ok(Listener { socket, address, tls, caps: listen.caps, draining: CancellationToken::new() })
    }

    /// Where it listens, with the port that was chosen when 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cancelled when the `stop` of [`Listener::serve`] resolves: a stream without an end of its own then ends.
    pub fn draining(&self) -> CancellationToken {
        self.draining.clone()
    }

    /// Answers until `stop` resolves, then drains: the port is closed, callers are told to go (GOAWAY, or `Connection:
    /// close`), and running requests have `drain` to finish before they are cut.
    pub async fn serve(self, router: Router, stop: impl Future<Output = ()>, drain: Duration) {
        let caps = self.caps.clone();
        let draining = self.draining();
        let connections = Arc::new(Connections::new(router, self.tls, self.caps, draining));
        let mut crowd = Crowd::new(caps.per_address);
        let mut stop = pin!(stop);
        loop {
            tokio::select! {
                biased;
                () = &mut stop => break,
                () = crowd.leave(), if !crowd.is_empty() => {}
                (stream, from) = next(&self.socket), if crowd.len() < caps.connections => {
                    let peer = Peer::new(from);
                    crowd.admit(peer, connections.clone().carry(stream, peer));
                }
            }
        }
        // In this order: whoever sees the draining begin also finds the port closed.
        drop(self.socket);
        self.draining.cancel();
        if timeout(drain, crowd.empty()).await.is_err() {
            let n = crowd.len();
            tracing::warn!(n_connections = n, "{n} connections were cut: their requests outlasted the drain");
            crowd.cut().await;
        }
    }
}

/// The next connection. Waits out a shortage of files or memory, which must not end the loop.
async fn next(socket: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match socket.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if gone(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted at present: {error}");
                sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// Whether only the one connection that was to be accepted has failed.
fn gone(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// What is counted as one caller.
pub(crate) fn household(peer: Peer) -> IpAddr {
    match peer.0.ip() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
    }
}

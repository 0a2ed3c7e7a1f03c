//! The server's side of TLS: certificate, key and what is offered. Callers show no certificate; they sign in.

use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{InconsistentKeys, ServerConfig};
use tokio_rustls::TlsAcceptor;

use super::{ListenError, Tls};

/// TLS 1.2 and 1.3, HTTP/2 before HTTP/1.1.
pub(super) fn acceptor(tls: &Tls) -> Result<TlsAcceptor, ListenError> {
    let unusable = |source: rustls::Error| match source {
        rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            ListenError::Mismatch { key: tls.key.clone(), certificates: tls.certificates.clone() }
        }
        source => ListenError::Unusable { key: tls.key.clone(), certificates: tls.certificates.clone(), source },
    };
    // Named here, so that what another library installs for the process changes nothing.
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_no_client_auth()
        .with_single_cert(certificates(tls)?, key(tls)?)
        .map_err(unusable)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn certificates(tls: &Tls) -> Result<Vec<CertificateDer<'static>>, ListenError> {
    let path = &tls.certificates;
    let bad = |error: pem::Error| match error {
        pem::Error::Io(source) => ListenError::Unreadable { path: path.clone(), source },
        _ => ListenError::NoCertificate(path.clone()),
    };
    let chain: Vec<_> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect).map_err(bad)?;
    if chain.is_empty() { Err(ListenError::NoCertificate(path.clone())) } else { Ok(chain) }
}

fn key(tls: &Tls) -> Result<PrivateKeyDer<'static>, ListenError> {
    PrivateKeyDer::from_pem_file(&tls.key).map_err(|error| match error {
        pem::Error::Io(source) => ListenError::Unreadable { path: tls.key.clone(), source },
        _ => ListenError::NoKey(tls.key.clone()),
    })
}

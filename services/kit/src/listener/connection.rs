//! One connection, from its first byte to its last.

use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::Router;
use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::Service;

use super::{Caps, Peer};

/// Received and not yet read by a handler, in bytes. An attachment needs some of it to travel well, and all
/// connections together must fit in memory.
const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 512 * 1024;
/// Written by a handler and not yet taken by the caller, in bytes a request.
const SEND_BUFFER: usize = 128 * 1024;
/// hyper buffers no less for HTTP/1.1, in bytes.
const LEAST_HEADER_BYTES: usize = 8 * 1024;
/// The bytes by which HTTP/2 is told from HTTP/1.1.
const PREFACE: usize = 24;

/// What the connections of one listener share.
pub(super) struct Connections {
    http: auto::Builder<TokioExecutor>,
    router: Router,
    tls: Option<TlsAcceptor>,
    caps: Caps,
    draining: CancellationToken,
}

impl Connections {
    pub(super) fn new(
        router: Router,
        tls: Option<TlsAcceptor>,
        caps: Caps,
        draining: CancellationToken,
    ) -> Connections {
        Connections { http: http(&caps), router, tls, caps, draining }
    }

    /// Ends when the caller or the limits end it. Nobody is told why: the caller has gone or broken the protocol.
    pub(super) async fn carry(self: Arc<Self>, stream: TcpStream, peer: Peer) {
        // A small frame that waits for the last one's acknowledgement costs a call 40 ms. Without it all works.
        let _ = stream.set_nodelay(true);
        let Some(tls) = &self.tls else {
            return self.answer(stream, peer).await;
        };
        let greeted = tokio::select! {
            () = self.draining.cancelled() => return,
            greeted = timeout(self.caps.handshake, tls.accept(stream)) => greeted,
        };
        if let Ok(Ok(stream)) = greeted {
            self.answer(stream, peer).await;
        }
    }

    async fn answer(&self, stream: impl AsyncRead + AsyncWrite + Unpin + 'static, peer: Peer) {
        let pulse = Arc::new(Pulse::default());
        let service = service_fn(|mut request: Request<Incoming>| {
            pulse.request();
            request.extensions_mut().insert(peer);
            self.router.clone().call(request)
        });
        let heard = Heard { stream, n_bytes: 0, pulse: pulse.clone() };
        let mut connection = pin!(self.http.serve_connection(TokioIo::new(heard), service));
        let mut opening = pin!(sleep(self.caps.handshake));
        let mut idle = pin!(sleep(self.caps.idle));
        let mut draining = pin!(self.draining.cancelled());
        let (mut opened, mut leaving) = (false, false);
        loop {
            tokio::select! {
                _ = connection.as_mut() => return,
                () = opening.as_mut(), if !opened => {
                    // hyper-util waits for the preface without a limit.
                    if !pulse.opened() {
                        return;
                    }
                    opened = true;
                }
                () = idle.as_mut(), if !leaving => {
                    if pulse.quiet() {
                        leaving = true;
                        connection.as_mut().graceful_shutdown();
                    }
                    idle.as_mut().reset(Instant::now() + self.caps.idle);
                }
                () = draining.as_mut(), if !leaving => {
                    leaving = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
    }
}

fn http(caps: &Caps) -> auto::Builder<TokioExecutor> {
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(caps.handshake)
        .max_buf_size(LEAST_HEADER_BYTES.max(caps.header_bytes as usize));
    http.http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(caps.streams_per_connection)
        .max_header_list_size(caps.header_bytes)
        .keep_alive_interval(caps.ping)
        .keep_alive_timeout(caps.ping)
        .adaptive_window(false)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(SEND_BUFFER);
    http
}

/// What a connection has shown of life.
#[derive(Default)]
struct Pulse {
    opened: AtomicBool,
    asked: AtomicBool,
}

impl Pulse {
    fn request(&self) {
        self.opened.store(true, Ordering::Relaxed);
        self.asked.store(true, Ordering::Relaxed);
    }

    /// Whether the caller has said enough for hyper's own limits to hold from then on.
    fn opened(&self) -> bool {
        self.opened.load(Ordering::Relaxed)
    }

    /// Whether no request has come since this was last asked.
    fn quiet(&self) -> bool {
        !self.asked.swap(false, Ordering::Relaxed)
    }
}

/// A stream that notes when the preface, or as much of an HTTP/1.1 request, has been heard.
struct Heard<S> {
    stream: S,
    n_bytes: usize,
    pulse: Arc<Pulse>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Heard<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if self.n_bytes < PREFACE {
            self.n_bytes += buffer.filled().len() - before;
            if self.n_bytes >= PREFACE {
                self.pulse.opened.store(true, Ordering::Relaxed);
            }
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Heard<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

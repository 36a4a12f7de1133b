//! A way to a server on which requests come to grief, as they do between the function and AWS.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What befalls a request on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    None,
    /// The connection is reset, and the server never saw the request.
    ResetBefore,
    /// The server did what was asked, and the connection is reset before its answer is there.
    ResetAfter,
    /// A balancer says 503, and the server never saw the request.
    UnavailableBefore,
    /// The server did what was asked, and what comes back is a 500.
    ErrorAfter,
}

/// Listens on loopback and hands on to one server, a connection for each request.
pub struct Proxy {
    url: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

struct Shared {
    upstream: String,
    /// Taken in turn, and from the first again.
    mishaps: Mutex<Vec<Mishap>>,
    requests: AtomicUsize,
    befell: AtomicUsize,
}

impl Proxy {
    /// `upstream` is a URL of plain HTTP without a path. Nothing befalls a request before [`Self::befall`] is called.
    ///
    /// # Errors
    /// No port is free.
    pub async fn before(upstream: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("listen for a proxy")?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared {
            upstream: upstream.trim_start_matches("http://").trim_end_matches('/').to_owned(),
            mishaps: Mutex::default(),
            requests: AtomicUsize::new(0),
            befell: AtomicUsize::new(0),
        });
        let serving = Arc::clone(&shared);
        let server = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let shared = Arc::clone(&serving);
                tokio::spawn(async move { shared.hand_on(client).await });
            }
        });
        Ok(Self { url, shared, server })
    }

    /// What befalls requests from now on, in turn.
    pub fn befall(&self, mishaps: &[Mishap]) {
        *self.shared.mishaps.lock().expect("no panic holds it") = mishaps.to_vec();
    }

    /// How many requests came to grief so far.
    pub fn befell(&self) -> usize {
        self.shared.befell.load(Ordering::SeqCst)
    }

    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Shared {
    /// One request, and the end of its connection. A client that goes away is none of the proxy's business.
    async fn hand_on(&self, mut client: TcpStream) {
        let Ok(Some(request)) = read(&mut client).await else {
            return;
        };
        let mishap = self.next();
        let answer = match mishap {
            Mishap::None | Mishap::ResetAfter | Mishap::ErrorAfter => self.ask(&request).await.unwrap_or_default(),
            Mishap::ResetBefore | Mishap::UnavailableBefore => vec![],
        };
        let said = match mishap {
            // A server that isn't there at all is a connection that ends without an answer.
            Mishap::None => answer,
            Mishap::ResetBefore | Mishap::ResetAfter => {
                let _ = client.set_zero_linger();
                return;
            }
            Mishap::UnavailableBefore => failure("503 Service Unavailable"),
            Mishap::ErrorAfter => failure("500 Internal Server Error"),
        };
        let _ = client.write_all(&said).await;
        let _ = client.shutdown().await;
    }

    fn next(&self) -> Mishap {
        let mishaps = self.mishaps.lock().expect("no panic holds it");
        if mishaps.is_empty() {
            return Mishap::None;
        }
        let mishap = mishaps[self.requests.fetch_add(1, Ordering::SeqCst) % mishaps.len()];
        if mishap != Mishap::None {
            self.befell.fetch_add(1, Ordering::SeqCst);
        }
        mishap
    }

    async fn ask(&self, request: &[u8]) -> io::Result<Vec<u8>> {
        let mut server = TcpStream::connect(&self.upstream).await?;
        server.write_all(request).await?;
        let mut answer = Vec::new();
        server.read_to_end(&mut answer).await?;
        Ok(answer)
    }
}

fn failure(status: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").into_bytes()
}

/// A request with `Connection: close` among its headers, so that the end of the answer is the end of the connection.
async fn read(client: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match client.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return Ok(None),
        }
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let named = |line: &&str, name: &str| {
        line.split_once(':')
            .is_some_and(|(given, _)| given.eq_ignore_ascii_case(name))
    };
    let length = text.lines().find(|line| named(line, "content-length"));
    let length = length
        .and_then(|line| line.split_once(':')?.1.trim().parse().ok())
        .unwrap_or(0);
    let kept = text.trim_end().lines().filter(|line| !named(line, "connection"));
    let mut request = kept.collect::<Vec<_>>().join("\r\n").into_bytes();
    request.extend(b"\r\nconnection: close\r\n\r\n");
    let mut body = vec![0; length];
    client.read_exact(&mut body).await?;
    request.extend(body);
    Ok(Some(request))
}

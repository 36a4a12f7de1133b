//! HTTPS on loopback, with a certificate authority that lives as long as the simulator.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_RSA_SHA256, RsaKeySize,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::server::TlsStream;

const HANDSHAKE: Duration = Duration::from_secs(10);
const HOST: &str = "127.0.0.1";
const NAME: &str = "localhost";

/// What a server signs with, and its authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerKey {
    P256,
    /// As the services of AWS do. It takes a moment to make.
    Rsa2048,
}

/// Connections that have shaken hands. A client that is slow or doesn't trust us keeps nobody else waiting.
pub struct TlsListener {
    address: SocketAddr,
    ready: Receiver<(TlsStream<TcpStream>, SocketAddr)>,
}

impl TlsListener {
    /// Listens on a free port, and gives the PEM of the authority that signed its certificate.
    ///
    /// # Panics
    /// If no port is free.
    pub async fn bind(key: ServerKey) -> (Self, String) {
        let (config, authority) = certified(key).expect("keys and certificates are made from nothing but constants");
        let listener = TcpListener::bind((HOST, 0)).await.expect("a free port on loopback");
        let address = listener.local_addr().expect("a bound socket has an address");
        let (sender, ready) = channel(64);
        tokio::spawn(accept_all(listener, TlsAcceptor::from(Arc::new(config)), sender));
        (Self { address, ready }, authority)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            // The task that accepts ends with this listener only.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// Ends when the listener is dropped.
async fn accept_all(listener: TcpListener, acceptor: TlsAcceptor, ready: Sender<(TlsStream<TcpStream>, SocketAddr)>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = ready.closed() => return,
        };
        match accepted {
            Ok((stream, from)) => {
                // A head and a body that are written one after the other don't wait for an acknowledgement.
                let _ = stream.set_nodelay(true);
                tokio::spawn(shake_hands(acceptor.clone(), stream, from, ready.clone()));
            }
            // Too many open files, at worst: it may be better in a moment.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn shake_hands(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    from: SocketAddr,
    ready: Sender<(TlsStream<TcpStream>, SocketAddr)>,
) {
    let shaken = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await;
    if let Ok(Ok(stream)) = shaken {
        // Nobody takes it if the simulator has stopped.
        let _ = ready.send((stream, from)).await;
    }
}

impl ServerKey {
    fn generate(self) -> Result<KeyPair, rcgen::Error> {
        match self {
            Self::P256 => KeyPair::generate(),
            Self::Rsa2048 => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048),
        }
    }
}

fn certified(key: ServerKey) -> Result<(ServerConfig, String), Box<dyn std::error::Error>> {
    let (authority, authority_key) = (authority()?, key.generate()?);
    let pem = authority.self_signed(&authority_key)?.pem();
    let issuer = Issuer::new(authority, authority_key);
    let key = key.generate()?;
    let mut server = CertificateParams::new([HOST, NAME].map(str::to_owned))?;
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    server.distinguished_name.push(DnType::CommonName, "kube-apiserver");
    let certificate = server.signed_by(&key, &issuer)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((config, pem))
}

fn authority() -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::<String>::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.distinguished_name.push(DnType::CommonName, "kubernetes");
    Ok(params)
}

//! Who is let in to a cluster's API.

mod support;

use std::time::Duration;

use reqwest::Client;
use serde_json::json;
use support::cluster::{ClusterClient, NODES, Signing, token, url};
use support::{STANDS_STILL, SimulatorClient};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

async fn check(cluster: &mut ClusterClient, what: &str, given: String, expected: u16) {
    cluster.token = given;
    let (status, body) = cluster.get(NODES).await;
    assert_eq!(status, expected, "{what}: {body}");
    if expected == 401 {
        let unauthorized = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": "Unauthorized",
            "reason": "Unauthorized", "code": 401,
        });
        assert_eq!(body, unauthorized, "{what}");
    }
}

#[tokio::test]
async fn a_token_is_one_that_the_service_would_take() {
    let mut cluster = ClusterClient::start(STANDS_STILL).await;
    let usual = Signing::default;
    let session = "F/w+=:".to_owned();
    for (what, signing) in [
        ("as usual", usual()),
        (
            "of MiniStack",
            Signing {
                key: "123456789012",
                ..usual()
            },
        ),
        (
            "of a session",
            Signing {
                more: vec![("X-Amz-Security-Token", session)],
                ..usual()
            },
        ),
        (
            "for a quarter of an hour",
            Signing {
                expires: "900",
                ..usual()
            },
        ),
        ("nearly a quarter of an hour old", Signing { age: 890, ..usual() }),
        ("by a clock that is ahead", Signing { age: -60, ..usual() }),
        (
            "of the global host",
            Signing {
                host: "sts.amazonaws.com",
                ..usual()
            },
        ),
        (
            "of another region",
            Signing {
                host: "sts.eu-west-1.amazonaws.com",
                scope: "eu-west-1/sts",
                ..usual()
            },
        ),
        (
            "of China",
            Signing {
                host: "sts.cn-north-1.amazonaws.com.cn",
                scope: "cn-north-1/sts",
                ..usual()
            },
        ),
    ] {
        check(&mut cluster, what, token(&signing), 200).await;
    }
}

#[tokio::test]
async fn any_other_token_is_refused() {
    let mut cluster = ClusterClient::start(STANDS_STILL).await;
    let usual = Signing::default;
    for (what, signing) in [
        (
            "another cluster",
            Signing {
                cluster: "other",
                ..usual()
            },
        ),
        (
            "another secret",
            Signing {
                secret: "wrong",
                ..usual()
            },
        ),
        (
            "an unknown key",
            Signing {
                key: "nobody",
                ..usual()
            },
        ),
        (
            "no cluster signed",
            Signing {
                headers: "host",
                ..usual()
            },
        ),
        (
            "plain HTTP",
            Signing {
                scheme: "http",
                ..usual()
            },
        ),
        (
            "another host",
            Signing {
                host: "sts.example.com",
                ..usual()
            },
        ),
        (
            "a port",
            Signing {
                host: "sts.us-east-1.amazonaws.com:8443",
                ..usual()
            },
        ),
        (
            "a path",
            Signing {
                path: "/path",
                ..usual()
            },
        ),
        (
            "another action",
            Signing {
                action: "GetSessionToken",
                ..usual()
            },
        ),
        (
            "another version",
            Signing {
                version: "2011-06-16",
                ..usual()
            },
        ),
        (
            "too long a life",
            Signing {
                expires: "901",
                ..usual()
            },
        ),
        ("no life", Signing { expires: "", ..usual() }),
        ("too old", Signing { age: 960, ..usual() }),
        ("not yet", Signing { age: -600, ..usual() }),
        (
            "another region",
            Signing {
                scope: "eu-west-1/sts",
                ..usual()
            },
        ),
        (
            "another service",
            Signing {
                scope: "us-east-1/eks",
                ..usual()
            },
        ),
        (
            "another parameter",
            Signing {
                more: vec![("RoleArn", "x".to_owned())],
                ..usual()
            },
        ),
        (
            "a parameter twice",
            Signing {
                more: vec![("Action", "GetCallerIdentity".to_owned())],
                ..usual()
            },
        ),
        (
            "too long",
            Signing {
                more: vec![("X-Amz-Security-Token", "x".repeat(4096))],
                ..usual()
            },
        ),
    ] {
        check(&mut cluster, what, token(&signing), 401).await;
    }
    let right = token(&usual());
    for (what, token) in [
        ("none", String::new()),
        ("another prefix", right.replace("v1", "v2")),
        ("with padding", format!("{right}=")),
        ("no URL", "k8s-aws-v1.bm90IGEgVVJM".to_owned()),
        ("the URL itself", url(&usual())),
    ] {
        check(&mut cluster, what, token, 401).await;
    }
}

#[tokio::test]
async fn clusters_are_told_apart() {
    let eks = SimulatorClient::start(STANDS_STILL).await;
    eks.simulator.put_cluster(json!({"name": "other"}));
    let mut cluster = ClusterClient::of(eks, "other").await;
    assert_eq!(cluster.get(NODES).await.0, 401, "the token is for my-cluster");
    cluster.token = token(&Signing {
        cluster: "other",
        ..Signing::default()
    });
    assert_eq!(cluster.get(NODES).await.0, 200);
    cluster.eks.simulator.remove_cluster("other");
    assert_eq!(cluster.get(NODES).await.0, 404);
    let recorded = cluster.eks.simulator.kubernetes_requests();
    let recorded: Vec<_> = recorded
        .iter()
        .map(|one| (one.cluster.as_str(), one.method.as_str(), one.path.as_str(), one.status))
        .collect();
    assert_eq!(recorded, [401, 200, 404].map(|status| ("other", "GET", NODES, status)));
    let to_eks = cluster.eks.simulator.requests();
    assert!(
        to_eks.iter().all(|one| one.operation == "DescribeCluster"),
        "{to_eks:?}"
    );
}

#[tokio::test]
async fn where_a_cluster_is_can_be_put_and_stays() {
    let eks = SimulatorClient::start(STANDS_STILL).await;
    let described = async || eks.get("/clusters/my-cluster").await.body["cluster"].clone();
    let before = described().await;
    eks.simulator
        .put_cluster(json!({"name": "my-cluster", "version": "1.35"}));
    let after = described().await;
    for member in ["endpoint", "certificateAuthority"] {
        assert_eq!(before[member], after[member], "{member}");
    }
    eks.simulator
        .put_cluster(json!({"name": "my-cluster", "endpoint": "https://127.0.0.1:1"}));
    assert_eq!(described().await["endpoint"], "https://127.0.0.1:1");
}

#[tokio::test]
async fn a_client_that_distrusts_or_dawdles_keeps_nobody_waiting() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    let shown = cluster.eks.get("/clusters/my-cluster").await.body["cluster"]["endpoint"].clone();
    let endpoint = shown.as_str().unwrap();
    let address = endpoint.trim_start_matches("https://").split('/').next().unwrap();
    let _silent = TcpStream::connect(address).await.unwrap();
    let mut plain = TcpStream::connect(address).await.unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let distrusts = Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    assert!(distrusts.get(endpoint).send().await.is_err());
    let served = tokio::time::timeout(Duration::from_secs(5), cluster.get(NODES)).await;
    assert_eq!(served.expect("no waiting for the others' handshakes").0, 200);
}

//! The simulator as a program.

use clap::Parser;
use simulator::{Options, Simulator};

/// A stateful stand-in for the node groups of Amazon EKS, on loopback.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    /// Port on loopback; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Multiplies every duration: 0.01 makes a create of three minutes one of two seconds.
    #[arg(long, default_value_t = 1.0)]
    time_scale: f64,
    /// A cluster that is there from the start; may be repeated.
    #[arg(long = "cluster", default_value = "my-cluster")]
    clusters: Vec<String>,
    /// The clusters' Kubernetes version.
    #[arg(long, default_value = "1.34")]
    kubernetes_version: String,
    /// Calls a second that the token bucket lets through; none given, nothing is throttled.
    #[arg(long)]
    rate: Option<f64>,
    /// The bucket's size.
    #[arg(long, default_value_t = 20.0)]
    burst: f64,
    /// Where to make an Auto Scaling group for each node group, and to look up launch templates.
    #[arg(long)]
    autoscaling_endpoint: Option<String>,
    #[arg(long, default_value = "us-east-1")]
    region: String,
    #[arg(long, default_value = "123456789012")]
    account: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let arguments = Arguments::parse();
    let simulator = Simulator::start(Options {
        port: arguments.port,
        time_scale: arguments.time_scale,
        clusters: arguments.clusters,
        kubernetes_version: arguments.kubernetes_version,
        throttle: arguments.rate.map(|rate| (rate, arguments.burst)),
        auto_scaling_endpoint: arguments.autoscaling_endpoint,
        region: arguments.region,
        account: arguments.account,
        ..Options::default()
    })
    .await;
    println!("listening on {}", simulator.endpoint());
    tokio::signal::ctrl_c().await
}

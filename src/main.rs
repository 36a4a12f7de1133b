//! Wiring: settings, clients, tracing, the Lambda runtime.

use futures_util::future::BoxFuture;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use managed_node_group::announce::Announcer;
use managed_node_group::aws::{Aws, in_lambda};
use managed_node_group::clock::SystemClock;
use managed_node_group::handler::Function;
use managed_node_group::respond::Responder;
use managed_node_group::settings::{Settings, variable};
use serde_json::Value;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let settings = Settings::from_environment()?;
    trace(&settings.log_level);
    let function = Function {
        cloud: Aws::new(in_lambda(variable)).with_role(settings.role.clone()),
        clock: SystemClock,
        responder: Responder::new(settings.loopback, settings.poll_time_scale),
        announcer: Announcer::new(settings.event_bus.clone(), settings.poll_time_scale),
        settings,
    };
    let function = &function;
    let handle = service_fn(move |event: LambdaEvent<Value>| {
        // Boxed: the SDKs' futures are nested deeper than the compiler measures.
        let handled: BoxFuture<'_, Result<Value, Error>> = Box::pin(async move {
            let deadline = event.context.deadline;
            function
                .handle(event.payload, deadline)
                .await
                .map_err(|failure| describe(&failure))
        });
        handled
    });
    lambda_runtime::run(handle).await
}

/// Only this crate's lines below WARN: libraries log what they send, and that holds response URLs.
fn trace(level: &str) {
    let own = level.parse().unwrap_or(LevelFilter::INFO);
    let filter = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("managed_node_group", own);
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_target(false)
        .without_time();
    tracing_subscriber::registry().with(filter).with(lines).init();
}

fn describe(failure: &dyn std::error::Error) -> Error {
    let sources = std::iter::successors(Some(failure), |error| error.source());
    sources.map(ToString::to_string).collect::<Vec<_>>().join(": ").into()
}

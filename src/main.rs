//! Wiring: settings, clients, tracing, the Lambda runtime.

use futures_util::future::BoxFuture;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use managed_node_group::announce::Announcer;
use managed_node_group::handler::Function;
use managed_node_group::respond::Responder;
use managed_node_group::settings::{Settings, variable};
use managed_node_group::telemetry::lines;
use mng_aws::clock::SystemClock;
use mng_aws::https::Https;
use mng_aws::{Aws, in_lambda};
use mng_core::texts::error_chain;
use serde_json::Value;
use tracing_subscriber::util::SubscriberInitExt;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let settings = Settings::from_environment()?;
    lines::log(&settings.log_level, lines::to_standard_output).init();
    let https = Https::to_aws();
    let function = Function {
        cloud: Aws::new(in_lambda(variable, https.clone()))
            .with_role(settings.role.clone())
            .ready(),
        clock: SystemClock,
        responder: Responder::new(https, settings.loopback, settings.poll_time_scale),
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
                .map_err(|failure| error_chain(&failure).into())
        });
        handled
    });
    lambda_runtime::run(handle).await
}

//! The SDKs' configuration inside Lambda, which puts everything into the environment.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::default_async_sleep;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use crate::https::Https;

/// The value of an environment variable, if it has one.
pub type Lookup = fn(&str) -> Option<String>;

/// The configuration of [`super::sdk_config`], for a process in Lambda. Profiles, sign-in, web identity and the
/// metadata services do not exist there, and the code that looks for them is a thirtieth of the package.
pub fn in_lambda(lookup: Lookup, https: Https) -> SdkConfig {
    let region = lookup("AWS_REGION").or_else(|| lookup("AWS_DEFAULT_REGION"));
    let is_on = |name| lookup(name).map(|value| value.eq_ignore_ascii_case("true"));
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(region.map(Region::new))
        .retry_config(super::retries())
        .timeout_config(super::timeouts().build())
        .http_client(https)
        .service_config(EndpointOverrides(lookup));
    config.set_sleep_impl(default_async_sleep());
    config.set_credentials_provider(credentials(lookup));
    config.set_use_fips(is_on("AWS_USE_FIPS_ENDPOINT"));
    config.set_use_dual_stack(is_on("AWS_USE_DUALSTACK_ENDPOINT"));
    config.build()
}

/// The credentials last as long as the process: Lambda starts another process with the next ones.
fn credentials(lookup: Lookup) -> Option<SharedCredentialsProvider> {
    let (key, secret) = (lookup("AWS_ACCESS_KEY_ID")?, lookup("AWS_SECRET_ACCESS_KEY")?);
    let credentials = Credentials::new(key, secret, lookup("AWS_SESSION_TOKEN"), None, "environment");
    Some(SharedCredentialsProvider::new(credentials))
}

/// Endpoints other than AWS's public ones. A service's own endpoint overrides the general one (AWS SDKs reference,
/// "Service-specific endpoints").
#[derive(Debug)]
struct EndpointOverrides(Lookup);

impl LoadServiceConfig for EndpointOverrides {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let Self(lookup) = self;
        let service = key.service_id().to_uppercase().replace(' ', "_");
        lookup(&format!("{}_{service}", key.env())).or_else(|| lookup(key.env()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(name: &str) -> Option<String> {
        let value = match name {
            "AWS_REGION" => "eu-west-1",
            "AWS_ACCESS_KEY_ID" => "A",
            "AWS_SECRET_ACCESS_KEY" => "S",
            "AWS_USE_FIPS_ENDPOINT" => "true",
            "AWS_ENDPOINT_URL" => "http://all",
            "AWS_ENDPOINT_URL_AUTO_SCALING" => "http://scaling",
            _ => return None,
        };
        Some(value.to_owned())
    }

    #[test]
    fn the_environment_is_all_there_is() {
        let config = in_lambda(environment, Https::to_aws());
        assert_eq!(config.region().map(AsRef::as_ref), Some("eu-west-1"));
        assert_eq!((config.use_fips(), config.use_dual_stack()), (Some(true), None));
        assert!(config.credentials_provider().is_some());
        assert!(config.http_client().is_some(), "one pool for all clients");
        assert!(in_lambda(|_| None, Https::to_aws()).credentials_provider().is_none());
    }

    #[test]
    fn a_service_may_have_an_endpoint_of_its_own() {
        for (service, expected) in [("Auto Scaling", "http://scaling"), ("EKS", "http://all")] {
            let key = ServiceConfigKey::builder()
                .service_id(service)
                .env("AWS_ENDPOINT_URL")
                .profile("endpoint_url")
                .build();
            let found = EndpointOverrides(environment).load_config(key.unwrap());
            assert_eq!(found.as_deref(), Some(expected), "{service}");
        }
    }
}

//! The one place that reads SDK errors: code and status become a fault.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::ports::{CallError, Fault, NO_ANSWER};

/// Says what a failed call of `action` on `resource` means.
pub fn call_error<E>(action: &'static str, resource: impl Into<String>, error: &SdkError<E, HttpResponse>) -> CallError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let resource = resource.into();
    let Some(service) = error.as_service_error() else {
        let message = without_urls(&DisplayErrorContext(error).to_string());
        return CallError {
            action,
            resource,
            fault: Fault::Unknown,
            code: NO_ANSWER.to_owned(),
            message,
        };
    };
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    let code = service.code().unwrap_or("no code").to_owned();
    let message = service.message().unwrap_or("no message").to_owned();
    CallError {
        action,
        resource,
        fault: fault(&code, &message, status),
        code,
        message,
    }
}

/// An answer without what was asked for says nothing, least of all that it is gone.
pub fn empty_answer(action: &'static str, resource: impl Into<String>) -> CallError {
    CallError {
        action,
        resource: resource.into(),
        fault: Fault::Unknown,
        code: "empty answer".to_owned(),
        message: "the service left it out".to_owned(),
    }
}

/// Codes first, since some services answer 400 to everything; then the status. What nobody knows is unknown, and ends nothing.
pub fn fault(code: &str, message: &str, status: u16) -> Fault {
    match code {
        // EKS answers the first to everything but its tag operations, which have the second.
        "ResourceNotFoundException" | "NotFoundException" | "StackNotFoundException" => Fault::NotFound,
        // IAM's, in its model and in its answers, and that of Service Quotas.
        "NoSuchEntityException" | "NoSuchEntity" | "NoSuchResourceException" => Fault::NotFound,
        "ValidationError" if message.contains("does not exist") => Fault::NotFound,
        // EC2 ends some of its codes with "NotFound" and some with "NotFoundException".
        code if is_of_ec2(code) && code.contains("NotFound") => Fault::NotFound,
        // Made by a duplicate of the request a moment ago, or by somebody else: the next look tells which.
        code if is_of_ec2(code) && (code.contains("AlreadyExists") || code.ends_with(".Duplicate")) => Fault::InUse,
        "ResourceInUseException" | "DependencyViolation" | "InvalidGroup.InUse" => Fault::InUse,
        // Auto Scaling's: something else of the group is being changed.
        "ResourceInUse" | "ResourceContention" => Fault::InUse,
        code if code.contains("Throttl") || code == "TooManyRequestsException" || code == "RequestLimitExceeded" => {
            Fault::Throttled
        }
        code if code.contains("AccessDenied") || code == "UnauthorizedOperation" || code == "AuthFailure" => {
            Fault::Denied
        }
        "UnrecognizedClientException" | "ExpiredTokenException" | "RequestExpired" => Fault::Unknown,
        _ => match status {
            429 => Fault::Throttled,
            403 => Fault::Denied,
            400..=499 => Fault::Refused,
            _ => Fault::Unknown,
        },
    }
}

/// EC2's resources that the function works on. Others that aren't found, such as a subnet, are a mistake in the properties.
fn is_of_ec2(code: &str) -> bool {
    [
        "InvalidLaunchTemplate",
        "InvalidKeyPair.",
        "InvalidGroup.",
        "InvalidGroupId.",
        "InvalidPermission.",
    ]
    .iter()
    .any(|prefix| code.starts_with(prefix))
}

/// Connection errors may carry the address called; a response URL must not get into a reason or a log.
fn without_urls(text: &str) -> String {
    let words = text
        .split(' ')
        .map(|word| if word.contains("://") { "(a URL)" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_few_codes_mean_gone() {
        for (code, message, status, expected) in [
            (
                "ResourceNotFoundException",
                "No node group found for name: n.",
                404,
                Fault::NotFound,
            ),
            (
                "ValidationError",
                "Stack with id s does not exist",
                400,
                Fault::NotFound,
            ),
            ("ValidationError", "1 validation error detected", 400, Fault::Refused),
            ("InvalidLaunchTemplateId.NotFound", "", 400, Fault::NotFound),
            ("InvalidLaunchTemplateName.NotFoundException", "", 400, Fault::NotFound),
            ("InvalidKeyPair.NotFound", "", 400, Fault::NotFound),
            ("InvalidGroup.NotFound", "", 400, Fault::NotFound),
            ("InvalidSubnetID.NotFound", "", 400, Fault::Refused),
            (
                "InvalidLaunchTemplateName.AlreadyExistsException",
                "",
                400,
                Fault::InUse,
            ),
            ("InvalidGroup.Duplicate", "", 400, Fault::InUse),
            ("DependencyViolation", "", 400, Fault::InUse),
            ("NotFoundException", "", 404, Fault::NotFound),
            ("NoSuchEntity", "", 404, Fault::NotFound),
            ("NoSuchResourceException", "", 400, Fault::NotFound),
            ("NotFound", "", 404, Fault::Refused),
            ("ResourceInUseException", "", 409, Fault::InUse),
            ("ResourceInUse", "", 400, Fault::InUse),
            ("ResourceContention", "", 500, Fault::InUse),
            ("ThrottlingException", "", 400, Fault::Throttled),
            ("Throttling", "", 400, Fault::Throttled),
            ("", "", 429, Fault::Throttled),
            ("AccessDeniedException", "", 403, Fault::Denied),
            ("InvalidParameterException", "", 400, Fault::Refused),
            ("ServerException", "", 500, Fault::Unknown),
            ("ServiceUnavailableException", "", 503, Fault::Unknown),
            ("", "", 0, Fault::Unknown),
        ] {
            assert_eq!(fault(code, message, status), expected, "{code} {status}");
        }
    }

    #[test]
    fn an_address_stays_out_of_a_message() {
        assert_eq!(
            without_urls("could not reach https://h/?X-Amz-Signature=1 today"),
            "could not reach (a URL) today"
        );
    }
}

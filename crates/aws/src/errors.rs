//! The only module that reads SDK errors: it turns code and status into a fault.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use mng_core::call_error::{CallError, Fault, NO_ANSWER, is_invalid};
use mng_engine::ports::ApiRequest;

/// Classifies a failed call of `action` on `resource`.
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

/// Classifies the failure of a request.
pub fn failed<R, E>(request: &R) -> impl FnOnce(SdkError<E, HttpResponse>) -> CallError + '_
where
    R: ApiRequest,
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    |error| call_error(request.action(), request.resource(), &error)
}

/// The response to a request has no content.
pub fn empty<R: ApiRequest>(request: &R) -> CallError {
    empty_answer(request.action(), request.resource())
}

/// A response without the object proves nothing, least of all that the object is gone.
pub fn empty_answer(action: &'static str, resource: impl Into<String>) -> CallError {
    CallError {
        action,
        resource: resource.into(),
        fault: Fault::Unknown,
        code: "empty answer".to_owned(),
        message: "the service left it out".to_owned(),
    }
}

/// The code decides first, since some services answer 400 to everything; then the status. An unknown combination is
/// `Unknown`, which ends no request.
pub fn fault(code: &str, message: &str, status: u16) -> Fault {
    match code {
        // EKS's tag operations answer the second code, all other operations of EKS the first.
        "ResourceNotFoundException" | "NotFoundException" | "StackNotFoundException" => Fault::NotFound,
        // IAM's codes, one in its model and one in its responses, and the code of Service Quotas.
        "NoSuchEntityException" | "NoSuchEntity" | "NoSuchResourceException" => Fault::NotFound,
        "ValidationError" if message.contains("does not exist") => Fault::NotFound,
        // EC2 ends some of its codes with "NotFound" and some with "NotFoundException".
        code if is_of_ec2(code) && code.contains("NotFound") => Fault::NotFound,
        // A duplicate of the request made it a moment ago, or somebody else did. The next poll shows which.
        code if is_of_ec2(code) && (code.contains("AlreadyExists") || code.ends_with(".Duplicate")) => Fault::InUse,
        "ResourceInUseException" | "DependencyViolation" | "InvalidGroup.InUse" => Fault::InUse,
        // Auto Scaling's codes: another change of the group is in progress.
        "ResourceInUse" | "ResourceContention" => Fault::InUse,
        code if code.contains("Throttl") || code == "TooManyRequestsException" || code == "RequestLimitExceeded" => {
            Fault::Throttled
        }
        code if code.contains("AccessDenied") || code == "UnauthorizedOperation" || code == "AuthFailure" => {
            Fault::Denied
        }
        code if is_invalid(code) && is_denial(message) => Fault::Denied,
        "UnrecognizedClientException" | "ExpiredTokenException" | "RequestExpired" => Fault::Unknown,
        _ => match status {
            429 => Fault::Throttled,
            403 => Fault::Denied,
            400..=499 => Fault::Refused,
            _ => Fault::Unknown,
        },
    }
}

/// Words by which EKS says that IAM denied something to the caller or to the node role. A role or a policy that
/// CloudFormation changed moments ago has not reached every service, so each of these errors may pass. `trust
/// relationship` is about the node role (eksctl issue 3290).
const DENIALS: [&str; 8] = [
    "not authorized",
    "unauthorized",
    "authorization failure",
    "accessdenied",
    "access denied",
    "missing permission",
    "have permission",
    "trust relationship",
];

/// Whether a request that EKS calls invalid lacks a permission.
fn is_denial(message: &str) -> bool {
    let message = message.to_lowercase();
    DENIALS.iter().any(|words| message.contains(words))
}

/// The EC2 resources that the function works on. A missing resource of another kind, such as a subnet, is a mistake in
/// the properties.
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

/// Connection errors may contain the URL of the call. A response URL must not get into a reason or a log.
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

    /// A policy that CloudFormation changed moments ago has not reached every service, and EKS reports that in words of
    /// its own.
    #[test]
    fn a_permission_that_eks_misses_is_a_denial() {
        for (message, expected) in [
            (
                "You are not authorized to launch instances with this launch template. Encoded authorization failure message: 4Oey8",
                Fault::Denied,
            ),
            (
                "Failed to validate if SLR: AWSServiceRoleForAmazonEKSNodegroup already exists due to missing permissions for \
                 'iam:GetRole'",
                Fault::Denied,
            ),
            (
                "User: arn:aws:sts::1:assumed-role/r/f is not authorized to perform: iam:PassRole on resource: r",
                Fault::Denied,
            ),
            ("You do not have permission to use this key", Fault::Denied),
            ("UnauthorizedOperation: encoded", Fault::Denied),
            ("AccessDenied. iam:ListAttachedRolePolicies", Fault::Denied),
            (
                "Following required service principals [ec2.amazonaws.com] were not found in the trust relationships of nodeRole r",
                Fault::Denied,
            ),
            (
                "Minimum capacity 3 can't be greater than desired size 2",
                Fault::Refused,
            ),
            ("The launch template with id lt-1 was not found", Fault::Refused),
        ] {
            for code in ["InvalidRequestException", "InvalidParameterException"] {
                assert_eq!(fault(code, message, 400), expected, "{code} {message}");
            }
            assert_eq!(fault("ResourceLimitExceededException", message, 400), Fault::Refused);
        }
    }

    /// The missing action is not the action of the call.
    #[test]
    fn a_denial_names_no_action_that_is_allowed_already() {
        for (code, expected) in [
            ("AccessDeniedException", true),
            ("InvalidRequestException", false),
            ("InvalidParameterException", false),
        ] {
            let told = CallError {
                action: "eks:CreateNodegroup",
                resource: "c/n".to_owned(),
                fault: Fault::Denied,
                code: code.to_owned(),
                message: "not authorized".to_owned(),
            }
            .to_string();
            assert_eq!(told.contains("allow eks:CreateNodegroup"), expected, "{told}");
            assert!(told.contains("the function"), "{told}");
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

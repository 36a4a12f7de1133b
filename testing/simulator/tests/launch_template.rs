//! With an EC2 to ask, a launch template must be there, and nothing may be said both in it and in the request.

mod support;

use axum::Router;
use axum::http::StatusCode;
use serde_json::{Value, json};
use simulator::Options;
use support::{AT_ONCE, GROUP, SimulatorClient, VERSION};

/// Answers DescribeLaunchTemplateVersions for one launch template, lt-1, called `mine`, of three versions, and everything
/// else with nothing.
async fn ec2() -> String {
    let app = Router::new().fallback(|form: String| async move { answer(&form) });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}

fn answer(form: &str) -> (StatusCode, String) {
    if !form.contains("Action=DescribeLaunchTemplateVersions") {
        return (StatusCode::OK, String::new());
    }
    let named = ["LaunchTemplateId=lt%2D1&", "LaunchTemplateName=mine&"];
    if !named.iter().any(|named| form.contains(named)) {
        return missing("InvalidLaunchTemplateId.NotFound", "There is no such launch template.");
    }
    let (_, version) = form.rsplit_once('=').expect("the version comes last");
    let (number, data) = match version {
        "1" => (1, "<instanceType>m6g.large</instanceType>"),
        "%24Default" | "2" => (2, ""),
        "3" => (3, "<imageId>ami-1</imageId>"),
        "4" => (4, "<imageId>ami-2</imageId>"),
        _ => return missing("InvalidLaunchTemplateId.VersionNotFound", "There is no such version."),
    };
    let item = format!(
        "<item><launchTemplateId>lt-1</launchTemplateId><launchTemplateName>mine</launchTemplateName>\
         <versionNumber>{number}</versionNumber><launchTemplateData>{data}</launchTemplateData></item>"
    );
    (
        StatusCode::OK,
        format!("<r><launchTemplateVersionSet>{item}</launchTemplateVersionSet></r>"),
    )
}

fn missing(code: &str, message: &str) -> (StatusCode, String) {
    let error = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    (
        StatusCode::BAD_REQUEST,
        format!("<Response><Errors>{error}</Errors></Response>"),
    )
}

async fn eks() -> SimulatorClient {
    SimulatorClient::with(Options {
        time_scale: AT_ONCE,
        auto_scaling_endpoint: Some(ec2().await),
        ..Options::default()
    })
    .await
}

#[tokio::test]
async fn a_group_shows_what_ec2_knows_of_its_template() {
    for (request, expected) in [
        (
            json!({"launchTemplate": {"name": "mine", "version": "1"}}),
            json!(["1", null, "AL2023_ARM_64_STANDARD", "1.34.1-20260901"]),
        ),
        (
            json!({"launchTemplate": {"id": "lt-1"}}),
            json!(["2", ["t3.medium"], "AL2023_x86_64_STANDARD", "1.34.1-20260901"]),
        ),
        (
            json!({"launchTemplate": {"id": "lt-1", "version": "3"}, "amiType": "CUSTOM", "instanceTypes": ["m5.large"]}),
            json!(["3", ["m5.large"], "CUSTOM", "ami-1"]),
        ),
    ] {
        let eks = eks().await;
        let group = eks.create(request).await.body["nodegroup"].clone();
        let template = &group["launchTemplate"];
        assert_eq!((&template["id"], &template["name"]), (&json!("lt-1"), &json!("mine")));
        let shown = json!([
            template["version"],
            group["instanceTypes"],
            group["amiType"],
            group["releaseVersion"]
        ]);
        assert_eq!(shown, expected);
        assert_eq!(
            (&group["diskSize"], &group["remoteAccess"]),
            (&Value::Null, &Value::Null)
        );
    }
}

#[tokio::test]
async fn a_create_that_its_template_contradicts_is_refused() {
    for (request, code, message) in [
        (
            json!({"launchTemplate": {"id": "lt-2", "version": "1"}}),
            "InvalidRequestException",
            "There is no such launch template.",
        ),
        (
            json!({"launchTemplate": {"name": "mine", "version": "9"}}),
            "InvalidRequestException",
            "There is no such version.",
        ),
        (
            json!({"launchTemplate": {"name": "mine", "version": "1"}, "instanceTypes": ["m5.large"]}),
            "InvalidRequestException",
            "Cannot specify instance types in launch template and API request",
        ),
        (
            json!({"launchTemplate": {"name": "mine", "version": "3"}, "amiType": "AL2023_x86_64_STANDARD"}),
            "InvalidParameterException",
            "You cannot specify an AMI Type other than CUSTOM, when specifying an image id in your launch template.",
        ),
        (
            json!({"launchTemplate": {"name": "mine", "version": "2"}, "amiType": "CUSTOM"}),
            "InvalidParameterException",
            "CUSTOM is set by the image id of a launch template",
        ),
        (
            json!({"launchTemplate": {"name": "mine", "version": "3"}, "version": "1.34"}),
            "InvalidParameterException",
            "You cannot specify a kubernetes version to use when specifying an image id to use within the launch template.",
        ),
    ] {
        let eks = eks().await;
        let answer = eks.create(request.clone()).await;
        assert_eq!((answer.code.as_str(), answer.message()), (code, message), "{request}");
        assert_eq!(eks.simulator.node_groups(), Vec::<Value>::new());
    }
}

#[tokio::test]
async fn an_update_takes_versions_that_ec2_knows_and_that_go_with_the_group() {
    let eks = eks().await;
    eks.create(json!({"launchTemplate": {"id": "lt-1", "version": "1"}}))
        .await;
    let to = |version: &str| json!({"launchTemplate": {"id": "lt-1", "version": version}});
    for (version, code) in [
        ("9", "InvalidRequestException"),
        ("3", "InvalidParameterException"),
        ("2", ""),
        ("1", ""),
    ] {
        assert_eq!(eks.post(VERSION, &to(version)).await.code, code, "{version}");
    }
    eks.post(VERSION, &json!({"launchTemplate": {"name": "mine"}})).await;
    let shown = eks.get(GROUP).await.body["nodegroup"]["launchTemplate"].clone();
    assert_eq!(shown, json!({"id": "lt-1", "name": "mine", "version": "2"}));
}

#[tokio::test]
async fn instance_types_of_the_group_and_of_a_later_version_are_refused() {
    let eks = eks().await;
    eks.create(json!({"launchTemplate": {"id": "lt-1", "version": "2"}, "instanceTypes": ["m5.large"]}))
        .await;
    let answer = eks
        .post(VERSION, &json!({"launchTemplate": {"id": "lt-1", "version": "1"}}))
        .await;
    assert_eq!(
        answer.message(),
        "Cannot specify instance types in launch template and API request"
    );
}

#[tokio::test]
async fn a_group_of_a_custom_image_takes_the_next() {
    let eks = eks().await;
    eks.create(json!({"launchTemplate": {"id": "lt-1", "version": "3"}}))
        .await;
    eks.post(VERSION, &json!({"launchTemplate": {"id": "lt-1", "version": "4"}}))
        .await;
    let group = eks.get(GROUP).await.body["nodegroup"].clone();
    assert_eq!(
        (&group["amiType"], &group["releaseVersion"]),
        (&json!("CUSTOM"), &json!("ami-2"))
    );
}

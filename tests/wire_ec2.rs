//! EC2's answers as the adapters read them: a page may be empty and name another.

mod support;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use mng_aws::Aws;
use mng_core::launch_template::ec2_resources::GroupRef;
use mng_core::launch_template::steps::LaunchStep;
use mng_core::nodegroup::ownership::Owner;
use mng_engine::ports::{Calls, ChangeEc2, DescribeEc2Resources};
use support::world::aws;

fn group_ref() -> GroupRef {
    GroupRef {
        cluster: "my-cluster".to_owned(),
        name: "my-mng".to_owned(),
        owner: Owner::of_stack("stack", "Nodes"),
    }
}

fn tags() -> String {
    let tag = |(key, value): (&String, &String)| format!("<item><key>{key}</key><value>{value}</value></item>");
    let tags: String = group_ref().tags().iter().map(tag).collect();
    format!("<tagSet>{tags}</tagSet>")
}

/// The first page of each list is empty, as EC2's may be where a filter is given; what there is comes on the second.
fn answer(form: &str) -> String {
    let action = form
        .split('&')
        .find_map(|pair| pair.strip_prefix("Action="))
        .expect("an action");
    let second = form.contains("NextToken=");
    let (list, item) = match action {
        "DescribeLaunchTemplates" => (
            "launchTemplates",
            format!("<launchTemplateId>lt-1</launchTemplateId>{}", tags()),
        ),
        "DescribeLaunchTemplateVersions" => (
            "launchTemplateVersionSet",
            "<versionNumber>7</versionNumber><versionDescription>managed-node-group content abc</versionDescription>"
                .to_owned(),
        ),
        "DescribeSecurityGroups" => (
            "securityGroupInfo",
            format!("<groupId>sg-1</groupId><vpcId>vpc-1</vpcId>{}", tags()),
        ),
        _ => (
            "keySet",
            format!("<keyPairId>key-1</keyPairId><keyName>k</keyName>{}", tags()),
        ),
    };
    let paged = list != "keySet";
    let items = if second || !paged {
        format!("<item>{item}</item>")
    } else {
        String::new()
    };
    let token = if second || !paged {
        ""
    } else {
        "<nextToken>more</nextToken>"
    };
    format!(
        "<{action}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><{list}>{items}</{list}>{token}</{action}Response>"
    )
}

async fn ec2() -> Aws {
    served(answer).await
}

/// An EC2 that gives each form its answer.
async fn served(answer: impl Fn(&str) -> String + Clone + Send + Sync + 'static) -> Aws {
    let app = Router::new().route(
        "/",
        post(|body: Bytes| async move { answer(&String::from_utf8_lossy(&body)) }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    aws(&endpoint).await
}

/// What isn't on the first page isn't gone: a Delete would leave it behind.
#[tokio::test]
async fn every_page_is_read() {
    let found = ec2()
        .await
        .call(&DescribeEc2Resources { group_ref: group_ref() })
        .await
        .unwrap();
    let group_ref = group_ref();
    let template = found.template(&group_ref).expect("the template on the second page");
    assert_eq!(
        (template.versions[0].number, template.versions[0].digest.as_str()),
        (7, "abc")
    );
    assert!(
        found.security_group(&group_ref, "vpc-1").is_some(),
        "the security group on the second page"
    );
    assert_eq!(found.key_pairs(&group_ref).count(), 1);
}

/// The role allows exactly these three keys on a launch template that exists (`template.yaml`, `CallTagTemplate`).
#[tokio::test]
async fn a_launch_template_gets_the_three_tags_and_no_other() {
    let forms = Arc::new(Mutex::new(vec![]));
    let kept = forms.clone();
    let ec2 = served(move |form| {
        kept.lock().unwrap().push(form.to_owned());
        "<CreateTagsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><return>true</return></CreateTagsResponse>"
            .to_owned()
    });
    let step = LaunchStep::TagTemplate {
        id: "lt-1".to_owned(),
        tags: group_ref().tags(),
    };
    let token = "token".to_owned();
    ec2.await.call(&ChangeEc2 { step, token }).await.unwrap();
    let form = forms.lock().unwrap().join(" ");
    let keys: Vec<&str> = form
        .split('&')
        .filter_map(|pair| pair.split_once(".Key="))
        .map(|(_, key)| key)
        .collect();
    let own = ["logical-id", "nodegroup", "stack-id"].map(|of| format!("managed-node-group%3A{of}"));
    assert_eq!(keys, own, "{form}");
    assert!(
        form.contains("Action=CreateTags&") && form.contains("ResourceId.1=lt-1"),
        "{form}"
    );
}

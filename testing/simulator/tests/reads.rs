//! Lists, updates, clusters and tags.

mod support;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use simulator::Options;
use support::{AT_ONCE, CONFIG, GROUP, GROUPS, SimulatorClient};

#[tokio::test]
async fn lists_come_in_pages() {
    let eks = SimulatorClient::start(AT_ONCE).await;
    for name in ["a", "b", "c"] {
        eks.create(json!({"nodegroupName": name})).await;
    }
    let mut pages = Vec::new();
    let mut next = Value::Null;
    loop {
        let token = next
            .as_str()
            .map_or_else(String::new, |token| format!("&nextToken={token}"));
        let page = eks.get(&format!("{GROUPS}?maxResults=2{token}")).await.body;
        pages.push(page["nodegroups"].clone());
        next = page["nextToken"].clone();
        if next.is_null() {
            break;
        }
    }
    assert_eq!(json!(pages), json!([["a", "b"], ["c"]]));
}

#[tokio::test]
async fn an_update_is_found_by_its_node_group_only() {
    let eks = SimulatorClient::with_group(AT_ONCE).await;
    let begun = eks.post(CONFIG, &json!({"scalingConfig": {"maxSize": 3}})).await;
    let id = begun.body["update"]["id"].as_str().unwrap();
    let listed = eks.get("/clusters/my-cluster/updates?nodegroupName=nodes").await.body;
    assert_eq!(listed["updateIds"], json!([id]));
    assert_eq!(
        eks.get("/clusters/my-cluster/updates").await.body["updateIds"],
        json!([])
    );
    for query in ["", "?nodegroupName=other"] {
        let answer = eks.get(&format!("/clusters/my-cluster/updates/{id}{query}")).await;
        assert_eq!(
            (answer.status, answer.code.as_str()),
            (404, "ResourceNotFoundException"),
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_cluster_is_described() {
    let eks = SimulatorClient::start(AT_ONCE).await;
    eks.simulator
        .put_cluster(json!({"name": "my-cluster", "accessConfig": {"authenticationMode": "API"}}));
    let cluster = eks.get("/clusters/my-cluster").await.body["cluster"].clone();
    assert_eq!(
        (&cluster["status"], &cluster["version"]),
        (&json!("ACTIVE"), &json!("1.34"))
    );
    assert_eq!(cluster["accessConfig"]["authenticationMode"], "API");
    let network = &cluster["resourcesVpcConfig"];
    assert_eq!(
        (&network["vpcId"], &network["clusterSecurityGroupId"]),
        (&json!("vpc-simulated"), &json!("sg-cluster"))
    );
    let described = eks.simulator.requests().pop().unwrap();
    assert_eq!(
        (described.operation.as_str(), described.cluster.as_str()),
        ("DescribeCluster", "my-cluster")
    );
    assert_eq!(
        eks.get("/clusters/other").await.message(),
        "No cluster found for name: other."
    );
}

#[tokio::test]
async fn a_cluster_is_where_the_options_or_a_test_put_it() {
    let eks = SimulatorClient::with(Options {
        vpc: "vpc-1".to_owned(),
        cluster_security_group: "sg-1".to_owned(),
        ..Options::default()
    })
    .await;
    eks.simulator.reset();
    eks.simulator
        .put_cluster(json!({"name": "other", "resourcesVpcConfig": {"clusterSecurityGroupId": "sg-2"}}));
    for (cluster, security_group) in [("my-cluster", "sg-1"), ("other", "sg-2")] {
        let described = eks.get(&format!("/clusters/{cluster}")).await.body;
        let network = &described["cluster"]["resourcesVpcConfig"];
        assert_eq!(
            (&network["vpcId"], &network["clusterSecurityGroupId"]),
            (&json!("vpc-1"), &json!(security_group))
        );
    }
}

#[tokio::test]
async fn tags_are_put_and_taken_by_arn() {
    let eks = SimulatorClient::with_group(AT_ONCE).await;
    let arn = eks.get(GROUP).await.body["nodegroup"]["nodegroupArn"].clone();
    let path = format!("/tags/{}", utf8_percent_encode(arn.as_str().unwrap(), NON_ALPHANUMERIC));
    assert_eq!(
        eks.post(&path, &json!({"tags": {"a": "1", "b": "2", "c d": ""}}))
            .await
            .status,
        200
    );
    assert_eq!(eks.delete(&format!("{path}?tagKeys=a&tagKeys=c%20d")).await.status, 200);
    assert_eq!(eks.get(&path).await.body, json!({"tags": {"b": "2"}}));
    assert_eq!(eks.get(GROUP).await.body["nodegroup"]["tags"], json!({"b": "2"}));
    let tagged = eks.simulator.requests();
    let tagged = tagged
        .iter()
        .find(|request| request.operation == "UntagResource")
        .unwrap();
    assert_eq!(
        (tagged.cluster.as_str(), tagged.nodegroup.as_str()),
        ("my-cluster", "nodes")
    );
    assert_eq!(tagged.query[1], ("tagKeys".to_owned(), "c d".to_owned()));
}

#[tokio::test]
async fn bad_tags_are_refused_in_the_tag_operations_own_way() {
    let eks = SimulatorClient::with_group(AT_ONCE).await;
    let arn = eks.get(GROUP).await.body["nodegroup"]["nodegroupArn"].clone();
    let path = format!("/tags/{}", arn.as_str().unwrap());
    let many: serde_json::Map<String, Value> = (0..50).map(|i| (i.to_string(), json!("v"))).collect();
    assert_eq!(eks.post(&path, &json!({"tags": many})).await.status, 200);
    for body in [
        json!({}),
        json!({"tags": {}}),
        json!({"tags": {"aws:x": "1"}}),
        json!({"tags": {"one more": "1"}}),
        json!({"tag": 1}),
    ] {
        let answer = eks.post(&path, &body).await;
        assert_eq!(
            (answer.status, answer.code.as_str()),
            (400, "BadRequestException"),
            "{body}"
        );
    }
    assert_eq!(eks.delete(&path).await.code, "BadRequestException");
    let gone = eks
        .get("/tags/arn:aws:eks:us-east-1:123456789012:nodegroup/my-cluster/gone/1")
        .await;
    assert_eq!((gone.status, gone.code.as_str()), (404, "NotFoundException"));
}

//! Each cause in the network is made, and told before anything else is.

mod support;

use serde_json::{Value, json};
use support::scene::Scene;

fn on(subnet: &str) -> Value {
    json!({ "Subnets": [subnet] })
}

#[tokio::test]
async fn subnets_that_are_not_to_be_used() {
    let scene = Scene::start().await;
    let subnet = scene.moto.seeds().subnets[0].clone();
    scene
        .refused("subnet-not-found", "subnet-0gone", &on("subnet-0gone"))
        .await;
    let [_, elsewhere] = scene.network("10.1").await;
    scene.refused("subnet-other-vpc", &elsewhere, &on(&elsewhere)).await;
    scene.cluster(json!({"resourcesVpcConfig": {"vpcId": ""}}));
    let both = json!({"Subnets": [subnet, elsewhere]});
    scene.refused("subnets-of-several-vpcs", &elsewhere, &both).await;
    scene.cluster(json!({"resourcesVpcConfig": {"vpcId": scene.moto.seeds().vpc}}));

    let id = format!("(<subnetId>{subnet}</subnetId>)");
    scene
        .alter(
            "DescribeSubnets",
            &id,
            "\\1<outpostArn>arn:aws:outposts:::outpost/op-1</outpostArn>",
        )
        .await;
    scene.refused("subnet-on-outpost", &subnet, &on(&subnet)).await;
}

#[tokio::test]
async fn zones_and_addresses() {
    let scene = Scene::start().await;
    let subnet = scene.moto.seeds().subnets[0].clone();
    // The newest rule is applied first, and an older one goes on with what it leaves.
    let (free, any) = (
        "<availableIpAddressCount>[0-9]{2,}<",
        "<availableIpAddressCount>[0-9]+<",
    );
    scene
        .alter("DescribeSubnets", free, "<availableIpAddressCount>9<")
        .await;
    scene.warned("addresses-short", &subnet, &on(&subnet)).await;
    scene.alter("DescribeSubnets", any, "<availableIpAddressCount>0<").await;
    scene.refused("addresses-exhausted", &subnet, &on(&subnet)).await;

    let wavelength = "<availabilityZone>us-east-1-wl1-bos-wlz-1<";
    scene
        .alter("DescribeSubnets", "<availabilityZone>us-east-1.<", wavelength)
        .await;
    scene.refused("subnet-in-wavelength", &subnet, &on(&subnet)).await;
}

#[tokio::test]
async fn public_subnets() {
    let scene = Scene::start().await;
    let subnet = scene.moto.seeds().subnets[0].clone();
    let private = [("SubnetId", subnet.as_str()), ("MapPublicIpOnLaunch.Value", "false")];
    scene.ec2("ModifySubnetAttribute", &private, "").await;
    scene.warned("subnet-no-public-address", &subnet, &on(&subnet)).await;
    scene.cluster(json!({"resourcesVpcConfig": {"endpointPrivateAccess": false}}));
    scene.refused("subnet-no-public-address", &subnet, &on(&subnet)).await;
    let dead = "<state>blackhole</state>";
    scene.alter("DescribeRouteTables", "<state>active</state>", dead).await;
    scene.refused("subnet-blackhole", &subnet, &on(&subnet)).await;
}

#[tokio::test]
async fn private_subnets() {
    let scene = Scene::start().await;
    let [vpc, subnet] = scene.network("10.2").await;
    let named = [
        ("GroupName", "of-the-cluster"),
        ("GroupDescription", "d"),
        ("VpcId", vpc.as_str()),
    ];
    let group = scene.ec2("CreateSecurityGroup", &named, "groupId").await;
    scene.cluster(json!({"resourcesVpcConfig": {"vpcId": vpc, "clusterSecurityGroupId": group}}));
    scene.refused("no-way-out", "ecr.dkr", &on(&subnet)).await;
    for service in ["ec2", "ecr.api", "ecr.dkr", "s3", "sts"] {
        let service = format!("com.amazonaws.us-east-1.{service}");
        let wanted = [
            ("VpcId", vpc.as_str()),
            ("ServiceName", service.as_str()),
            ("VpcEndpointType", "Interface"),
        ];
        scene.ec2("CreateVpcEndpoint", &wanted, "vpcEndpointId").await;
    }
    scene.cluster(json!({"resourcesVpcConfig": {"endpointPrivateAccess": false}}));
    scene.refused("private-endpoint-off", &subnet, &on(&subnet)).await;
    scene.cluster(json!({"resourcesVpcConfig": {"endpointPrivateAccess": true}}));
    scene
        .alter(
            "DescribeVpcEndpoints",
            "<state>available</state>",
            "<state>pending</state>",
        )
        .await;
    scene.warned("endpoint-not-available", "sts", &on(&subnet)).await;
}

#[tokio::test]
async fn names_in_the_vpc() {
    let scene = Scene::start().await;
    let vpc = scene.moto.seeds().vpc;
    let set = async |attribute: &str, value: &str| {
        let attribute = format!("{attribute}.Value");
        let change = [("VpcId", vpc.as_str()), (attribute.as_str(), value)];
        scene.ec2("ModifyVpcAttribute", &change, "").await;
    };
    set("EnableDnsHostnames", "false").await;
    scene.warned("dns-hostnames", &vpc, &json!({})).await;
    set("EnableDnsSupport", "false").await;
    scene.refused("dns-support", &vpc, &json!({})).await;
    set("EnableDnsSupport", "true").await;
    scene
        .alter("DescribeDhcpOptions", "domain-name-servers", "ntp-servers")
        .await;
    scene.warned("dhcp-no-dns", "dopt-", &json!({})).await;
}

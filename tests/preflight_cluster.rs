//! Each cause around cluster, name and role is made, and told before anything else is.

mod support;

use serde_json::json;
use support::scene::Scene;

const WORKER: &str = "AmazonEKSWorkerNodePolicy";
const REGISTRY: &str = "AmazonEC2ContainerRegistryPullOnly";
const CNI: &str = "AmazonEKS_CNI_Policy";
const EC2: &str = "ec2.amazonaws.com";

#[tokio::test]
async fn the_cluster() {
    let scene = Scene::start().await;
    let nothing = json!({});
    scene.fine(&nothing).await;
    scene
        .refused("cluster-not-found", "no-cluster", &json!({"ClusterName": "no-cluster"}))
        .await;
    scene.cluster(json!({"status": "FAILED"}));
    scene.refused("cluster-not-usable", "my-cluster", &nothing).await;
    scene.cluster(json!({"status": "ACTIVE", "outpostConfig": {
        "outpostArns": ["arn:aws:outposts:us-east-1:123456789012:outpost/op-1"], "controlPlaneInstanceType": "m5.large",
    }}));
    scene.refused("cluster-on-outpost", "my-cluster", &nothing).await;
    let group = scene.moto.seeds().cluster_security_group;
    scene.cluster(json!({"outpostConfig": null, "resourcesVpcConfig": {"clusterSecurityGroupId": "sg-gone"}}));
    scene.refused("cluster-security-group-gone", "sg-gone", &nothing).await;
    scene.cluster(json!({"resourcesVpcConfig": {
        "clusterSecurityGroupId": group, "endpointPrivateAccess": false, "publicAccessCidrs": ["203.0.113.0/24"],
    }}));
    scene.warned("public-cidrs", "203.0.113.0/24", &nothing).await;
}

#[tokio::test]
async fn versions_and_ip_families() {
    let scene = Scene::start().await;
    scene
        .refused("version-ahead", "1.35", &json!({"Version": "1.35"}))
        .await;
    scene
        .refused("version-behind", "1.30", &json!({"Version": "1.30"}))
        .await;
    let al2 = json!({"AmiType": "AL2_x86_64"});
    scene.refused("al2-version", "AL2_x86_64", &al2).await;
    scene.cluster(json!({"version": "1.32"}));
    scene.warned("al2-retired", "AL2_x86_64", &al2).await;
    scene.cluster(json!({"version": "1.34", "kubernetesNetworkConfig": {"ipFamily": "ipv6"}}));
    let windows = json!({"AmiType": "WINDOWS_CORE_2022_x86_64"});
    scene.refused("windows-ipv6", "my-cluster", &windows).await;
    let subnet = scene.moto.seeds().subnets[0].clone();
    scene.refused("subnet-no-ipv6", &subnet, &json!({})).await;
    let old = json!({"InstanceTypes": ["m4.large"]});
    scene.refused("nitro-needed", "m4.large", &old).await;
}

#[tokio::test]
async fn names_and_their_number() {
    let scene = Scene::start().await;
    scene.world.foreign_group("taken");
    scene
        .refused("name-taken", "taken", &json!({"NodegroupName": "taken"}))
        .await;
    scene.quota("L-6D54EA21", 1.0).await;
    scene.refused("node-groups-quota", "my-cluster", &json!({})).await;
}

#[tokio::test]
async fn the_role() {
    let scene = Scene::start().await;
    let node = |role: &str| json!({"NodeRole": role});
    let gone = node("arn:aws:iam::123456789012:role/no-role");
    scene.refused("role-not-found", "no-role", &gone).await;
    let other = node("arn:aws:iam::999999999999:role/eks-node");
    scene.refused("role-other-account", "999999999999", &other).await;
    let wrong = scene
        .role("trusting", "/", "lambda.amazonaws.com", &[WORKER, REGISTRY, CNI])
        .await;
    scene.refused("role-trust", "ec2.amazonaws.com", &node(&wrong)).await;
    let bare = scene.role("bare", "/", EC2, &[REGISTRY, CNI]).await;
    scene.refused("role-worker-policy", WORKER, &node(&bare)).await;
    let unable = scene.role("unable", "/", EC2, &[WORKER, CNI]).await;
    scene.refused("role-registry-policy", REGISTRY, &node(&unable)).await;
    let without = scene.role("without-cni", "/", EC2, &[WORKER, REGISTRY]).await;
    scene.warned("role-cni-policy", CNI, &node(&without)).await;
    scene.cluster(json!({"roleArn": scene.moto.seeds().node_role}));
    scene.refused("role-is-cluster-role", "eks-node", &json!({})).await;
}

#[tokio::test]
async fn the_roles_other_users() {
    let scene = Scene::start().await;
    scene.cluster(json!({"accessConfig": {"authenticationMode": "CONFIG_MAP"}}));
    let deep = scene.role("deep", "/nodes/", EC2, &[WORKER, REGISTRY, CNI]).await;
    scene.warned("role-path", "deep", &json!({"NodeRole": deep})).await;
    scene.cluster(json!({"accessConfig": {"authenticationMode": "API"}}));

    let profile = ("InstanceProfileName", "by-hand");
    scene.iam("CreateInstanceProfile", &[profile], "").await;
    scene
        .iam("AddRoleToInstanceProfile", &[profile, ("RoleName", "eks-node")], "")
        .await;
    let instance = [
        ("ImageId", "ami-12c6146b"),
        ("MinCount", "1"),
        ("MaxCount", "1"),
        ("IamInstanceProfile.Name", "by-hand"),
    ];
    let instance = scene.ec2("RunInstances", &instance, "instanceId").await;
    scene.warned("role-shared", &instance, &json!({})).await;

    let unknown =
        "<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>no such role</Message></Error></ErrorResponse>";
    let linked = "AWSServiceRoleForAmazonEKSNodegroup";
    let told = scene.moto.answer("GetRole", linked, 404, unknown).await;
    told.expect("moto takes it");
    scene.warned("service-linked-role", linked, &json!({})).await;

    let denied =
        "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not allowed</Message></Error></ErrorResponse>";
    let told = scene.moto.answer("ListAttachedRolePolicies", "", 403, denied).await;
    told.expect("moto takes it");
    scene
        .warned("not-checked", "iam:ListAttachedRolePolicies", &json!({}))
        .await;
}

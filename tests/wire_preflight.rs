//! What preflight reads, as the real adapters read it from moto and from the simulator.

mod support;

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    IamInstanceProfileSpecification, InstanceType as Ec2InstanceType, ResourceType, Tag, TagSpecification,
};
use mng_core::call_error::Fault;
use mng_core::launch_template::custom_template::CustomTemplate;
use mng_core::node::instance_type::Architecture;
use mng_core::preflight::facts::{Facts, KeyMaker, KmsKey, MachineImage, Subnet, VpcDns, VpcEndpoint};
use serde_json::json;
use support::account::{Account, failed, good, m5_large, seeded_cluster, seeded_role, seeded_subnet, set};

/// One of those that moto has from the start.
const AMI: &str = "ami-12c6146b";

/// Moto takes a few seconds to start, so one serves several tables.
#[tokio::test]
async fn seeds_are_read_as_they_are() {
    let account = Account::start().await;
    without_a_reason_nothing_is_asked(&account).await;
    what_is_missing_is_absent(&account).await;
    what_is_there_is_read(&account).await;
}

#[tokio::test]
async fn what_is_made_is_read() {
    let account = Account::start().await;
    the_key_of_the_volumes_is_read_by_its_alias(&account).await;
    the_image_of_the_users_template_is_looked_up(&account).await;
    quotas_are_asked_of_the_service_that_has_them(&account).await;
    members_that_moto_leaves_as_they_are_are_read_too(&account).await;
    instances_with_the_role_and_outside_node_groups_are_found(&account).await;
}

async fn what_is_there_is_read(account: &Account) {
    let seeds = &account.seeds;
    account.eks.put_cluster(json!({
        "name": "my-cluster", "roleArn": "arn:aws:iam::123456789012:role/cluster",
        "resourcesVpcConfig": {"endpointPrivateAccess": false, "publicAccessCidrs": ["203.0.113.0/24"]},
        "accessConfig": {"authenticationMode": "CONFIG_MAP"}, "kubernetesNetworkConfig": {"ipFamily": "ipv6"},
        "outpostConfig": {"outpostArns": [], "controlPlaneInstanceType": "m5.large"},
    }));
    account
        .eks
        .put_node_group(json!({"nodegroupName": "nodes", "tags": {"owner": "platform"}}));
    let mut facts = account
        .facts(json!({
            "SecurityGroups": [seeds.security_group],
            "RemoteAccess": {"Ec2SshKey": seeds.key_pair, "SourceSecurityGroups": [seeds.security_group]},
        }))
        .await;
    let table = good(facts.route_tables.take()).remove(0);
    let named = good(facts.name.take()).expect("a group of the name");
    assert_eq!(
        named.tags,
        BTreeMap::from([("owner".to_owned(), "platform".to_owned())])
    );
    let dhcp = good(facts.dhcp.take());
    let policies = [
        "AmazonEKSWorkerNodePolicy",
        "AmazonEC2ContainerRegistryPullOnly",
        "AmazonEKS_CNI_Policy",
    ];
    let expected = Facts {
        cluster: Some(Ok(seeded_cluster(seeds))),
        node_groups: Some(Ok(1)),
        role: Some(Ok(seeded_role(seeds))),
        role_policies: Some(Ok(set(
            policies.map(|policy| format!("arn:aws:iam::aws:policy/{policy}"))
        ))),
        other_instances: Some(Ok(vec![])),
        service_linked_role: Some(Ok(())),
        role_inline_policies: Some(Ok(set([]))),
        subnets: Some(Ok(vec![seeded_subnet(seeds)])),
        endpoints: Some(Ok(vec![])),
        dns: Some(Ok(VpcDns {
            support: true,
            hostnames: true,
        })),
        types: Some(Ok(vec![m5_large()])),
        offers: Some(Ok(set([("m5.large".to_owned(), "us-east-1a".to_owned())]))),
        key_pairs: Some(Ok(set([seeds.key_pair.clone()]))),
        security_groups: Some(Ok(BTreeMap::from(
            [&seeds.cluster_security_group, &seeds.security_group].map(|group| (group.clone(), seeds.vpc.clone())),
        ))),
        quotas: Some(Ok(BTreeMap::new())),
        ..Facts::default()
    };
    assert_eq!(facts, expected);
    assert_eq!(
        (table.vpc.as_str(), table.main, table.subnets.len()),
        (seeds.vpc.as_str(), true, 0)
    );
    let targets: Vec<_> = table
        .routes
        .iter()
        .map(|route| (route.destination.as_str(), &route.target[..3]))
        .collect();
    assert_eq!(targets, [("172.31.0.0/16", "loc"), ("0.0.0.0/0", "igw")]);
    assert_eq!(
        (dhcp.domain_names, dhcp.servers),
        (vec!["ec2.internal".to_owned()], vec!["AmazonProvidedDNS".to_owned()])
    );
}

/// Everything that is missing can be told at once, and nothing hides what is there.
async fn what_is_missing_is_absent(account: &Account) {
    let changes = json!({
        "ClusterName": "no-cluster", "NodeRole": "arn:aws:iam::123456789012:role/path/no-role",
        "Subnets": [account.seeds.subnets[0], "subnet-0123"], "InstanceTypes": ["m5.large", "m9.huge"],
        "SecurityGroups": [account.seeds.security_group, "sg-0123"], "RemoteAccess": {"Ec2SshKey": "no-key"},
        "Volume": {"KmsKeyId": "alias/no-key"},
    });
    let facts = account.facts(changes).await;
    assert_eq!(failed(facts.cluster), (Fault::NotFound, "eks:DescribeCluster"));
    assert_eq!(facts.name, Some(Ok(None)));
    assert_eq!(failed(facts.role), (Fault::NotFound, "iam:GetRole"));
    assert_eq!(
        failed(facts.role_policies),
        (Fault::NotFound, "iam:ListAttachedRolePolicies")
    );
    assert_eq!(
        failed(facts.other_instances),
        (Fault::NotFound, "iam:ListInstanceProfilesForRole")
    );
    assert_eq!(good(facts.subnets), [seeded_subnet(&account.seeds)]);
    assert_eq!(good(facts.types), [m5_large()]);
    assert_eq!(
        good(facts.offers),
        set([("m5.large".to_owned(), "us-east-1a".to_owned())])
    );
    assert_eq!(
        good(facts.security_groups).keys().collect::<Vec<_>>(),
        [&account.seeds.security_group]
    );
    assert_eq!(good(facts.key_pairs), set([]));
    assert_eq!(failed(facts.key), (Fault::NotFound, "kms:DescribeKey"));
    assert_eq!((facts.grantees, facts.key_policy), (None, None));
}

/// Properties that are wrong give nothing to ask about.
async fn without_a_reason_nothing_is_asked(account: &Account) {
    let nothing = json!({
        "ClusterName": null, "NodeRole": "eks-node", "Subnets": null, "InstanceTypes": null,
        "LaunchTemplate": {"Id": account.seeds.launch_template},
    });
    let facts = account.facts(nothing).await;
    let expected = Facts {
        service_linked_role: Some(Ok(())),
        // The type that the user's launch template names.
        types: Some(Ok(vec![m5_large()])),
        template: Some(Ok(CustomTemplate {
            id: account.seeds.launch_template.clone(),
            version: 2,
            instance_type: Some("m5.large".to_owned()),
            ..CustomTemplate::default()
        })),
        quotas: Some(Ok(BTreeMap::new())),
        ..Facts::default()
    };
    assert_eq!(facts, expected);
    assert_eq!(account.eks.requests().len(), 0);
}

async fn instances_with_the_role_and_outside_node_groups_are_found(account: &Account) {
    let config = account.config().await;
    let (ec2, iam) = (aws_sdk_ec2::Client::new(&config), aws_sdk_iam::Client::new(&config));
    iam.create_instance_profile()
        .instance_profile_name("nodes")
        .send()
        .await
        .unwrap();
    let add = iam
        .add_role_to_instance_profile()
        .instance_profile_name("nodes")
        .role_name("eks-node");
    add.send().await.unwrap();
    let profile = IamInstanceProfileSpecification::builder().name("nodes").build();
    let mut started = Vec::new();
    for (tag, with) in [
        ("Name", Some(profile.clone())),
        ("eks:nodegroup-name", Some(profile)),
        ("Name", None),
    ] {
        let tag = Tag::builder().key(tag).value("nodes").build();
        let tags = TagSpecification::builder()
            .resource_type(ResourceType::Instance)
            .tags(tag)
            .build();
        let run = ec2
            .run_instances()
            .min_count(1)
            .max_count(1)
            .instance_type(Ec2InstanceType::M5Large);
        let run = run
            .image_id(AMI)
            .set_iam_instance_profile(with)
            .tag_specifications(tags);
        let answer = run.send().await.unwrap();
        started.push(answer.instances()[0].instance_id().unwrap().to_owned());
    }
    let facts = account.facts(json!({})).await;
    assert_eq!(good(facts.other_instances), [started[0].clone()]);
    ec2.terminate_instances()
        .instance_ids(&started[0])
        .send()
        .await
        .unwrap();
    let facts = account.facts(json!({})).await;
    assert_eq!(good(facts.other_instances), Vec::<String>::new());
}

async fn the_key_of_the_volumes_is_read_by_its_alias(account: &Account) {
    let kms = aws_sdk_kms::Client::new(&account.config().await);
    let key = kms
        .create_key()
        .policy("{}")
        .send()
        .await
        .unwrap()
        .key_metadata
        .unwrap();
    kms.create_alias()
        .alias_name("alias/volumes")
        .target_key_id(&key.key_id)
        .send()
        .await
        .unwrap();
    let grantee =
        "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling";
    let grant = kms.create_grant().key_id(&key.key_id).grantee_principal(grantee);
    grant
        .operations(aws_sdk_kms::types::GrantOperation::CreateGrant)
        .send()
        .await
        .unwrap();
    let facts = account.facts(json!({"Volume": {"KmsKeyId": "alias/volumes"}})).await;
    let expected = KmsKey {
        arn: key.arn.unwrap(),
        state: "Enabled".to_owned(),
        maker: KeyMaker::Customer,
    };
    assert_eq!(good(facts.key), expected);
    assert_eq!(
        (good(facts.grantees), good(facts.key_policy)),
        (set([grantee.to_owned()]), "{}".to_owned())
    );
    let facts = account.facts(json!({"Volume": {"KmsKeyId": "alias/aws/ebs"}})).await;
    assert_eq!(good(facts.key).maker, KeyMaker::Aws);
    assert_eq!((facts.grantees, facts.key_policy), (None, None));
}

async fn the_image_of_the_users_template_is_looked_up(account: &Account) {
    let ec2 = aws_sdk_ec2::Client::new(&account.config().await);
    for (image, expected) in [
        (
            AMI,
            Some(Ok(Some(MachineImage {
                id: AMI.to_owned(),
                architecture: Architecture::X86,
                state: "available".to_owned(),
            }))),
        ),
        ("ami-0123", Some(Ok(None))),
        ("resolve:ssm:/my/image", None),
    ] {
        let data = aws_sdk_ec2::types::RequestLaunchTemplateData::builder()
            .image_id(image)
            .build();
        let create = ec2
            .create_launch_template()
            .launch_template_name(image.replace(':', "-"))
            .launch_template_data(data);
        let template = create
            .send()
            .await
            .unwrap()
            .launch_template
            .unwrap()
            .launch_template_id
            .unwrap();
        let facts = account.facts(json!({"LaunchTemplate": {"Id": template}})).await;
        assert_eq!(facts.image, expected, "{image}");
    }
}

/// Moto knows no quota of EC2 and EKS; one that the account doesn't show is left out.
async fn quotas_are_asked_of_the_service_that_has_them(account: &Account) {
    for (service, code, value) in [
        ("ec2", "L-1216C47A", 5),
        ("eks", "L-6D54EA21", 30),
        ("ec2", "L-BD136A63", 1),
    ] {
        let having = format!(r#""ServiceCode":"{service}","QuotaCode":"{code}""#);
        let body = json!({"Quota": {"QuotaCode": code, "Value": value}}).to_string();
        account
            .moto
            .answer("GetServiceQuota", &having, 200, &body)
            .await
            .unwrap();
    }
    let facts = account.facts(json!({})).await;
    let expected = BTreeMap::from([("L-1216C47A".to_owned(), 5.0), ("L-6D54EA21".to_owned(), 30.0)]);
    assert_eq!(good(facts.quotas), expected);
}

/// What moto has no way to hold is told it: see `Moto::answer` and `Moto::alter`.
async fn members_that_moto_leaves_as_they_are_are_read_too(account: &Account) {
    let moto = &account.moto;
    let ec2 = aws_sdk_ec2::Client::new(&account.config().await);
    let endpoint = ec2
        .create_vpc_endpoint()
        .vpc_id(&account.seeds.vpc)
        .service_name("com.amazonaws.us-east-1.ecr.api");
    endpoint.send().await.unwrap();
    let off = aws_sdk_ec2::types::AttributeBooleanValue::builder()
        .value(false)
        .build();
    let modify = ec2
        .modify_vpc_attribute()
        .vpc_id(&account.seeds.vpc)
        .enable_dns_hostnames(off);
    modify.send().await.unwrap();
    for (action, pattern, with) in [
        ("DescribeVpcEndpoints", "<state>available", "<state>pendingAcceptance"),
        (
            "DescribeRouteTables",
            "<state>active(?!.*<state>active)",
            "<state>blackhole",
        ),
        (
            "DescribeSubnets",
            "<availabilityZone>us-east-1a",
            "<availabilityZone>us-east-1-wl1-bos-wlz-1",
        ),
        (
            "DescribeSubnets",
            "<mapPublicIpOnLaunch>true",
            "<outpostArn>arn:aws:outposts:us-east-1:1:outpost/op-1</outpostArn><mapPublicIpOnLaunch>false",
        ),
    ] {
        moto.alter(action, pattern, with).await.unwrap();
    }
    let facts = account.facts(json!({})).await;
    let endpoint = VpcEndpoint {
        service: "com.amazonaws.us-east-1.ecr.api".to_owned(),
        state: "pendingAcceptance".to_owned(),
    };
    assert_eq!(good(facts.endpoints), [endpoint]);
    assert_eq!(
        good(facts.dns),
        VpcDns {
            support: true,
            hostnames: false
        }
    );
    let subnet = Subnet {
        zone: "us-east-1-wl1-bos-wlz-1".to_owned(),
        outpost: Some("arn:aws:outposts:us-east-1:1:outpost/op-1".to_owned()),
        assigns_public_addresses: false,
        ..seeded_subnet(&account.seeds)
    };
    assert_eq!(good(facts.subnets), [subnet]);
    let blackholes: Vec<bool> = good(facts.route_tables)[0]
        .routes
        .iter()
        .map(|route| route.blackhole)
        .collect();
    assert_eq!(blackholes, [false, true]);
}

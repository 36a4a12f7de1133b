use super::*;

pub(super) fn cases() -> Vec<CheckExample> {
    let mut cases = of_subnets();
    cases.extend(of_routes());
    cases.extend(of_the_vpc());
    cases
}

fn of_subnets() -> Vec<CheckExample> {
    vec![
        case(Check::SubnetNotFound, json!({}), |facts| {
            read(&mut facts.subnets).pop();
        }),
        case(Check::SubnetOtherVpc, json!({}), |facts| {
            read(&mut facts.subnets)[1].vpc = "vpc-2".to_owned();
        }),
        case(Check::SubnetsOfSeveralVpcs, json!({}), |facts| {
            facts.cluster = None;
            read(&mut facts.subnets)[1].vpc = "vpc-2".to_owned();
        }),
        case(Check::SubnetOnOutpost, json!({}), |facts| {
            read(&mut facts.subnets)[1].outpost =
                Some("arn:aws:outposts:us-east-1:111122223333:outpost/op-1".to_owned());
        }),
        case(Check::SubnetInWavelength, json!({}), |facts| {
            facts.offers = None;
            read(&mut facts.subnets)[1].zone = "us-east-1-wl1-bos-wlz-1".to_owned();
        }),
        case(Check::SubnetNoIpv6, json!({}), |facts| {
            on_ipv6(facts);
            read(&mut facts.subnets)[1].assigns_ipv6_addresses = false;
        }),
        case(
            Check::AddressesExhausted,
            json!({"ScalingConfig": {"MinSize": 3}}),
            |facts| {
                facts.quotas = None;
                free(facts, 1);
            },
        ),
        case(
            Check::AddressesShort,
            json!({"ScalingConfig": {"MinSize": 3}}),
            |facts| {
                facts.quotas = None;
                free(facts, 40);
            },
        ),
    ]
}

fn of_routes() -> Vec<CheckExample> {
    vec![
        case(Check::SubnetNoPublicAddress, json!({}), |facts| {
            read(&mut facts.cluster).private_access = false;
            leads_to(facts, "igw-1");
        }),
        case(Check::SubnetBlackhole, json!({}), |facts| {
            main_table(facts).routes[1].blackhole = true;
        }),
        case(Check::NoWayOut, json!({}), |facts| {
            main_table(facts).routes.pop();
            endpoints(facts, &["ec2", "ecr.api", "s3"]);
        }),
        case(Check::PrivateEndpointOff, json!({}), |facts| {
            read(&mut facts.cluster).private_access = false;
            main_table(facts).routes.pop();
            endpoints(facts, &ALL_ENDPOINTS);
        }),
        case(Check::EndpointNotAvailable, json!({}), |facts| {
            main_table(facts).routes.pop();
            endpoints(facts, &ALL_ENDPOINTS);
            read(&mut facts.endpoints)[4].state = "pendingAcceptance".to_owned();
        }),
    ]
}

fn of_the_vpc() -> Vec<CheckExample> {
    vec![
        case(Check::DnsSupport, json!({}), |facts| {
            read(&mut facts.dns).support = false;
        }),
        case(Check::DnsHostnames, json!({}), |facts| {
            read(&mut facts.dns).hostnames = false;
        }),
        case(Check::DhcpNoDns, json!({}), |facts| {
            read(&mut facts.dhcp).servers.clear();
        }),
    ]
}

const ALL_ENDPOINTS: [&str; 5] = ["ec2", "ecr.api", "ecr.dkr", "s3", "sts"];

fn on_ipv6(facts: &mut Facts) {
    read(&mut facts.cluster).ip_family = IpFamily::V6;
    // The CNI of an IPv6 cluster has a policy of the user, which may belong to any role.
    facts.role_policies = None;
}

fn free(facts: &mut Facts, addresses: i32) {
    for subnet in read(&mut facts.subnets) {
        subnet.free_addresses = addresses;
    }
}

fn main_table(facts: &mut Facts) -> &mut RouteTable {
    &mut read(&mut facts.route_tables)[0]
}

fn leads_to(facts: &mut Facts, target: &str) {
    main_table(facts).routes[1].target = target.to_owned();
}

fn endpoints(facts: &mut Facts, names: &[&str]) {
    let endpoint = |name: &&str| VpcEndpoint {
        service: format!("com.amazonaws.us-east-1.{name}"),
        state: "available".to_owned(),
    };
    *read(&mut facts.endpoints) = names.iter().map(endpoint).collect();
}

#[test]
fn a_subnets_own_table_goes_before_the_main_one() {
    let own = |target: &'static str| {
        move |facts: &mut Facts| {
            leads_to(facts, "igw-1");
            let table = RouteTable {
                id: "rtb-1".to_owned(),
                vpc: "vpc-1".to_owned(),
                subnets: ["subnet-1".to_owned(), "subnet-2".to_owned()].into(),
                routes: vec![route("0.0.0.0/0", target)],
                ..RouteTable::default()
            };
            read(&mut facts.route_tables).push(table);
        }
    };
    check(&json!({}), own("nat-1"), &[]);
    check(&json!({}), own("igw-1"), &["W subnet-no-public-address"]);
    let cause = &found(&json!({}), own("igw-1"))[0].cause;
    assert!(
        cause.ends_with(": subnet-1 (route table rtb-1), subnet-2 (route table rtb-1)"),
        "{cause}"
    );
}

#[test]
fn public_addresses_are_an_error_for_a_public_endpoint_only() {
    let open = |private_access: bool, network_interfaces: usize| {
        move |facts: &mut Facts| {
            leads_to(facts, "igw-1");
            read(&mut facts.cluster).private_access = private_access;
            facts.template = Some(Ok(crate::launch_template::custom_template::CustomTemplate {
                network_interfaces,
                ..Default::default()
            }));
            facts.key_pairs = None;
        }
    };
    let own = json!({"LaunchTemplate": {"Id": "lt-1"}});
    check(&own, open(false, 0), &["E subnet-no-public-address"]);
    check(&own, open(true, 0), &["W subnet-no-public-address"]);
    check(&own, open(false, 1), &["W subnet-no-public-address"]);
    let assigned = |facts: &mut Facts| {
        open(false, 0)(facts);
        read(&mut facts.subnets)
            .iter_mut()
            .for_each(|subnet| subnet.assigns_public_addresses = true);
    };
    check(&own, assigned, &[]);
}

#[test]
fn other_ways_out_leave_a_doubt() {
    for (target, names, expected) in [
        ("vpce-1", &[][..], &["E no-way-out"][..]),
        ("vpce-1", &["ec2", "ecr.api", "ecr.dkr", "s3"], &["W no-way-out"]),
        ("vpce-1", &ALL_ENDPOINTS, &[]),
        ("tgw-1", &[], &["W no-way-out"]),
        ("tgw-1", &ALL_ENDPOINTS, &[]),
    ] {
        let alter = |facts: &mut Facts| {
            main_table(facts).routes[1] = route("10.0.0.0/8", target);
            endpoints(facts, names);
        };
        check(&json!({}), alter, expected);
    }
    let unread = |facts: &mut Facts| {
        main_table(facts).routes.pop();
        facts.endpoints = failed(Fault::Denied);
    };
    check(&json!({}), unread, &["W no-way-out"]);
}

#[test]
fn endpoints_have_other_names_elsewhere() {
    let named = |services: [&'static str; 5]| {
        move |facts: &mut Facts| {
            main_table(facts).routes.pop();
            *read(&mut facts.endpoints) = services
                .map(|service| VpcEndpoint {
                    service: service.to_owned(),
                    state: "Available".to_owned(),
                })
                .into();
        }
    };
    let in_china = [
        "cn.com.amazonaws.cn-north-1.ec2",
        "cn.com.amazonaws.cn-north-1.ecr.api",
        "cn.com.amazonaws.cn-north-1.ecr.dkr",
        "com.amazonaws.cn-north-1.s3",
        "cn.com.amazonaws.cn-north-1.sts",
    ];
    check(&json!({}), named(in_china), &[]);
    let mut near = in_china;
    near[3] = "com.amazonaws.us-east-1.notes3";
    check(&json!({}), named(near), &["E no-way-out"]);
}

#[test]
fn ipv6_leads_out_of_an_ipv6_cluster_only() {
    let only_ipv6 = |facts: &mut Facts| main_table(facts).routes[1] = route("::/0", "eigw-1");
    check(&json!({}), only_ipv6, &["W no-way-out"]);
    let alter = |facts: &mut Facts| {
        on_ipv6(facts);
        only_ipv6(facts);
    };
    check(&json!({}), alter, &[]);
}

#[test]
fn addresses_are_counted_for_what_is_to_come() {
    let of = |count: i32| {
        move |facts: &mut Facts| {
            facts.quotas = None;
            free(facts, count);
        }
    };
    let three = json!({"ScalingConfig": {"MinSize": 3}});
    check(&three, of(70), &[]);
    check(&three, of(69), &["W addresses-short"]);
    check(&three, of(1), &["E addresses-exhausted"]);
    let minimal =
        json!({"ScalingConfig": {"MinSize": 3}, "UpdateConfig": {"UpdateStrategy": "MINIMAL", "MaxUnavailable": 2}});
    check(&minimal, of(30), &[]);
    let many = json!({"ScalingConfig": {"MinSize": 3}, "UpdateConfig": {"MaxUnavailable": 5}});
    check(&many, of(79), &["W addresses-short"]);
    let runs = |facts: &mut Facts| {
        of(0)(facts);
        facts.name = runs(owner().tags());
    };
    check(&three, runs, &["W addresses-short"]);
    let ipv6 = |facts: &mut Facts| {
        of(2)(facts);
        on_ipv6(facts);
    };
    check(&three, ipv6, &[]);
}

#[test]
fn own_name_servers_may_stand_for_the_vpcs() {
    let alter = |facts: &mut Facts| {
        read(&mut facts.dns).support = false;
        read(&mut facts.dhcp).servers = vec!["10.0.0.2".to_owned()];
    };
    check(&json!({}), alter, &["W dns-support"]);
}

use super::*;

pub(super) fn cases() -> Vec<CheckExample> {
    vec![
        case(Check::RoleNotFound, json!({}), |facts| {
            facts.role = failed(Fault::NotFound);
            facts.role_policies = failed(Fault::NotFound);
        }),
        case(
            Check::RoleOtherAccount,
            json!({"NodeRole": "arn:aws:iam::444455556666:role/eks-node"}),
            |facts| facts.role = failed(Fault::NotFound),
        ),
        case(Check::RoleTrust, json!({}), |facts| {
            read(&mut facts.role).trust = trust("lambda.amazonaws.com");
        }),
        case(Check::RoleIsClusterRole, json!({}), |facts| {
            read(&mut facts.cluster).role = "arn:aws:iam::111122223333:role/eks-node".to_owned();
        }),
        case(Check::RoleWorkerPolicy, json!({}), |facts| {
            *read(&mut facts.role_policies) = policies(&["AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly"]);
        }),
        case(Check::RoleRegistryPolicy, json!({}), |facts| {
            *read(&mut facts.role_policies) = policies(&["AmazonEKS_CNI_Policy", "AmazonEKSWorkerNodePolicy"]);
        }),
        case(Check::RoleCniPolicy, json!({}), |facts| {
            *read(&mut facts.role_policies) =
                policies(&["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPowerUser"]);
        }),
        case(
            Check::RolePath,
            json!({"NodeRole": "arn:aws:iam::111122223333:role/nodes/eks-node"}),
            |facts| read(&mut facts.cluster).authentication = "CONFIG_MAP".to_owned(),
        ),
        case(Check::RoleShared, json!({}), |facts| {
            *read(&mut facts.other_instances) = vec!["i-1".to_owned(), "i-2".to_owned()];
        }),
        case(Check::ServiceLinkedRole, json!({}), |facts| {
            facts.service_linked_role = failed(Fault::NotFound);
        }),
    ]
}

#[track_caller]
fn check_trust(role: &str, policy: &Value, expected: &[&str]) {
    let alter = |facts: &mut Facts| {
        read(&mut facts.role).trust = policy.to_string();
        read(&mut facts.cluster).arn = String::new();
    };
    check(&json!({ "NodeRole": role }), alter, expected);
}

fn allowing(action: &Value, service: &Value) -> Value {
    json!({"Effect": "Allow", "Action": action, "Principal": {"Service": service}})
}

#[test]
fn ec2_may_be_trusted_in_many_words() {
    let role = "arn:aws:iam::111122223333:role/eks-node";
    for (statement, expected) in [
        (
            allowing(
                &json!(["sts:AssumeRole"]),
                &json!(["eks.amazonaws.com", "ec2.amazonaws.com"]),
            ),
            &[][..],
        ),
        (
            json!([{"Effect": "Deny"}, {"Effect": "Allow", "Action": "sts:*", "Principal": "*"}]),
            &[],
        ),
        (
            json!({"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}),
            &["E role-trust"],
        ),
        (
            allowing(&json!("sts:TagSession"), &json!("ec2.amazonaws.com")),
            &["E role-trust"],
        ),
        (json!([]), &["E role-trust"]),
    ] {
        check_trust(role, &json!({ "Statement": statement }), expected);
    }
    check_trust(role, &json!("no policy"), &[]);
}

#[test]
fn china_has_a_principal_of_its_own() {
    let role = "arn:aws-cn:iam::111122223333:role/eks-node";
    let trusting = |services: &[&str]| json!({"Statement": allowing(&json!("sts:AssumeRole"), &json!(services))});
    check_trust(role, &trusting(&["ec2.amazonaws.com.cn"]), &[]);
    check_trust(role, &trusting(&["ec2.amazonaws.com"]), &["W role-trust"]);
    check_trust(role, &trusting(&["lambda.amazonaws.com"]), &["E role-trust"]);
}

#[test]
fn a_policy_of_ones_own_may_hold_the_same() {
    let missing = ["role-worker-policy", "role-registry-policy", "role-cni-policy"];
    let errors = [
        &format!("E {}", missing[0]) as &str,
        &format!("E {}", missing[1]),
        &format!("W {}", missing[2]),
    ];
    let warnings = missing.map(|code| format!("W {code}"));
    let warnings = warnings.each_ref().map(String::as_str);
    check(&json!({}), |facts| read(&mut facts.role_policies).clear(), &errors);
    let own = |facts: &mut Facts| {
        *read(&mut facts.role_policies) = ["arn:aws:iam::111122223333:policy/nodes".to_owned()].into();
    };
    check(&json!({}), own, &warnings);
    let inline = |facts: &mut Facts| {
        read(&mut facts.role_policies).clear();
        *read(&mut facts.role_inline_policies) = ["nodes".to_owned()].into();
    };
    check(&json!({}), inline, &warnings);
    let unread = |facts: &mut Facts| {
        read(&mut facts.role_policies).clear();
        facts.role_inline_policies = failed(Fault::Denied);
    };
    check(&json!({}), unread, &warnings);
}

#[test]
fn on_ipv6_the_cni_has_another_policy() {
    let on_ipv6 = |facts: &mut Facts| read(&mut facts.cluster).ip_family = IpFamily::V6;
    check(&json!({}), on_ipv6, &["W role-cni-policy"]);
    let own = |facts: &mut Facts| {
        on_ipv6(facts);
        read(&mut facts.role_policies).insert("arn:aws:iam::111122223333:policy/AmazonEKS_CNI_IPv6_Policy".to_owned());
    };
    check(&json!({}), own, &[]);
}

#[test]
fn a_path_is_fine_with_access_entries() {
    let with_path = json!({"NodeRole": "arn:aws:iam::111122223333:role/nodes/eks-node"});
    check(&with_path, |_| {}, &[]);
}

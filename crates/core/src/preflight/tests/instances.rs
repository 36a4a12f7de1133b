use super::*;

pub(super) fn cases() -> Vec<CheckExample> {
    let mut cases = of_offers();
    cases.extend(of_images());
    cases.extend(of_sizes());
    cases
}

fn of_offers() -> Vec<CheckExample> {
    vec![
        case(
            Check::InstanceTypeNotFound,
            json!({"InstanceTypes": ["m9.huge"]}),
            |facts| read(&mut facts.types).clear(),
        ),
        case(Check::InstanceTypeNotOffered, json!({}), |facts| {
            read(&mut facts.offers).clear();
        }),
        case(Check::ZoneWithoutInstanceType, json!({}), |facts| {
            *read(&mut facts.offers) = offers(&["m5.large"], &["us-east-1a"]);
        }),
        case(
            Check::InstanceTypeNotInZone,
            json!({"InstanceTypes": ["m5.large", "m6i.large"]}),
            |facts| {
                with_types(facts, [kind("m5.large"), kind("m6i.large")]);
                read(&mut facts.offers).remove(&("m6i.large".to_owned(), "us-east-1b".to_owned()));
            },
        ),
    ]
}

fn of_images() -> Vec<CheckExample> {
    vec![
        case(
            Check::AmiArchitecture,
            json!({"AmiType": "AL2023_ARM_64_STANDARD"}),
            |_| {},
        ),
        case(
            Check::MixedArchitectures,
            json!({"InstanceTypes": ["m5.large", "m7g.large"]}),
            |facts| with_types(facts, [kind("m5.large"), arm("m7g.large")]),
        ),
        case(Check::AmiNeedsGpu, json!({"AmiType": "AL2023_x86_64_NVIDIA"}), |_| {}),
        case(
            Check::AmiNeedsNeuron,
            json!({"AmiType": "AL2023_x86_64_NEURON"}),
            |_| {},
        ),
        case(
            Check::GpuWithoutDriver,
            json!({"AmiType": "AL2023_x86_64_STANDARD", "InstanceTypes": ["g5.xlarge"]}),
            |facts| with_types(facts, [accelerated("g5.xlarge", Accelerator::Nvidia)]),
        ),
        case(
            Check::NeuronWithoutDriver,
            json!({"AmiType": "AL2023_x86_64_STANDARD", "InstanceTypes": ["inf2.xlarge"]}),
            |facts| with_types(facts, [accelerated("inf2.xlarge", Accelerator::Neuron)]),
        ),
        case(Check::NitroNeeded, json!({"InstanceTypes": ["m4.large"]}), |facts| {
            read(&mut facts.cluster).ip_family = IpFamily::V6;
            facts.role_policies = None;
            let old = InstanceType {
                nitro: false,
                ..kind("m4.large")
            };
            with_types(facts, [old]);
        }),
    ]
}

fn of_sizes() -> Vec<CheckExample> {
    vec![
        case(Check::SpotOneType, json!({"CapacityType": "SPOT"}), |_| {}),
        case(
            Check::TypesDifferInSize,
            json!({"InstanceTypes": ["m5.large", "m5.xlarge"]}),
            |facts| with_types(facts, [kind("m5.large"), large("m5.xlarge")]),
        ),
        case(Check::FewPods, json!({"InstanceTypes": ["t3.micro"]}), |facts| {
            with_types(facts, [small("t3.micro")]);
        }),
        case(Check::VcpuQuota, json!({"ScalingConfig": {"MinSize": 3}}), |_| {}),
        case(
            Check::NodesQuota,
            json!({"ScalingConfig": {"MinSize": 1, "MaxSize": 500}}),
            |_| {},
        ),
    ]
}

fn with_types<const N: usize>(facts: &mut Facts, types: [InstanceType; N]) {
    let names = types.each_ref().map(|kind| kind.name.as_str());
    facts.offers = Some(Ok(offers(&names, &["us-east-1a", "us-east-1b"])));
    facts.types = Some(Ok(types.into()));
}

fn arm(name: &str) -> InstanceType {
    let mut kind = kind(name);
    kind.facts.architecture = Architecture::Arm;
    kind
}

fn accelerated(name: &str, accelerator: Accelerator) -> InstanceType {
    let mut kind = kind(name);
    kind.facts.accelerator = accelerator;
    kind
}

fn large(name: &str) -> InstanceType {
    InstanceType {
        vcpus: 4,
        memory_mib: 16384,
        ..kind(name)
    }
}

fn small(name: &str) -> InstanceType {
    let mut kind = kind(name);
    let network = kind.facts.network.as_mut().expect("an m5.large has one");
    (network.interfaces, network.addresses) = (2, 2);
    kind
}

#[test]
fn beside_types_that_are_offered_another_may_not_be() {
    let two = json!({"InstanceTypes": ["m5.large", "m6i.large"]});
    let alter = |facts: &mut Facts| {
        with_types(facts, [kind("m5.large"), kind("m6i.large")]);
        *read(&mut facts.offers) = offers(&["m5.large"], &["us-east-1a", "us-east-1b"]);
    };
    check(&two, alter, &["W instance-type-not-offered"]);
    let split = |facts: &mut Facts| {
        alter(facts);
        *read(&mut facts.offers) = offers(&["m5.large"], &["us-east-1a"]);
        read(&mut facts.offers).insert(("m6i.large".to_owned(), "us-east-1b".to_owned()));
    };
    check(&two, split, &["W instance-type-not-in-zone"]);
    let cause = &found(&two, split)[0].cause;
    assert!(
        cause.ends_with("m6i.large in us-east-1a, m5.large in us-east-1b"),
        "{cause}"
    );
}

#[test]
fn an_image_fits_what_it_is_made_for() {
    use Accelerator::{Neuron, None, Nvidia};
    for (ami_type, accelerator, expected) in [
        ("AL2023_x86_64_STANDARD", None, &[][..]),
        ("AL2023_x86_64_NVIDIA", Nvidia, &[]),
        ("AL2023_x86_64_NEURON", Neuron, &[]),
        ("BOTTLEROCKET_x86_64_NVIDIA_FIPS", None, &["E ami-needs-gpu"]),
        (
            "AL2023_x86_64_NVIDIA",
            Neuron,
            &["E ami-needs-gpu", "W neuron-without-driver"],
        ),
        ("AL2_x86_64_GPU", Neuron, &["W al2-retired"]),
        ("AL2_x86_64_GPU", None, &["E ami-needs-gpu", "W al2-retired"]),
        ("WINDOWS_CORE_2022_x86_64", Nvidia, &["W gpu-without-driver"]),
        ("BOTTLEROCKET_x86_64", Neuron, &[]),
    ] {
        let alter = |facts: &mut Facts| {
            read(&mut facts.cluster).version = "1.32".to_owned();
            with_types(facts, [accelerated("m5.large", accelerator)]);
        };
        check(&json!({ "AmiType": ami_type }), alter, expected);
    }
    let unstated = |facts: &mut Facts| with_types(facts, [accelerated("m5.large", Nvidia)]);
    check(&json!({}), unstated, &[]);
}

#[test]
fn quotas_count_what_is_alike() {
    let two = json!({"InstanceTypes": ["m5.large", "g5.large"], "ScalingConfig": {"MinSize": 3}});
    let alter = |facts: &mut Facts| with_types(facts, [kind("m5.large"), kind("g5.large")]);
    check(&two, alter, &[]);
    let spot =
        json!({"InstanceTypes": ["m5.large", "m5a.large"], "ScalingConfig": {"MinSize": 3}, "CapacityType": "SPOT"});
    let alter = |facts: &mut Facts| with_types(facts, [kind("m5.large"), kind("m5a.large")]);
    check(&spot, alter, &[]);
    let of_spot = |facts: &mut Facts| {
        alter(facts);
        read(&mut facts.quotas).insert("L-34B43A08".to_owned(), 0.0);
    };
    check(&spot, of_spot, &["E vcpu-quota"]);
    let none_at_first = json!({"ScalingConfig": {"MinSize": 0, "MaxSize": 3, "DesiredSize": 0}});
    let no_quota = |facts: &mut Facts| {
        read(&mut facts.quotas).insert("L-1216C47A".to_owned(), 0.0);
    };
    check(&none_at_first, no_quota, &[]);
}

#[test]
fn few_pods_are_fine_when_they_are_stated() {
    let stated = json!({"InstanceTypes": ["t3.micro"], "MaxPods": 4});
    check(&stated, |facts| with_types(facts, [small("t3.micro")]), &[]);
}

#[test]
fn the_type_in_the_users_template_is_looked_at_too() {
    let own = json!({"LaunchTemplate": {"Id": "lt-1"}, "InstanceTypes": []});
    let alter = |facts: &mut Facts| {
        facts.template = Some(Ok(crate::launch_template::custom_template::CustomTemplate {
            id: "lt-1".to_owned(),
            instance_type: Some("m9.huge".to_owned()),
            ..Default::default()
        }));
        read(&mut facts.types).clear();
    };
    check(&own, alter, &["E instance-type-not-found"]);
    assert_eq!(found(&own, alter)[0].property, "LaunchTemplate");
}

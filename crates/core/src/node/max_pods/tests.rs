use super::*;

const PLAIN: Networking = networking(Addressing::Secondary, PodSubnets::NodesOwn);
const PREFIX: Networking = networking(Addressing::Prefixes, PodSubnets::NodesOwn);
const CUSTOM: Networking = networking(Addressing::Secondary, PodSubnets::Custom);
const PREFIX_CUSTOM: Networking = networking(Addressing::Prefixes, PodSubnets::Custom);

const fn networking(addressing: Addressing, pod_subnets: PodSubnets) -> Networking {
    Networking {
        addressing,
        pod_subnets,
    }
}

const fn nitro(interfaces: u32, addresses: u32, vcpus: u32) -> NetworkFacts {
    NetworkFacts {
        interfaces,
        addresses,
        vcpus,
        prefixes: Prefixes::Supported,
    }
}

const fn xen(interfaces: u32, addresses: u32, vcpus: u32) -> NetworkFacts {
    NetworkFacts {
        prefixes: Prefixes::NotSupported,
        ..nitro(interfaces, addresses, vcpus)
    }
}

const T3_MEDIUM: NetworkFacts = nitro(3, 6, 2);
const M4_LARGE: NetworkFacts = xen(2, 10, 2);
const M5_LARGE: NetworkFacts = nitro(3, 10, 2);
const M5_4XLARGE: NetworkFacts = nitro(8, 30, 16);
const M5_8XLARGE: NetworkFacts = nitro(8, 30, 32);

#[test]
fn every_published_figure_comes_out() {
    for (name, facts, uncapped, capped) in [
        ("t2.nano", xen(2, 2, 1), 4, 4),
        ("t3.nano", nitro(2, 2, 2), 4, 4),
        ("t3.micro", nitro(2, 2, 2), 4, 4),
        ("t3.small", nitro(3, 4, 2), 11, 11),
        ("t3.medium", T3_MEDIUM, 17, 17),
        ("t3.large", nitro(3, 12, 2), 35, 35),
        ("t3.xlarge", nitro(4, 15, 4), 58, 58),
        ("m4.large", M4_LARGE, 20, 20),
        ("m5.large", M5_LARGE, 29, 29),
        ("m5.xlarge", nitro(4, 15, 4), 58, 58),
        ("m5.2xlarge", nitro(4, 15, 8), 58, 58),
        ("m5.4xlarge", M5_4XLARGE, 234, 110),
        ("m5.8xlarge", M5_8XLARGE, 234, 234),
        ("m7i.8xlarge", nitro(8, 30, 32), 234, 234),
        ("m5.24xlarge", nitro(15, 50, 96), 737, 250),
        ("m5.metal", nitro(15, 50, 96), 737, 250),
        ("m8g.48xlarge", nitro(15, 50, 192), 737, 250),
        ("c5n.18xlarge", nitro(15, 50, 72), 737, 250),
        ("m7g.large", nitro(3, 10, 2), 29, 29),
        ("g4dn.xlarge", nitro(3, 10, 4), 29, 29),
        ("g5.xlarge", nitro(4, 15, 4), 58, 58),
        ("inf2.xlarge", nitro(4, 15, 4), 58, 58),
        ("p4d.24xlarge", nitro(15, 50, 96), 737, 250),
        ("p5.48xlarge", nitro(2, 50, 192), 100, 100),
        ("trn1.32xlarge", nitro(5, 50, 128), 247, 247),
        ("c6in.32xlarge", nitro(8, 50, 128), 394, 250),
        ("u-6tb1.metal", nitro(5, 30, 448), 147, 147),
    ] {
        check(name, facts, PLAIN, OperatingSystem::AmazonLinux2023, uncapped, capped);
    }
}

#[test]
fn the_configuration_of_the_cni_counts() {
    for (name, facts, networking, uncapped, capped) in [
        ("m5.large", M5_LARGE, CUSTOM, 20, 20),
        ("m5.large", M5_LARGE, PREFIX, 434, 110),
        ("m5.large", M5_LARGE, PREFIX_CUSTOM, 290, 110),
        ("t3.medium", T3_MEDIUM, CUSTOM, 12, 12),
        ("t3.medium", T3_MEDIUM, PREFIX, 242, 110),
        ("m5.8xlarge", M5_8XLARGE, PREFIX, 3714, 250),
        ("m4.large, which takes no prefixes", M4_LARGE, PREFIX, 20, 20),
        ("m4.large, which takes no prefixes", M4_LARGE, PREFIX_CUSTOM, 11, 11),
        ("30 vCPUs", nitro(8, 30, 30), PLAIN, 234, 110),
        ("31 vCPUs", nitro(8, 30, 31), PLAIN, 234, 234),
        ("one interface", nitro(1, 10, 2), CUSTOM, 2, 2),
        ("nothing known", nitro(0, 0, 0), CUSTOM, 2, 2),
        ("absurd figures", nitro(u32::MAX, u32::MAX, 31), PREFIX, u32::MAX, 250),
    ] {
        for os in [
            OperatingSystem::AmazonLinux2,
            OperatingSystem::AmazonLinux2023,
            OperatingSystem::Bottlerocket,
        ] {
            check(name, facts, networking, os, uncapped, capped);
        }
    }
}

#[test]
fn windows_has_one_interface() {
    for (name, facts, networking, uncapped, capped) in [
        ("m5.large", M5_LARGE, PLAIN, 9, 9),
        ("m5.large", M5_LARGE, CUSTOM, 9, 9),
        ("m5.large", M5_LARGE, PREFIX, 144, 110),
        ("m5.8xlarge", M5_8XLARGE, PREFIX, 464, 250),
        ("m4.large", M4_LARGE, PREFIX, 9, 9),
        ("nothing known", nitro(0, 0, 0), PLAIN, 0, 0),
    ] {
        check(name, facts, networking, OperatingSystem::Windows, uncapped, capped);
    }
}

#[test]
fn the_smallest_type_decides_for_the_group() {
    for (types, networking, expected) in [
        (&[][..], PLAIN, None),
        (&[M5_LARGE, M5_4XLARGE], PLAIN, Some(29)),
        (&[M5_4XLARGE, M5_LARGE], PLAIN, Some(29)),
        (&[M5_4XLARGE, M5_8XLARGE], PLAIN, Some(110)),
        (&[M5_LARGE, M4_LARGE], PREFIX, Some(20)),
    ] {
        assert_eq!(
            max_pods(types, networking, OperatingSystem::AmazonLinux2023),
            expected,
            "{types:?} {networking:?}"
        );
    }
}

fn check(name: &str, facts: NetworkFacts, networking: Networking, os: OperatingSystem, uncapped: u32, capped: u32) {
    let case = format!("{name} {networking:?} {os:?}");
    assert_eq!(max_allowed(&facts, networking, os), uncapped, "{case}");
    assert_eq!(max_pods(&[facts], networking, os), Some(capped), "{case}");
}

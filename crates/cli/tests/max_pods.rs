//! `mng max-pods` against moto, which has EC2's own answers for its instance types.

mod support;

use local_stack::Moto;
use support::{CommandResult, mng};

const PREFIX: &str = "--prefix-delegation";
const CUSTOM: &str = "--custom-networking";

/// The options in the order of a row's figures.
const OPTIONS: [&[&str]; 4] = [&[], &[PREFIX], &[CUSTOM], &[PREFIX, CUSTOM]];

fn max_pods(endpoint: &str, arguments: &[&str]) -> CommandResult {
    let environment = [
        ("AWS_ENDPOINT_URL_EC2", endpoint),
        ("AWS_REGION", local_stack::REGION),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ];
    mng(&[&["max-pods"], arguments].concat(), &environment)
}

#[track_caller]
fn check(moto: &Moto, arguments: &[&str], expected: u32) {
    let told = max_pods(&moto.url, arguments);
    assert_eq!(told, (Some(0), format!("{expected}\n"), String::new()), "{arguments:?}");
}

/// The kernel ends moto with the thread that started it, so each test has its own.
async fn moto() -> Moto {
    Moto::start().await.expect("moto starts")
}

#[tokio::test]
async fn options_and_several_types_count() {
    let moto = moto().await;
    for (arguments, expected) in [
        (&["m5.large"][..], 29),
        (&["m5.large", "c5.xlarge"], 29),
        (&["c5.xlarge", "m5.large"], 29),
        (&["m5.large", "m5.4xlarge"], 29),
        (&["m5.large", PREFIX], 110),
        (&["m5.large", CUSTOM], 20),
        (&["t3.medium", CUSTOM], 12),
        (&["m5.8xlarge"], 234),
        (&["p5.48xlarge"], 100),
        (&["m5.large", "--ami-type", "BOTTLEROCKET_x86_64"], 29),
        (&["m5.large", "--ami-type", "WINDOWS_CORE_2022_x86_64"], 9),
        (&["m5.large", PREFIX, "--ami-type", "WINDOWS_CORE_2022_x86_64"], 110),
    ] {
        check(&moto, arguments, expected);
    }
}

/// EKS publishes a figure for each type without options, which the calculation caps at 110 up to 30 vCPUs and at 250 above.
/// Those for the options are derived by its formula: sixteen addresses in the place of one, an interface less, or both.
#[tokio::test]
async fn each_published_figure_comes_out_of_ec2s_own_answers() {
    let moto = moto().await;
    for (types, figures) in [
        // Without Nitro there are no prefixes, and single addresses remain.
        (&["t2.nano"][..], [4, 4, 3, 3]),
        (&["t3.nano", "t3.micro"], [4, 34, 3, 18]),
        (&["t3.small"], [11, 110, 8, 98]),
        (&["t3.medium"], [17, 110, 12, 110]),
        (&["t3.large"], [35, 110, 24, 110]),
        (&["t3.xlarge"], [58, 110, 44, 110]),
        (&["m4.large"], [20, 20, 11, 11]),
        (&["m5.large", "m7g.large", "g4dn.xlarge"], [29, 110, 20, 110]),
        (
            &["m5.xlarge", "m5.2xlarge", "g5.xlarge", "inf2.xlarge"],
            [58, 110, 44, 110],
        ),
        // 234 without the cap.
        (&["m5.4xlarge"], [110, 110, 110, 110]),
        (&["m5.8xlarge", "m7i.8xlarge"], [234, 250, 205, 250]),
        // 737 without the cap. Bare metal names no hypervisor and has prefixes all the same.
        (
            &[
                "m5.24xlarge",
                "m5.metal",
                "m8g.48xlarge",
                "c5n.18xlarge",
                "p4d.24xlarge",
            ],
            [250, 250, 250, 250],
        ),
        // Of 32 network cards, the default one counts.
        (&["p5.48xlarge"], [100, 250, 51, 250]),
        (&["trn1.32xlarge"], [247, 250, 198, 250]),
        // 394 and 345 without the cap.
        (&["c6in.32xlarge"], [250, 250, 250, 250]),
    ] {
        for (options, figure) in OPTIONS.iter().zip(figures) {
            for one in types {
                check(&moto, &[&[*one], *options].concat(), figure);
            }
            if types.len() > 1 {
                check(&moto, &[types, *options].concat(), figure);
            }
        }
    }
}

#[tokio::test]
async fn what_ec2_doesnt_know_is_told_in_its_words() {
    let moto = moto().await;
    let (status, output, problem) = max_pods(&moto.url, &["m5.large", "m5.colossal"]);
    assert_eq!((status, output.as_str()), (Some(2), ""));
    let expected = "ec2:DescribeInstanceTypes on m5.large,m5.colossal: InvalidInstanceType: The following supplied instance types \
                    do not exist: [m5.colossal]\n";
    assert_eq!(problem, expected);
}

#[test]
fn no_access_and_no_types_are_told() {
    // Nothing listens on port 1.
    let (status, output, problem) = max_pods("http://127.0.0.1:1", &["m5.large"]);
    assert_eq!((status, output.as_str()), (Some(2), ""));
    assert!(
        problem.starts_with("ec2:DescribeInstanceTypes on m5.large: no answer: "),
        "{problem}"
    );

    let (status, output, problem) = max_pods("http://127.0.0.1:1", &[]);
    assert_eq!((status, output.as_str()), (Some(2), ""));
    assert!(problem.contains("<TYPE>..."), "{problem}");
}

use super::*;
use crate::launch_template::custom_template::{CustomTemplate, TemplateSetting};

pub(super) fn cases() -> Vec<CheckExample> {
    let mut cases = of_names();
    cases.extend(of_templates());
    cases.extend(of_keys());
    cases
}

fn of_names() -> Vec<CheckExample> {
    vec![
        case(
            Check::KeyPairNotFound,
            json!({"RemoteAccess": {"Ec2SshKey": "ops"}}),
            |facts| read(&mut facts.key_pairs).clear(),
        ),
        case(
            Check::SecurityGroupNotFound,
            json!({"SecurityGroups": ["sg-1", "sg-9"]}),
            |_| {},
        ),
        case(
            Check::SecurityGroupOtherVpc,
            json!({"SecurityGroups": ["sg-1"]}),
            |facts| {
                read(&mut facts.security_groups).insert("sg-1".to_owned(), "vpc-2".to_owned());
            },
        ),
    ]
}

fn of_templates() -> Vec<CheckExample> {
    vec![
        case(Check::LaunchTemplateNotFound, own_template(), |facts| {
            facts.template = failed(Fault::NotFound);
        }),
        case(Check::LaunchTemplateRefused, own_template(), |facts| {
            template(facts).settings = [TemplateSetting::InstanceProfile].into();
        }),
        case(Check::LaunchTemplateAdvice, own_template(), |facts| {
            template(facts).security_groups = ["sg-1".to_owned()].into();
        }),
        case(Check::ImageNotFound, own_template(), |facts| {
            with_image(facts);
            facts.image = Some(Ok(None));
        }),
        case(Check::ImageNotAvailable, own_template(), |facts| {
            with_image(facts).state = "disabled".to_owned();
        }),
        case(Check::ImageArchitecture, own_template(), |facts| {
            with_image(facts).architecture = Architecture::Arm;
        }),
    ]
}

fn of_keys() -> Vec<CheckExample> {
    vec![
        case(Check::KmsKeyNotFound, encrypted(), |facts| {
            facts.key = failed(Fault::NotFound);
        }),
        case(Check::KmsKeyNotEnabled, encrypted(), |facts| {
            with_key(facts);
            read(&mut facts.key).state = "PendingDeletion".to_owned();
        }),
        case(Check::KmsNoGrant, encrypted(), |facts| {
            with_key(facts);
            read(&mut facts.grantees).clear();
        }),
    ]
}

fn own_template() -> Value {
    json!({"LaunchTemplate": {"Id": "lt-1", "Version": "3"}})
}

fn encrypted() -> Value {
    json!({"Volume": {"Encrypted": true, "KmsKeyId": "alias/nodes"}})
}

fn template(facts: &mut Facts) -> &mut CustomTemplate {
    facts.template = Some(Ok(CustomTemplate {
        id: "lt-1".to_owned(),
        version: 3,
        ..CustomTemplate::default()
    }));
    read(&mut facts.template)
}

fn with_image(facts: &mut Facts) -> &mut MachineImage {
    let template = template(facts);
    template.image_id = Some("ami-1".to_owned());
    template.user_data = Some("--max-pods=29".to_owned());
    facts.image = Some(Ok(Some(MachineImage {
        id: "ami-1".to_owned(),
        architecture: Architecture::X86,
        state: "available".to_owned(),
    })));
    read(&mut facts.image).as_mut().expect("an image")
}

const AUTO_SCALING: &str =
    "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling";

fn with_key(facts: &mut Facts) {
    facts.key = Some(Ok(KmsKey {
        arn: "arn:aws:kms:us-east-1:111122223333:key/k".to_owned(),
        state: "Enabled".to_owned(),
        maker: KeyMaker::Customer,
    }));
    facts.grantees = Some(Ok([AUTO_SCALING.to_owned()].into()));
    facts.key_policy = Some(Ok(key_policy(&json!("arn:aws:iam::111122223333:root"))));
}

fn key_policy(principal: &Value) -> String {
    json!({"Statement": [{"Effect": "Allow", "Action": "kms:*", "Principal": {"AWS": principal}, "Resource": "*"}]})
        .to_string()
}

#[test]
fn what_is_good_to_launch_is_silent() {
    check(
        &json!({"RemoteAccess": {"Ec2SshKey": "ops"}, "SecurityGroups": ["sg-1"]}),
        |_| {},
        &[],
    );
    check(
        &own_template(),
        |facts| {
            with_image(facts);
        },
        &[],
    );
    check(&encrypted(), with_key, &[]);
}

#[test]
fn a_source_may_be_of_a_peered_vpc() {
    let wish = json!({"RemoteAccess": {"Ec2SshKey": "ops", "SourceSecurityGroups": ["sg-2", "sg-9"]}});
    let alter = |facts: &mut Facts| {
        read(&mut facts.security_groups).insert("sg-2".to_owned(), "vpc-2".to_owned());
    };
    check(
        &wish,
        alter,
        &["E security-group-not-found", "W security-group-other-vpc"],
    );
    assert_eq!(found(&wish, alter)[0].root(), "RemoteAccess");
}

#[test]
fn each_problem_of_a_template_is_one_finding() {
    let wish = json!({"LaunchTemplate": {"Id": "lt-1"}, "Version": "1.34", "InstanceTypes": ["m5.large"]});
    let alter = |facts: &mut Facts| {
        with_image(facts);
        let template = read(&mut facts.template);
        template.instance_type = Some("m5.large".to_owned());
        template.settings = [TemplateSetting::Hibernation].into();
    };
    check(&wish, alter, &["E launch-template-refused"; 3]);
    let causes = found(&wish, alter);
    assert!(
        causes[1]
            .cause
            .starts_with("InstanceTypes: version 3 of launch template lt-1")
    );
    assert!(
        causes[2]
            .cause
            .starts_with("Version: version 3 of launch template lt-1")
    );
}

#[test]
fn an_image_that_is_being_made_may_be_there_in_time() {
    let alter = |facts: &mut Facts| with_image(facts).state = "pending".to_owned();
    check(&own_template(), alter, &["W image-not-available"]);
}

#[test]
fn a_key_is_granted_by_its_policy_too() {
    let without_grant = |policy: Option<Read<String>>| {
        move |facts: &mut Facts| {
            with_key(facts);
            read(&mut facts.grantees).clear();
            facts.key_policy = policy.clone();
        }
    };
    let granted = |principal: Value| without_grant(Some(Ok(key_policy(&principal))));
    check(&encrypted(), granted(json!([AUTO_SCALING])), &[]);
    check(&encrypted(), granted(json!("*")), &[]);
    check(
        &encrypted(),
        granted(json!("arn:aws:iam::1:role/other")),
        &["E kms-no-grant"],
    );
    check(&encrypted(), without_grant(failed(Fault::Denied)), &["W kms-no-grant"]);
    check(
        &encrypted(),
        without_grant(Some(Ok("{".to_owned()))),
        &["W kms-no-grant"],
    );
    let of_aws = |facts: &mut Facts| {
        granted(json!("arn:aws:iam::1:root"))(facts);
        read(&mut facts.key).maker = KeyMaker::Aws;
    };
    check(&encrypted(), of_aws, &[]);
}

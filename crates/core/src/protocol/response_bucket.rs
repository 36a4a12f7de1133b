//! The S3 bucket in which CloudFormation waits for the responses of a stack. Each Region has one, in the Region's own
//! partition.
//!
//! A bucket's name belongs to whoever creates it first, so the name alone proves little. The bucket is CloudFormation's
//! only if three things agree on a Region that S3 has: the stack's ARN, the bucket's name and S3's endpoint. The
//! function accepts every form of S3 address, because a stack without a response hangs for an hour.

/// The prefix of the bucket in every Region. [The endpoint policy
/// page](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/vpc-interface-endpoints.html) names the buckets
/// `cloudformation-custom-resource-response-<region without dashes>`.
const BUCKET: &str = "cloudformation-custom-resource-response-";

/// The partitions and their domains, from the partition list of the AWS SDKs.
const PARTITIONS: [(&str, &str); 8] = [
    ("aws", "amazonaws.com"),
    ("aws-cn", "amazonaws.com.cn"),
    ("aws-eusc", "amazonaws.eu"),
    ("aws-iso", "c2s.ic.gov"),
    ("aws-iso-b", "sc2s.sgov.gov"),
    ("aws-iso-e", "cloud.adc-e.uk"),
    ("aws-iso-f", "csp.hci.ic.gov"),
    ("aws-us-gov", "amazonaws.com"),
];

/// The Regions that `s3.amazonaws.com` serves. That address names no Region, so a bucket there may be anybody's unless
/// the Region is known. S3 serves no newer Region at that address, so the list is final. Among CloudFormation's
/// addresses only the one of us-east-1 is known to omit its Region.
const WITHOUT_REGION: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// Whether CloudFormation waits for this stack's responses at the host.
pub(super) fn waits_for(stack_id: &str, host: &str) -> bool {
    let Some((partition, region)) = home(stack_id) else {
        return false;
    };
    let label = region.replace('-', "");
    let endpoint = host.strip_prefix(BUCKET).and_then(|rest| rest.strip_prefix(&label));
    let domain = PARTITIONS.iter().find(|(name, _)| *name == partition);
    match (endpoint.and_then(|rest| rest.strip_prefix('.')), domain) {
        (Some(endpoint), Some((_, domain))) => is_s3(endpoint, domain, partition, region),
        _ => false,
    }
}

/// Partition and Region of a stack's ARN.
fn home(stack_id: &str) -> Option<(&str, &str)> {
    let mut parts = stack_id.strip_prefix("arn:")?.split(':');
    let (partition, service, region) = (parts.next()?, parts.next()?, parts.next()?);
    let is_region = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let well_formed = service == "cloudformation" && !region.is_empty() && region.bytes().all(is_region);
    well_formed.then_some((partition, region))
}

/// `s3.eu-west-1.amazonaws.com`, the older `s3-eu-west-1.amazonaws.com`, either one with `fips` or `dualstack`, and the
/// address without a Region.
fn is_s3(endpoint: &str, domain: &str, partition: &str, region: &str) -> bool {
    let service = endpoint.strip_suffix(domain).and_then(|rest| rest.strip_suffix('.'));
    match service {
        Some("s3") => partition == "aws" && WITHOUT_REGION.contains(&region),
        Some(service) => {
            let of_region = service.strip_suffix(region).unwrap_or_default();
            [
                "s3.",
                "s3-",
                "s3.dualstack.",
                "s3-fips.",
                "s3-fips-",
                "s3-fips.dualstack.",
            ]
            .contains(&of_region)
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks a stack's ARN against the rest of a bucket's address, after the common prefix.
    #[track_caller]
    fn check(partition: &str, region: &str, rest: &str, expected: bool) {
        let stack = format!("arn:{partition}:cloudformation:{region}:123456789012:stack/nodes/1");
        assert_eq!(
            waits_for(&stack, &format!("{BUCKET}{rest}")),
            expected,
            "{stack} {rest}"
        );
    }

    /// Addresses of CloudFormation that are public, and S3's other names for the same bucket.
    #[test]
    fn every_form_of_a_regions_bucket_is_taken() {
        for (partition, region, rest) in [
            ("aws", "us-east-1", "useast1.s3.amazonaws.com"),
            ("aws", "us-east-1", "useast1.s3-us-east-1.amazonaws.com"),
            ("aws", "us-east-1", "useast1.s3.us-east-1.amazonaws.com"),
            ("aws", "us-west-2", "uswest2.s3-us-west-2.amazonaws.com"),
            ("aws", "eu-central-1", "eucentral1.s3.eu-central-1.amazonaws.com"),
            ("aws", "ap-southeast-2", "apsoutheast2.s3-ap-southeast-2.amazonaws.com"),
            ("aws", "eu-west-1", "euwest1.s3.amazonaws.com"),
            ("aws", "us-east-1", "useast1.s3.dualstack.us-east-1.amazonaws.com"),
            ("aws", "us-east-1", "useast1.s3-fips.us-east-1.amazonaws.com"),
            (
                "aws-us-gov",
                "us-gov-west-1",
                "usgovwest1.s3.us-gov-west-1.amazonaws.com",
            ),
            (
                "aws-us-gov",
                "us-gov-west-1",
                "usgovwest1.s3-us-gov-west-1.amazonaws.com",
            ),
            (
                "aws-us-gov",
                "us-gov-east-1",
                "usgoveast1.s3-fips-us-gov-east-1.amazonaws.com",
            ),
            (
                "aws-us-gov",
                "us-gov-east-1",
                "usgoveast1.s3-fips.dualstack.us-gov-east-1.amazonaws.com",
            ),
            ("aws-cn", "cn-north-1", "cnnorth1.s3.cn-north-1.amazonaws.com.cn"),
            (
                "aws-cn",
                "cn-northwest-1",
                "cnnorthwest1.s3.cn-northwest-1.amazonaws.com.cn",
            ),
            (
                "aws-eusc",
                "eusc-de-east-1",
                "euscdeeast1.s3.eusc-de-east-1.amazonaws.eu",
            ),
            ("aws-iso", "us-iso-east-1", "usisoeast1.s3.us-iso-east-1.c2s.ic.gov"),
            (
                "aws-iso-b",
                "us-isob-east-1",
                "usisobeast1.s3.us-isob-east-1.sc2s.sgov.gov",
            ),
            (
                "aws-iso-e",
                "eu-isoe-west-1",
                "euisoewest1.s3.eu-isoe-west-1.cloud.adc-e.uk",
            ),
            (
                "aws-iso-f",
                "us-isof-south-1",
                "usisofsouth1.s3.us-isof-south-1.csp.hci.ic.gov",
            ),
        ] {
            check(partition, region, rest, true);
        }
    }

    /// A Region that no list has yet is acceptable: S3 has no address for a Region that does not exist.
    #[test]
    fn a_region_of_tomorrow_is_taken() {
        check("aws", "eu-north-9", "eunorth9.s3.eu-north-9.amazonaws.com", true);
    }

    #[test]
    fn another_partition_or_region_is_refused() {
        for (partition, region, rest) in [
            ("aws", "us-east-1", "useast1.s3.us-east-1.amazonaws.com.cn"),
            ("aws", "cn-north-1", "cnnorth1.s3.cn-north-1.amazonaws.com.cn"),
            ("aws-cn", "cn-north-1", "cnnorth1.s3.cn-north-1.amazonaws.com"),
            ("aws-cn", "cn-north-1", "cnnorth1.s3.amazonaws.com.cn"),
            ("aws-us-gov", "us-gov-west-1", "usgovwest1.s3.amazonaws.com"),
            ("aws", "eusc-de-east-1", "euscdeeast1.s3.eusc-de-east-1.amazonaws.eu"),
            ("aws-of-tomorrow", "us-east-1", "useast1.s3.us-east-1.amazonaws.com"),
            ("aws", "us-east-1", "uswest2.s3.us-west-2.amazonaws.com"),
            ("aws", "us-east-1", "uswest2.s3.us-east-1.amazonaws.com"),
            ("aws", "us-east-1", "useast1.s3.us-west-2.amazonaws.com"),
            ("aws", "us-east-1", "us-east-1.s3.us-east-1.amazonaws.com"),
        ] {
            check(partition, region, rest, false);
        }
    }

    /// Anybody may own a bucket that is named after a Region which does not exist.
    #[test]
    fn a_bucket_that_anybody_may_own_is_refused() {
        for (region, rest) in [
            ("foo-1", "foo1.s3.amazonaws.com"),
            ("us-north-1", "usnorth1.s3.amazonaws.com"),
            ("us-east-1", "useast1-mine.s3.us-east-1.amazonaws.com"),
            ("us-east-1", "useast1.mine.s3.us-east-1.amazonaws.com"),
            ("us-east-1", "useast1.s3.us-east-1.amazonaws.com.evil.example"),
            ("us-east-1", "useast1.s3.us-east-1.evil.example"),
            ("us-east-1", "useast1.s3.us-east-1evilamazonaws.com"),
            ("us-east-1", "useast1.s3-website.us-east-1.amazonaws.com"),
            ("us-east-1", "useast1.execute-api.us-east-1.amazonaws.com"),
            ("us-east-1", "useast1.s3.dualstack.dualstack.us-east-1.amazonaws.com"),
            (
                "us-east-1.evil.example",
                "useast1evilexample.s3.us-east-1.evil.example.amazonaws.com",
            ),
            ("", ".s3.amazonaws.com"),
        ] {
            check("aws", region, rest, false);
        }
    }

    #[test]
    fn what_is_no_stack_has_no_bucket() {
        let host = "cloudformation-custom-resource-response-useast1.s3.amazonaws.com";
        for stack in [
            "",
            "nodes",
            "arn:aws",
            "arn:aws:lambda:us-east-1:1:function:f",
            "event:1:us-east-1",
        ] {
            assert!(!waits_for(stack, host), "{stack}");
        }
    }
}

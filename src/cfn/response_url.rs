//! The presigned URL at which CloudFormation waits. Whoever holds it can answer for the resource, so it never shows itself.

use std::fmt;

use http::Uri;
use serde::{Deserialize, Serialize};

/// Every Region's bucket begins so; [the endpoint policy page](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/vpc-interface-endpoints.html)
/// names them `cloudformation-custom-resource-response-<region without dashes>`.
const BUCKET: &str = "cloudformation-custom-resource-response-";

/// The domains of the partitions: aws and aws-us-gov, aws-cn, aws-iso, aws-iso-b.
const DOMAINS: [&str; 4] = ["amazonaws.com", "amazonaws.com.cn", "c2s.ic.gov", "sc2s.sgov.gov"];

/// A response URL as it came, byte for byte: its path and query are signed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResponseUrl(String);

/// Whether plain HTTP to a loopback address is taken for a response URL. Only local runs say `Allowed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loopback {
    Allowed,
    Refused,
}

/// Why a response URL is not one to answer at. It never contains the URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAResponseUrl {
    #[error("the response URL is not a URL")]
    Unreadable,
    #[error("the response URL is not HTTPS on a CloudFormation response bucket")]
    Foreign,
}

impl ResponseUrl {
    /// Wraps the text unchecked; [`ResponseUrl::target`] checks it before anything is sent there.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The place to answer at.
    ///
    /// # Errors
    /// The URL is unreadable, or is not HTTPS on one of CloudFormation's response buckets (nor, where allowed, loopback).
    pub fn target(&self, loopback: Loopback) -> Result<Uri, NotAResponseUrl> {
        let url = self.0.parse::<Uri>().ok().filter(|url| url.scheme().is_some());
        let url = url.ok_or(NotAResponseUrl::Unreadable)?;
        let allowed = is_response_bucket(&url) || (loopback == Loopback::Allowed && is_loopback(&url));
        if allowed {
            Ok(url)
        } else {
            Err(NotAResponseUrl::Foreign)
        }
    }

    /// When CloudFormation signed the URL, in seconds since the epoch: the time the request was really made, even if this is
    /// the third delivery of it. `None` when the URL carries no SigV4 date.
    pub fn issued_at(&self) -> Option<u64> {
        let url = self.0.parse::<Uri>().ok()?;
        let date = url
            .query()?
            .split('&')
            .find_map(|pair| pair.strip_prefix("X-Amz-Date="))?;
        seconds_since_epoch(date)
    }

    /// The URL itself, for the PUT and for handing it on.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ResponseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponseUrl(redacted)")
    }
}

/// The host is all that may stand between scheme and path: neither a port nor somebody's name.
fn is_response_bucket(url: &Uri) -> bool {
    let host = url.authority().map_or("", |authority| authority.as_str());
    url.scheme_str() == Some("https") && host.strip_prefix(BUCKET).is_some_and(is_s3_of_a_region)
}

/// `useast1.s3.amazonaws.com`, `apsoutheast2.s3-ap-southeast-2.amazonaws.com`, `usgovwest1.s3.us-gov-west-1.amazonaws.com`.
fn is_s3_of_a_region(rest: &str) -> bool {
    let Some((region, rest)) = rest.split_once('.') else {
        return false;
    };
    let Some(endpoint) = DOMAINS
        .iter()
        .find_map(|domain| rest.strip_suffix(domain)?.strip_suffix('.'))
    else {
        return false;
    };
    let of_region = |text: &str| !text.is_empty() && text.replace('-', "") == region;
    let known = match endpoint.strip_prefix("s3") {
        Some("") => true,
        Some(suffix) => suffix
            .strip_prefix(['.', '-'])
            .is_some_and(|name| of_region(name.trim_start_matches("dualstack."))),
        None => false,
    };
    known && !region.is_empty() && region.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_loopback(url: &Uri) -> bool {
    matches!(url.host(), Some("127.0.0.1" | "localhost" | "[::1]"))
        && matches!(url.scheme_str(), Some("http" | "https"))
}

/// `20261124T101500Z` as seconds since the epoch, by the days-from-civil algorithm.
pub(super) fn seconds_since_epoch(date: &str) -> Option<u64> {
    let digits = |range: std::ops::Range<usize>| date.get(range)?.parse::<i64>().ok();
    let well_formed = date.len() == 16 && date.as_bytes()[8] == b'T' && date.ends_with('Z');
    if !well_formed {
        return None;
    }
    let (year, month, day) = (digits(0..4)?, digits(4..6)?, digits(6..8)?);
    let (hour, minute, second) = (digits(9..11)?, digits(11..13)?, digits(13..15)?);
    let year_from_march = if month <= 2 { year - 1 } else { year };
    let era = year_from_march.div_euclid(400);
    let year_of_era = year_from_march.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468;
    u64::try_from(days * 86_400 + hour * 3_600 + minute * 60 + second).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, loopback: Loopback, expected: Result<(), NotAResponseUrl>) {
        assert_eq!(ResponseUrl::new(url).target(loopback).map(drop), expected, "{url}");
    }

    #[test]
    fn only_response_buckets_over_https_are_answered() {
        use Loopback::{Allowed, Refused};
        let foreign = Err(NotAResponseUrl::Foreign);
        for good in [
            "https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/a%7Cb?X-Amz-Expires=7200",
            "https://cloudformation-custom-resource-response-apsoutheast2.s3-ap-southeast-2.amazonaws.com/a",
            "https://cloudformation-custom-resource-response-usgovwest1.s3.us-gov-west-1.amazonaws.com/a",
            "https://cloudformation-custom-resource-response-useast1.s3.dualstack.us-east-1.amazonaws.com/a",
            "https://cloudformation-custom-resource-response-cnnorth1.s3.cn-north-1.amazonaws.com.cn/a",
        ] {
            check(good, Refused, Ok(()));
        }
        for bad in [
            "http://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/a",
            "https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com.evil.example/a",
            "https://cloudformation-custom-resource-response-useast1.evil.amazonaws.com/a",
            "https://cloudformation-custom-resource-response-useast1.s3-eu-west-1.amazonaws.com/a",
            "https://user@cloudformation-custom-resource-response-useast1.s3.amazonaws.com/a",
            "https://example.com/cloudformation-custom-resource-response-useast1.s3.amazonaws.com",
            "https://169.254.169.254/latest",
            "http://127.0.0.1:4566/a",
        ] {
            check(bad, Refused, foreign.clone());
        }
        check("http://127.0.0.1:4566/a", Allowed, Ok(()));
        check("http://10.0.0.1/a", Allowed, foreign);
        check("nonsense", Allowed, Err(NotAResponseUrl::Unreadable));
    }

    #[test]
    fn the_url_never_shows_itself() {
        let url = ResponseUrl::new("https://example.com/?X-Amz-Signature=secret");
        assert_eq!(format!("{url:?}"), "ResponseUrl(redacted)");
        assert_eq!(url.expose(), "https://example.com/?X-Amz-Signature=secret");
    }

    #[test]
    fn the_signing_date_is_read() {
        let issued = |date: &str| ResponseUrl::new(format!("https://h/?a=b&X-Amz-Date={date}&c=d")).issued_at();
        assert_eq!(issued("19700101T000000Z"), Some(0));
        assert_eq!(issued("20261124T101500Z"), Some(1_795_515_300));
        assert_eq!(issued("20240229T235959Z"), Some(1_709_251_199));
        assert_eq!(issued("yesterday"), None);
        for misshapen in ["20261124X101500Z", "20261124T101500X", "20261124T1015000Z"] {
            assert_eq!(issued(misshapen), None, "{misshapen}");
        }
        assert_eq!(ResponseUrl::new("https://h/?Expires=1").issued_at(), None);
    }
}

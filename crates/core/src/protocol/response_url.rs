//! The presigned URL at which CloudFormation waits. Anybody who has the URL can answer for the resource, so its debug
//! text hides it.

use std::fmt;

use http::Uri;
use serde::{Deserialize, Serialize};

use super::response_bucket;

/// A response URL as it came, byte for byte: CloudFormation signed its path and query.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResponseUrl(String);

/// Whether a plain HTTP URL of a loopback address counts as a response URL. Only local runs say `Allowed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loopback {
    Allowed,
    Refused,
}

/// Why the function does not answer at a response URL. The text never contains the URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAResponseUrl {
    #[error("the response URL is not a URL")]
    Unreadable,
    #[error("the response URL is not HTTPS to the bucket in which CloudFormation waits for this stack's answers")]
    Foreign,
}

impl ResponseUrl {
    /// Wraps the text unchecked. [`ResponseUrl::target`] checks the URL before the function sends anything there.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The address that the response of a stack goes to.
    ///
    /// # Errors
    /// The URL cannot be parsed, or is not HTTPS to the bucket in which CloudFormation waits for this stack's
    /// responses. Except: a loopback address, if `loopback` allows it.
    pub fn target(&self, stack_id: &str, loopback: Loopback) -> Result<Uri, NotAResponseUrl> {
        let url = self.0.parse::<Uri>().ok().filter(|url| url.scheme().is_some());
        let url = url.ok_or(NotAResponseUrl::Unreadable)?;
        let allowed = is_response_bucket(&url, stack_id) || (loopback == Loopback::Allowed && is_loopback(&url));
        if allowed {
            Ok(url)
        } else {
            Err(NotAResponseUrl::Foreign)
        }
    }

    /// When CloudFormation signed the URL, in seconds since the epoch. That is the time of the request, also for a
    /// later delivery. `None` if the URL has no SigV4 date.
    pub fn issued_at(&self) -> Option<u64> {
        let url = self.0.parse::<Uri>().ok()?;
        let date = url
            .query()?
            .split('&')
            .find_map(|pair| pair.strip_prefix("X-Amz-Date="))?;
        seconds_since_epoch(date)
    }

    /// The URL itself, for the PUT and for the hand-over to the next invocation.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ResponseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponseUrl(redacted)")
    }
}

/// Between scheme and path only the host may stand: no port and no user name.
fn is_response_bucket(url: &Uri, stack_id: &str) -> bool {
    let host = url.authority().map_or("", |authority| authority.as_str());
    url.scheme_str() == Some("https") && response_bucket::waits_for(stack_id, host)
}

fn is_loopback(url: &Uri) -> bool {
    matches!(url.host(), Some("127.0.0.1" | "localhost" | "[::1]"))
        && matches!(url.scheme_str(), Some("http" | "https"))
}

/// Parses `20261124T101500Z` to seconds since the epoch, by the days-from-civil algorithm.
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

    const STACK: &str = "arn:aws:cloudformation:us-east-1:123456789012:stack/nodes/1";

    #[track_caller]
    fn check(url: &str, loopback: Loopback, expected: Result<(), NotAResponseUrl>) {
        let target = ResponseUrl::new(url).target(STACK, loopback);
        assert_eq!(target.map(drop), expected, "{url}");
    }

    #[test]
    fn only_the_stacks_bucket_is_answered_and_over_https() {
        use Loopback::{Allowed, Refused};
        let foreign = Err(NotAResponseUrl::Foreign);
        let host = "cloudformation-custom-resource-response-useast1.s3.amazonaws.com";
        check(&format!("https://{host}/a%7Cb?X-Amz-Expires=7200"), Refused, Ok(()));
        for bad in [
            format!("http://{host}/a"),
            format!("ftp://{host}/a"),
            format!("https://{host}:8443/a"),
            format!("https://user@{host}/a"),
            format!("https://{host}@evil.example/a"),
            format!("https://example.com/{host}"),
            "https://cloudformation-custom-resource-response-euwest1.s3.eu-west-1.amazonaws.com/a".to_owned(),
            "https://169.254.169.254/latest".to_owned(),
            "http://127.0.0.1:4566/a".to_owned(),
        ] {
            check(&bad, Refused, foreign.clone());
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

//! Who is let in: a token is what aws-iam-authenticator's server takes, and its signature is one of a key that we know.
//!
//! Deliberately nothing here is shared with the function: a mistake in its signing must not be repeated where it is
//! checked.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::percent_decode_str;
use reqwest::Url;

use super::{signature, time};

const PREFIX: &str = "k8s-aws-v1.";
/// The header that binds a token to a cluster.
pub const CLUSTER_HEADER: &str = "x-k8s-aws-id";
const MOST_BYTES: usize = 4096;
const LONGEST_LIFE: i64 = 15 * 60;
/// How far a caller's clock may be ahead of STS's.
const CLOCK_SKEW: i64 = 5 * 60;

/// The query of the presigned URL, decoded, in the order of the URL.
pub struct Query(pub Vec<(String, String)>);

/// Why a token isn't taken; the caller isn't told, but a test that fails wants to know.
pub fn check(token: &str, cluster: &str, keys: &[(String, String)], now: i64) -> Result<(), String> {
    let url = presigned_url(token)?;
    let query = Query::of(&url)?;
    request(&query)?;
    age(&query, now)?;
    let host = url.host_str().unwrap_or_default();
    let region = region_of(host).ok_or_else(|| format!("{host} is no host of STS"))?;
    signature::check(&query, &region, &[("host", host), (CLUSTER_HEADER, cluster)], keys)
}

fn presigned_url(token: &str) -> Result<Url, String> {
    if token.len() > MOST_BYTES {
        return Err(format!(
            "the token has {} bytes, and may have {MOST_BYTES}",
            token.len()
        ));
    }
    let encoded = token
        .strip_prefix(PREFIX)
        .ok_or(format!("the token doesn't begin with {PREFIX}"))?;
    let decoded = URL_SAFE_NO_PAD
        .decode(encoded)
        .map_err(|error| format!("the token is no base64: {error}"))?;
    let text = String::from_utf8(decoded).map_err(|error| format!("the token is no text: {error}"))?;
    let url = Url::parse(&text).map_err(|error| format!("the token holds no URL: {error}"))?;
    let plain = url.scheme() == "https" && url.path() == "/" && url.port().is_none() && url.username().is_empty();
    if plain {
        Ok(url)
    } else {
        Err(format!("not a plain https URL with the path /: {text}"))
    }
}

fn request(query: &Query) -> Result<(), String> {
    for (key, wanted) in [("action", "GetCallerIdentity"), ("version", "2011-06-15")] {
        if query.get(key)? != wanted {
            return Err(format!("{key} is not {wanted}"));
        }
    }
    if !query
        .get("x-amz-signedheaders")?
        .split(';')
        .any(|header| header == CLUSTER_HEADER)
    {
        return Err(format!("{CLUSTER_HEADER} is not signed"));
    }
    let expires = query.get("x-amz-expires")?.parse::<i64>();
    if !expires.is_ok_and(|seconds| (0..=LONGEST_LIFE).contains(&seconds)) {
        return Err(format!("X-Amz-Expires is not from 0 to {LONGEST_LIFE}"));
    }
    Ok(())
}

/// What counts is the quarter of an hour from when it was signed, whatever X-Amz-Expires says.
fn age(query: &Query, now: i64) -> Result<(), String> {
    let date = query.get("x-amz-date")?;
    let signed = time::of_signature(date).ok_or_else(|| format!("X-Amz-Date {date} is no date"))?;
    if now - signed > LONGEST_LIFE || signed - now > CLOCK_SKEW {
        return Err(format!(
            "the token was signed at {date}, which is too long ago or to come"
        ));
    }
    Ok(())
}

/// The global host signs for us-east-1.
fn region_of(host: &str) -> Option<String> {
    let host = host.strip_suffix(".cn").unwrap_or(host);
    let region = host.strip_prefix("sts.")?.strip_suffix("amazonaws.com")?;
    let region = region.strip_suffix('.').unwrap_or("us-east-1");
    let named = region
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    named.then(|| region.to_owned())
}

impl Query {
    /// Any other parameter, and any that comes twice, could make STS do something else.
    fn of(url: &Url) -> Result<Self, String> {
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let pairs = url.query().unwrap_or_default().split('&');
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let query: Vec<_> = pairs.map(|(key, value)| (decode(key), decode(value))).collect();
        let mut names: Vec<String> = query.iter().map(|(key, _)| key.to_lowercase()).collect();
        names.sort();
        let known = |name: &String| name == "action" || name == "version" || name.starts_with("x-amz-");
        if let Some(other) = names.iter().find(|name| !known(name)) {
            return Err(format!("unexpected parameter {other}"));
        }
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err("a parameter comes twice".to_owned());
        }
        Ok(Self(query))
    }

    /// By its name in small letters.
    pub fn get(&self, name: &str) -> Result<&str, String> {
        let found = self.0.iter().find(|(key, _)| key.to_lowercase() == name);
        found
            .map(|(_, value)| value.as_str())
            .ok_or_else(|| format!("no parameter {name}"))
    }
}

//! The token by which an EKS cluster identifies a caller: a request to STS that is signed and not sent. The cluster
//! sends the request, and STS answers whose keys signed it. So the token is a credential for as long as the cluster
//! accepts it: a quarter of an hour.

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, SigningParams, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_types::base64;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const PREFIX: &str = "k8s-aws-v1.";
/// The header binds the token to one cluster, so another cluster refuses it.
const CLUSTER_HEADER: &str = "x-k8s-aws-id";
/// The expiry that the cluster's authenticator asks for. It accepts a token for a quarter of an hour after the
/// signature, whatever the expiry says.
const EXPIRES: Duration = Duration::from_secs(60);
/// The cluster's authenticator refuses a longer token unread (aws-iam-authenticator, `pkg/token/token.go`).
const LONGEST: usize = 4096;
const SIGNATURE: &str = "X-Amz-Signature";

/// The characters that RFC 3986 reserves, and all that are not ASCII.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The DNS suffix of a Region's services, by the prefix of the Region's name. All other Regions have `amazonaws.com`
/// (the partitions of the AWS SDKs).
const SUFFIXES: [(&str, &str); 6] = [
    ("cn-", "amazonaws.com.cn"),
    ("eusc-", "amazonaws.eu"),
    ("us-iso-", "c2s.ic.gov"),
    ("us-isob-", "sc2s.sgov.gov"),
    ("us-isof-", "csp.hci.ic.gov"),
    ("eu-isoe-", "cloud.adc-e.uk"),
];

/// A bearer token for one cluster. It is a credential, so no log may contain it.
pub struct Token(String);

impl Token {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Token> for String {
    fn from(token: Token) -> Self {
        token.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(redacted)")
    }
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum Unsignable {
    #[error(
        "the token for cluster {cluster} has {length} bytes, and a cluster reads none of more than {LONGEST}: the session \
         token of the function's role makes it that long; assume the role without session policies and session tags"
    )]
    TooLong { cluster: String, length: usize },
    #[error("the token for cluster {cluster} could not be signed for Region {region}: {reason}; check both names")]
    Refused {
        cluster: String,
        region: String,
        reason: String,
    },
}

/// A token with which the owner of these credentials calls the cluster, byte for byte what `aws eks get-token` makes.
///
/// `cluster` is the cluster's name. A token can be signed for the ARN too, but the cluster refuses it.
pub fn token(cluster: &str, region: &str, credentials: &Credentials, now: SystemTime) -> Result<Token, Unsignable> {
    let url = presigned(cluster, region, credentials, now).map_err(|reason| Unsignable::Refused {
        cluster: cluster.to_owned(),
        region: region.to_owned(),
        reason: reason.to_string(),
    })?;
    let token = format!("{PREFIX}{}", url_safe(&url));
    if token.len() > LONGEST {
        let (cluster, length) = (cluster.to_owned(), token.len());
        return Err(Unsignable::TooLong { cluster, length });
    }
    Ok(Token(token))
}

type Refusal = Box<dyn std::error::Error + Send + Sync>;

fn presigned(cluster: &str, region: &str, credentials: &Credentials, now: SystemTime) -> Result<String, Refusal> {
    let asked = format!(
        "https://sts.{region}.{}/?Action=GetCallerIdentity&Version=2011-06-15",
        suffix(region)
    );
    let identity = credentials.clone().into();
    let params: SigningParams<'_> = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("sts")
        .time(now)
        .settings(settings())
        .build()?
        .into();
    let headers = [(CLUSTER_HEADER, cluster)].into_iter();
    let request = SignableRequest::new("GET", asked.as_str(), headers, SignableBody::empty())?;
    let (signed, _) = sign(request, &params)?.into_parts();
    Ok(with_query(asked, signed.into_parts().1))
}

fn settings() -> SigningSettings {
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(EXPIRES);
    settings
}

/// STS accepts the parameters in any order. The CLI writes the signature last, after the session token, so clusters see
/// this order from every caller.
fn with_query(mut url: String, mut params: Vec<(&str, Cow<'_, str>)>) -> String {
    params.sort_by_key(|(name, _)| *name == SIGNATURE);
    for (name, value) in params {
        url.push_str(&format!("&{name}={}", utf8_percent_encode(&value, RESERVED)));
    }
    url
}

fn suffix(region: &str) -> &'static str {
    let found = SUFFIXES.iter().find(|(prefix, _)| region.starts_with(prefix));
    found.map_or("amazonaws.com", |(_, suffix)| suffix)
}

/// Base64 in the alphabet for URLs, without padding: the cluster's authenticator accepts no other.
fn url_safe(text: &str) -> String {
    let standard = base64::encode(text);
    standard.trim_end_matches('=').replace('+', "-").replace('/', "_")
}

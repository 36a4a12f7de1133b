//! AWS's Signature Version 4 of a presigned URL, computed anew.

use std::fmt::Write;

use hmac::{Hmac, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};

use super::token::Query;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Whether a presigned GET of `/` was signed for STS in a region with one of the keys and these headers.
pub fn check(query: &Query, region: &str, headers: &[(&str, &str)], keys: &[(String, String)]) -> Result<(), String> {
    let (date, credential) = (query.get("x-amz-date")?, query.get("x-amz-credential")?);
    let (key, scope) = credential.split_once('/').unwrap_or((credential, ""));
    let day = date.get(..8).unwrap_or_default();
    let wanted = format!("{day}/{region}/sts/aws4_request");
    if scope != wanted || query.get("x-amz-algorithm")? != ALGORITHM {
        return Err(format!("signed for {scope}, not with {ALGORITHM} for {wanted}"));
    }
    let secrets = keys.iter().filter(|(known, _)| known == key).map(|(_, secret)| secret);
    let text = format!(
        "{ALGORITHM}\n{date}\n{scope}\n{}",
        hex(&Sha256::digest(canonical(query, headers)?))
    );
    let given = query.get("x-amz-signature")?;
    let right = |secret: &String| hex(&sign(&signing_key(secret, day, region), &text)) == given;
    if secrets.clone().any(right) {
        return Ok(());
    }
    let known = secrets.count();
    Err(format!(
        "the signature doesn't match: access key {key}, for which {known} secrets are known"
    ))
}

fn canonical(query: &Query, headers: &[(&str, &str)]) -> Result<String, String> {
    let names = query.get("x-amz-signedheaders")?;
    let mut lines = String::new();
    for name in names.split(';') {
        let known = headers.iter().find(|(header, _)| *header == name);
        let (_, value) = known.ok_or_else(|| format!("{name} is signed, which nobody sends on"))?;
        let _ = writeln!(lines, "{name}:{value}");
    }
    let encode = |text: &str| utf8_percent_encode(text, UNRESERVED).to_string();
    let signed = query
        .0
        .iter()
        .filter(|(key, _)| !key.eq_ignore_ascii_case("x-amz-signature"));
    let mut pairs: Vec<_> = signed.map(|(key, value)| (encode(key), encode(value))).collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}={value}")).collect();
    Ok(format!(
        "GET\n/\n{}\n{lines}\n{names}\n{}",
        pairs.join("&"),
        hex(&Sha256::digest(b""))
    ))
}

fn signing_key(secret: &str, day: &str, region: &str) -> Vec<u8> {
    let first = format!("AWS4{secret}").into_bytes();
    [day, region, "sts", "aws4_request"]
        .iter()
        .fold(first, |key, part| sign(&key, part))
}

fn sign(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length will do");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

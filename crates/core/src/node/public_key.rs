//! An SSH public key to import into EC2.

use ssh_key::public::{KeyData, RsaPublicKey};
use ssh_key::{Algorithm, PublicKey as OpenSshKey};

/// A key that EC2 can import, as `type base64`. The comment isn't part of the key: a changed one is no change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(String);

impl PublicKey {
    /// Reads the one line of a `.pub` file. The error never repeats any of it: what was pasted may be a secret.
    pub fn parse(text: &str) -> Result<Self, String> {
        let line = one_line(text.trim()).map_err(expected)?;
        importable_type(line).map_err(expected)?;
        let mut key =
            OpenSshKey::from_openssh(line).map_err(|error| expected(format!("a broken key came ({error})")))?;
        importable_size(key.key_data()).map_err(expected)?;
        key.set_comment("");
        key.to_openssh().map(Self).map_err(|error| expected(error.to_string()))
    }

    /// The key as EC2's `ImportKeyPair` takes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// EC2 imports RSA keys of these sizes (EC2 user guide, "Requirements for importing your own public key").
const RSA_BITS: [usize; 3] = [1024, 2048, 4096];

fn expected(came: impl std::fmt::Display) -> String {
    format!(
        "expected an OpenSSH public key, the one line of a .pub file, of type ssh-ed25519 or ssh-rsa with 1024, 2048 or 4096 \
         bits; {came}"
    )
}

fn one_line(text: &str) -> Result<&str, &'static str> {
    if text.is_empty() {
        return Err("nothing came");
    }
    if text.contains("PRIVATE KEY") {
        return Err(
            "a private key came. It has now been stored with the template and the events: replace it by a new key pair, \
             and give the .pub file of that",
        );
    }
    if text.starts_with("----") {
        return Err("a PEM or SSH2 block came: `ssh-keygen -i -f FILE` turns SSH2 into a line, with `-m PKCS8` PEM");
    }
    match text.lines().count() {
        1 => Ok(text),
        _ => Err("several lines came: give one key"),
    }
}

/// Only names that the library knows are repeated. Anything else in that place may be part of a key.
fn importable_type(line: &str) -> Result<(), String> {
    let name = line.split_whitespace().next().unwrap_or_default();
    match Algorithm::new(name) {
        Ok(Algorithm::Ed25519 | Algorithm::Rsa { hash: None }) => Ok(()),
        Ok(Algorithm::Other(_)) | Err(_) => Err("what came doesn't begin with the type of a key".to_owned()),
        Ok(other) => Err(format!(
            "a key of type {} came: `ssh-keygen -t ed25519` makes one that EC2 imports",
            other.as_str()
        )),
    }
}

fn importable_size(key: &KeyData) -> Result<(), String> {
    let Some(bits) = key.rsa().map(bits) else {
        return Ok(());
    };
    if RSA_BITS.contains(&bits) {
        return Ok(());
    }
    Err(format!(
        "an RSA key of {bits} bits came (ssh-keygen's default is 3072): `ssh-keygen -t rsa -b 4096` makes one that EC2 imports"
    ))
}

fn bits(key: &RsaPublicKey) -> usize {
    let modulus = key.n.as_positive_bytes().unwrap_or_default();
    let unused = modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
    modulus.len() * 8 - unused
}

#[cfg(test)]
mod tests {
    use ssh_key::Mpint;

    use super::*;

    const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2bVIRkq+ogaSNdJ8Y5jo0EslmJELzkhw1mnNLoGvHf";

    fn rsa(bits: usize) -> String {
        let mpint = |bytes: &[u8]| Mpint::from_positive_bytes(bytes).unwrap();
        let mut modulus = vec![0xb5; bits.div_ceil(8)];
        modulus[0] >>= modulus.len() * 8 - bits;
        let key = RsaPublicKey {
            e: mpint(&[1, 0, 1]),
            n: mpint(&modulus),
        };
        OpenSshKey::from(KeyData::Rsa(key)).to_openssh().unwrap()
    }

    #[test]
    fn keys_that_ec2_imports_are_taken_without_their_comment() {
        for key in [ED25519.to_owned(), rsa(1024), rsa(2048), rsa(4096)] {
            for given in [
                key.clone(),
                format!("{key} alice@laptop"),
                format!("  {key} two words \n"),
                format!("{key}\r\n"),
            ] {
                assert_eq!(PublicKey::parse(&given).unwrap().as_str(), key, "{given}");
            }
        }
    }

    #[test]
    fn anything_else_is_refused_without_being_repeated() {
        let broken = &ED25519[..ED25519.len() - 8];
        let secret = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU";
        for (given, came) in [
            (String::new(), "nothing came"),
            (" \n ".to_owned(), "nothing came"),
            (
                format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{secret}\n-----END OPENSSH PRIVATE KEY-----"),
                "a private key came",
            ),
            (
                format!("-----BEGIN RSA PRIVATE KEY----- {secret}"),
                "a private key came",
            ),
            (
                format!("-----BEGIN PUBLIC KEY-----\n{secret}\n-----END PUBLIC KEY-----"),
                "a PEM or SSH2 block came",
            ),
            (
                format!("---- BEGIN SSH2 PUBLIC KEY ----\n{secret}\n---- END SSH2 PUBLIC KEY ----"),
                "a PEM or SSH2 block came",
            ),
            (
                format!("ecdsa-sha2-nistp256 {secret} bob"),
                "a key of type ecdsa-sha2-nistp256 came",
            ),
            (format!("ssh-dss {secret}"), "a key of type ssh-dss came"),
            (
                format!("sk-ssh-ed25519@openssh.com {secret}"),
                "a key of type sk-ssh-ed25519@openssh.com came",
            ),
            (secret.to_owned(), "doesn't begin with the type of a key"),
            (
                format!("{secret}@example.com {secret}"),
                "doesn't begin with the type of a key",
            ),
            (
                format!("from=\"10.0.0.0/8\" {ED25519}"),
                "doesn't begin with the type of a key",
            ),
            ("ssh-ed25519".to_owned(), "a broken key came"),
            (format!("ssh-ed25519 {secret}"), "a broken key came"),
            (broken.to_owned(), "a broken key came"),
            (ED25519.replace("ssh-ed25519", "ssh-rsa"), "a broken key came"),
            (format!("{ED25519}\n{ED25519}"), "several lines came"),
            (rsa(3072), "an RSA key of 3072 bits came"),
            (rsa(2047), "an RSA key of 2047 bits came"),
            (rsa(512), "an RSA key of 512 bits came"),
        ] {
            let error = PublicKey::parse(&given).expect_err(&given);
            assert!(error.contains(came), "{given}: {error}");
            assert!(error.starts_with("expected an OpenSSH public key"), "{given}: {error}");
            for word in given.split_whitespace().filter(|word| word.len() > 27) {
                assert!(!error.contains(word), "{given}: {error}");
            }
        }
    }
}

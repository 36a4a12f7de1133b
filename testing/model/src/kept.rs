//! Values that are shared between states and hashed once.

use std::fmt::{Debug, Write};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use serde::Serialize;

/// A value with the digest of all that it holds. A million states hold the same few thousand of them, and none is hashed twice.
#[derive(Debug)]
pub struct Digested<T> {
    value: Arc<T>,
    digest: u64,
}

impl<T: Debug> Digested<T> {
    /// Told apart by what its `Debug` shows.
    pub fn new(value: T) -> Self {
        let digest = digest(&value);
        Self {
            value: Arc::new(value),
            digest,
        }
    }
}

impl<T: Debug + Clone> Digested<T> {
    pub fn change(&mut self, how: impl FnOnce(&mut T)) {
        let mut value = T::clone(&self.value);
        how(&mut value);
        *self = Self::new(value);
    }
}

impl<T: Serialize> Digested<T> {
    /// Told apart by what it is written as: a request doesn't show its properties.
    pub fn written(value: T) -> Self {
        let text = serde_json::to_string(&value).expect("what survives a wait can be written");
        Self {
            digest: digest(&text),
            value: Arc::new(value),
        }
    }
}

impl<T> Digested<T> {
    pub fn digest(&self) -> u64 {
        self.digest
    }
}

impl<T> Clone for Digested<T> {
    fn clone(&self) -> Self {
        Self {
            value: Arc::clone(&self.value),
            digest: self.digest,
        }
    }
}

impl<T> Deref for Digested<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> Hash for Digested<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.digest);
    }
}

impl<T> PartialEq for Digested<T> {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl<T> Eq for Digested<T> {}

impl<T> PartialOrd for Digested<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Digested<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.digest.cmp(&other.digest)
    }
}

/// The digest of what `Debug` shows.
pub fn digest(value: &impl Debug) -> u64 {
    let mut hashed = Hashed(DefaultHasher::new());
    write!(hashed, "{value:?}").expect("a hasher takes everything");
    hashed.0.finish()
}

struct Hashed(DefaultHasher);

impl Write for Hashed {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}

//! The limits of a node group's tags.

/// What each of the resource's own tags begins with. Nobody else's tag may.
pub const OWN_PREFIX: &str = "managed-node-group:";

/// EKS takes so many tags on a resource (`TagMap` in its API's model).
pub const MOST_TAGS: usize = 50;

/// Up to so many tags are the resource's own: whose it is, that it has the device plugin, and either what it replaces or, by
/// events, which request it follows.
const OWN_TAGS: usize = 4;

/// How many tags a template may state.
pub const MOST_USER_TAGS: usize = MOST_TAGS - OWN_TAGS;

/// The longest key and value of a tag, in characters.
pub const LONGEST_TAG_KEY: usize = 128;
pub const LONGEST_TAG_VALUE: usize = 256;

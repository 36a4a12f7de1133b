//! The limits of a node group's tags.

/// What each of the resource's own tags begins with. Nobody else's tag may.
pub const OWN_PREFIX: &str = "managed-node-group:";

/// EKS takes so many tags on a resource (`TagMap` in its API's model).
pub const MOST_TAGS: usize = 50;

//! What reading from AWS needs: what was read already, and what was asked in vain.

use serde::{Deserialize, Serialize};

use super::{Lookups, PassCache, Retries};

/// What was read already, and what was asked in vain.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Reads {
    #[serde(flatten)]
    pub lookups: Lookups,
    #[serde(flatten)]
    pub retries: Retries,
    /// What the pass at hand has seen. The next pass looks again.
    #[serde(skip)]
    pub pass: PassCache,
}

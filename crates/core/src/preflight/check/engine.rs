//! Findings of the engine. Only the engine knows how much time is left, and what it could not read.

use crate::texts::Explanation;

pub const ROLL_OUTLASTS_TIMEOUT: Explanation = Explanation {
    code: "roll-outlasts-timeout",
    cause: "By its own arithmetic the rolling update takes longer than CloudFormation waits.",
    remedy: "raise MaxUnavailable in UpdateConfig, or ServiceTimeout",
    example: "ServiceTimeout: a roll of 20 nodes, 1 at a time, takes about 65 minutes at least, and 59 are left; \
              raise MaxUnavailable in UpdateConfig, or ServiceTimeout [roll-outlasts-timeout]",
};

pub const NOT_CHECKED: Explanation = Explanation {
    code: "not-checked",
    cause: "Something could not be read, mostly for lack of a permission, and so nothing is known of it.",
    remedy: "allow what is denied to have it checked",
    example: "Preflight: not everything was checked: iam:GetRole on eks-node: AccessDenied: not authorized; allow \
              iam:GetRole to the role of the function behind ServiceToken; allow what is denied to have it checked \
              [not-checked]",
};

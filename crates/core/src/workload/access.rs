//! Which access to a cluster the function lacks, and how a user grants it.

/// The Kubernetes group that the examples bind to the permissions that the function needs.
pub const GROUP: &str = "managed-node-group";

/// Why a cluster refuses a call of the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingAccess {
    /// 401: no access entry, or the access entry of a role that was deleted and created anew.
    Entry,
    /// 403: the access entry does not allow the call.
    Permission,
}

impl MissingAccess {
    /// Classifies the code of an error of a cluster's API, such as `401 Unauthorized`. `None` if the cluster denied
    /// nothing.
    pub fn of(code: &str) -> Option<Self> {
        match code.split(' ').next() {
            Some("401") => Some(Self::Entry),
            Some("403") => Some(Self::Permission),
            _ => None,
        }
    }
}

/// The remedy, with the command to run. `role` is the ARN of the function's role, if it is known.
pub fn remedy(lack: MissingAccess, cluster: &str, role: Option<&str>, action: &str) -> String {
    let role = role.unwrap_or("the ARN of the role of the function behind ServiceToken");
    match lack {
        MissingAccess::Entry => format!(
            "the cluster doesn't know the function's role; give it an access entry: `aws eks create-access-entry --cluster-name \
             {cluster} --principal-arn {role} --kubernetes-groups {GROUP}`, and bind the group {GROUP} to what the function needs \
             (examples/kubernetes)"
        ),
        MissingAccess::Permission => format!(
            "the function's access entry doesn't allow it to {action}; put the Kubernetes group {GROUP} into the entry (`aws eks \
             update-access-entry --cluster-name {cluster} --principal-arn {role} --kubernetes-groups {GROUP}`) and bind the group to \
             what the function needs (examples/kubernetes); the access policy AmazonEKSViewPolicy doesn't show nodes, \
             AmazonEKSAdminViewPolicy does, and neither lets anything be applied"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_tells_what_lacks() {
        for (code, expected) in [
            ("401 Unauthorized", Some(MissingAccess::Entry)),
            ("403 Forbidden", Some(MissingAccess::Permission)),
            ("403 ", Some(MissingAccess::Permission)),
            ("404 NotFound", None),
            ("no answer", None),
        ] {
            assert_eq!(MissingAccess::of(code), expected, "{code}");
        }
    }

    #[test]
    fn a_remedy_is_a_command() {
        let role = Some("arn:aws:iam::1:role/function");
        for (lack, role, expected) in [
            (
                MissingAccess::Entry,
                role,
                "create-access-entry --cluster-name c --principal-arn arn:aws:iam::1:role/function --kubernetes-groups",
            ),
            (
                MissingAccess::Entry,
                None,
                "--principal-arn the ARN of the role of the function behind ServiceToken",
            ),
            (MissingAccess::Permission, role, "doesn't allow it to list nodes"),
        ] {
            let told = remedy(lack, "c", role, "list nodes");
            assert!(told.contains(expected), "{told}");
        }
    }
}

//! What the checks do where EKS throttles their reads.

mod support;

use serde_json::json;
use simulator::{FaultKind, InjectedFault, When};
use support::account::Account;

/// Each of those that ask EKS, whose bucket is the smallest.
#[tokio::test]
async fn what_was_throttled_is_read_once_more() {
    let account = Account::start().await;
    let cluster = json!({"name": "my-cluster", "accessConfig": {"authenticationMode": "API"}});
    account.eks.put_cluster(cluster);
    for operation in [
        "DescribeCluster",
        "DescribeNodegroup",
        "ListNodegroups",
        "DescribeAccessEntry",
    ] {
        throttles(&account, operation);
    }
    let facts = account.facts(json!({})).await;
    assert!(account.eks.faults().is_empty(), "{:?}", account.eks.faults());
    assert!(matches!(facts.cluster, Some(Ok(_))), "{:?}", facts.cluster);
    assert!(matches!(facts.name, Some(Ok(_))), "{:?}", facts.name);
    assert!(matches!(facts.node_groups, Some(Ok(_))), "{:?}", facts.node_groups);
    let entry = facts.node_access_entry;
    assert!(matches!(entry, Some(Ok(_))), "{entry:?}");
}

/// The next call of an operation.
fn throttles(account: &Account, operation: &str) {
    account.eks.fault(InjectedFault {
        operation: operation.to_owned(),
        nth: 1,
        times: 1,
        when: When::Before,
        kind: FaultKind::Error {
            status: 429,
            code: "ThrottlingException".to_owned(),
            message: "Rate exceeded".to_owned(),
        },
    });
}

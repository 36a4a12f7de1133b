//! What a request asks: read and validated once, where it enters, and the same until its answer.

use mng_core::nodegroup::name::name;
use mng_core::nodegroup::ownership::Owner;
use mng_core::nodegroup::request_order::{RequestOrder, Requested};
use mng_core::nodegroup::requester::Requester;
use mng_core::properties::fields::Problem;
use mng_core::properties::spec::Spec;
use mng_core::properties::validate::inspect;
use mng_core::protocol::physical_id::PhysicalId;
use mng_core::protocol::request::{Reply, Request, RequestType};

use crate::progress::CLOCKS_APART_SECONDS;

/// A request, and everything that follows from it alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// As it came: an answer echoes its envelope, and a hand-over carries it on.
    pub request: Request,
    /// The resource that the request is about.
    pub owner: Owner,
    /// Which request this is, among those for the same resource.
    pub order: RequestOrder,
    /// The properties as far as they can be read. They can be carried out if there are no `problems`.
    pub spec: Spec,
    pub problems: Vec<Problem>,
    /// The properties before an Update as far as they can be read; in a rollback the ones that failed.
    pub old: Option<Spec>,
}

impl Case {
    /// Reads and validates the properties of a request. This is the only call of the validation.
    pub fn of(request: Request) -> Self {
        let envelope = &request.envelope;
        let read = |properties| inspect(properties, &envelope.logical_resource_id);
        let (spec, problems) = read(&request.properties);
        let order = match &envelope.reply {
            Reply::Url(_) => RequestOrder::OneByOne,
            Reply::Bus(sent) => RequestOrder::Sent(Requested {
                time: sent.time.clone(),
                id: envelope.request_id.clone(),
            }),
        };
        Self {
            owner: Owner::of(envelope),
            order,
            spec,
            problems,
            old: request.old_properties.as_ref().map(|old| read(old).0),
            request,
        }
    }

    pub fn kind(&self) -> RequestType {
        self.request.kind
    }

    pub fn requester(&self) -> &Requester {
        &self.owner.requester
    }

    /// The physical ID that the request names; empty in a Create.
    pub fn physical_id(&self) -> &str {
        self.request
            .envelope
            .physical_resource_id
            .as_deref()
            .unwrap_or_default()
    }

    /// The group that CloudFormation knows the resource by, in an Update.
    pub fn current(&self) -> Option<PhysicalId> {
        match self.kind() {
            RequestType::Update => PhysicalId::parse(self.physical_id()),
            RequestType::Create | RequestType::Delete => None,
        }
    }

    /// The name that a group with these properties has.
    pub fn name(&self) -> String {
        name(&self.spec, &self.owner)
    }

    /// The group that the properties name; `None`: they can't be carried out.
    pub fn derived_id(&self) -> Option<PhysicalId> {
        self.problems.is_empty().then(|| self.id_of_name(self.name()))
    }

    /// A group of this name in the cluster that the properties name.
    pub fn id_of_name(&self, name: String) -> PhysicalId {
        PhysicalId {
            cluster: self.spec.cluster.clone(),
            name,
        }
    }

    /// When the request was sent, in seconds since the epoch and by CloudFormation's or EventBridge's clock, less what clocks may be
    /// apart: a group that was created before then is none of the request's. `None`: the request doesn't say so.
    pub fn sent(&self) -> Option<u64> {
        let sent = self.request.envelope.issued_at()?;
        Some(sent.saturating_sub(CLOCKS_APART_SECONDS))
    }

    /// Whether the request was sent, in a stack, before this time in seconds since the epoch. One that was sent shortly before doesn't
    /// count: a rollback that is taken for another request would fail.
    pub fn was_sent_before(&self, time: u64) -> bool {
        let sent = self.request.envelope.issued_at();
        sent.is_some_and(|sent| sent + CLOCKS_APART_SECONDS < time)
    }

    /// Whether the properties that failed, in a rollback, name the same group as those that it goes back to.
    pub fn failed_properties_name_the_same_group(&self) -> bool {
        let same = |failed: &Spec| failed.cluster == self.spec.cluster && name(failed, &self.owner) == self.name();
        self.old.as_ref().is_some_and(same)
    }
}

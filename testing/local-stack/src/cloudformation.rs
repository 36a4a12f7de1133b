//! Stack operations, watched from their beginning to their end.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::error::{DisplayErrorContext, ProvideErrorMetadata};
use aws_sdk_cloudformation::types::{Capability, Parameter, Stack, StackEvent, Tag};

/// How often a stack is looked at. CloudFormation itself takes a few hundred milliseconds over each resource here.
const LOOK: Duration = Duration::from_millis(100);

/// A template and what it is deployed with.
#[derive(Debug, Clone, Default)]
pub struct Deployment {
    pub stack: String,
    pub template: String,
    pub parameters: BTreeMap<String, String>,
    pub tags: BTreeMap<String, String>,
}

impl Deployment {
    pub fn new(stack: &str, template: impl Into<String>) -> Self {
        Self {
            stack: stack.to_owned(),
            template: template.into(),
            ..Self::default()
        }
    }

    pub fn parameter(mut self, name: &str, value: impl Into<String>) -> Self {
        self.parameters.insert(name.to_owned(), value.into());
        self
    }

    pub fn tag(mut self, key: &str, value: impl Into<String>) -> Self {
        self.tags.insert(key.to_owned(), value.into());
        self
    }
}

/// One event of a stack, reduced to what a person or a test reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackEventSummary {
    pub logical_id: String,
    pub resource_type: String,
    pub physical_id: String,
    pub status: String,
    pub reason: String,
}

/// How an operation ended.
#[derive(Debug, Clone)]
pub struct StackOutcome {
    pub stack: String,
    pub stack_id: String,
    /// The stack's last status, `DELETE_COMPLETE` when it is gone.
    pub status: String,
    /// This operation's events only, the oldest first.
    pub events: Vec<StackEventSummary>,
    pub outputs: BTreeMap<String, String>,
    pub took: Duration,
}

impl StackOutcome {
    /// The reasons that events of a resource gave for a status.
    pub fn reasons(&self, logical_id: &str, status: &str) -> Vec<&str> {
        let of_resource = self.events.iter().filter(|event| event.logical_id == logical_id);
        of_resource
            .filter(|event| event.status == status)
            .map(|event| event.reason.as_str())
            .collect()
    }

    /// The statuses that a resource went through in this operation.
    pub fn statuses(&self, logical_id: &str) -> Vec<&str> {
        let of_resource = self.events.iter().filter(|event| event.logical_id == logical_id);
        of_resource.map(|event| event.status.as_str()).collect()
    }
}

/// What an operation has to show while it runs.
pub enum OperationSign<'a> {
    Event(&'a StackEventSummary),
    /// Nothing new after so long.
    Waiting(Duration),
}

/// An operation that was begun. It goes on whether or not it is waited for.
pub struct StackOperation {
    client: Client,
    stack_id: String,
    name: String,
    events_before: usize,
    started: Instant,
}

impl StackOperation {
    pub(crate) async fn create(client: &Client, wanted: &Deployment) -> Result<Self> {
        let call = client
            .create_stack()
            .stack_name(&wanted.stack)
            .template_body(&wanted.template);
        let call = call
            .set_parameters(Some(parameters(wanted)))
            .set_tags(Some(tags(wanted)));
        let created = call.set_capabilities(Some(capabilities())).send().await;
        let created = created.map_err(|error| refused("create", &wanted.stack, &error))?;
        let stack_id = created.stack_id.context("CreateStack answered without a stack id")?;
        Ok(Self::of(client, &wanted.stack, stack_id, 0))
    }

    pub(crate) async fn update(client: &Client, wanted: &Deployment) -> Result<Self> {
        let stack_id = existing(client, &wanted.stack).await?;
        let before = events(client, &stack_id).await?.len();
        let call = client
            .update_stack()
            .stack_name(&wanted.stack)
            .template_body(&wanted.template);
        let call = call
            .set_parameters(Some(parameters(wanted)))
            .set_tags(Some(tags(wanted)));
        let updated = call.set_capabilities(Some(capabilities())).send().await;
        updated.map_err(|error| refused("update", &wanted.stack, &error))?;
        Ok(Self::of(client, &wanted.stack, stack_id, before))
    }

    pub(crate) async fn delete(client: &Client, name: &str) -> Result<Self> {
        let stack_id = existing(client, name).await?;
        let before = events(client, &stack_id).await?.len();
        client
            .delete_stack()
            .stack_name(name)
            .send()
            .await
            .map_err(|error| refused("delete", name, &error))?;
        Ok(Self::of(client, name, stack_id, before))
    }

    fn of(client: &Client, name: &str, stack_id: String, events_before: usize) -> Self {
        Self {
            client: client.clone(),
            stack_id,
            name: name.to_owned(),
            events_before,
            started: Instant::now(),
        }
    }

    pub async fn finish(self) -> Result<StackOutcome> {
        self.finish_showing(|_| ()).await
    }

    /// Waits for the end and hands every event on as it comes.
    pub async fn finish_showing(self, mut show: impl FnMut(OperationSign<'_>)) -> Result<StackOutcome> {
        let mut shown = self.events_before;
        loop {
            // The status is read before the events, so that the events are all there once the status is a last one.
            let found = stack(&self.client, &self.stack_id).await?;
            let all = events(&self.client, &self.stack_id).await?;
            all[shown..].iter().for_each(|event| show(OperationSign::Event(event)));
            let status = found
                .as_ref()
                .and_then(Stack::stack_status)
                .map_or("DELETE_COMPLETE", |status| status.as_str());
            if !status.ends_with("_IN_PROGRESS") {
                return Ok(self.outcome(status, &all, found.as_ref()));
            }
            if shown == all.len() {
                show(OperationSign::Waiting(self.started.elapsed()));
            }
            shown = all.len();
            tokio::time::sleep(LOOK).await;
        }
    }

    fn outcome(&self, status: &str, all: &[StackEventSummary], found: Option<&Stack>) -> StackOutcome {
        let outputs = found.map(Stack::outputs).unwrap_or_default().iter();
        let pair = |(key, value): (Option<&str>, Option<&str>)| Some((key?.to_owned(), value?.to_owned()));
        StackOutcome {
            stack: self.name.clone(),
            stack_id: self.stack_id.clone(),
            status: status.to_owned(),
            events: all[self.events_before..].to_vec(),
            outputs: outputs
                .filter_map(|output| pair((output.output_key(), output.output_value())))
                .collect(),
            took: self.started.elapsed(),
        }
    }
}

/// The id of a stack that is there. Its events are read by id, for a name may have been another stack's before.
async fn existing(client: &Client, name: &str) -> Result<String> {
    let found = stack(client, name).await?;
    found
        .and_then(|stack| stack.stack_id)
        .with_context(|| format!("there is no stack {name}"))
}

/// The stack, or none when it is not there or its name is that of a deleted one.
async fn stack(client: &Client, name: &str) -> Result<Option<Stack>> {
    match client.describe_stacks().stack_name(name).send().await {
        Ok(answer) => Ok(answer.stacks.unwrap_or_default().into_iter().next()),
        Err(error)
            if error
                .message()
                .is_some_and(|message| message.contains("does not exist")) =>
        {
            Ok(None)
        }
        Err(error) => Err(refused("describe", name, &error)),
    }
}

/// All events of a stack, the oldest first.
async fn events(client: &Client, stack_id: &str) -> Result<Vec<StackEventSummary>> {
    let pages = client
        .describe_stack_events()
        .stack_name(stack_id)
        .into_paginator()
        .items();
    let newest_first: Result<Vec<StackEvent>, _> = pages.send().collect().await;
    let newest_first = newest_first.map_err(|error| refused("read the events of", stack_id, &error))?;
    Ok(newest_first.into_iter().rev().map(event).collect())
}

fn event(raw: StackEvent) -> StackEventSummary {
    StackEventSummary {
        logical_id: raw.logical_resource_id.unwrap_or_default(),
        resource_type: raw.resource_type.unwrap_or_default(),
        physical_id: raw.physical_resource_id.unwrap_or_default(),
        status: raw
            .resource_status
            .map(|status| status.as_str().to_owned())
            .unwrap_or_default(),
        reason: raw.resource_status_reason.unwrap_or_default(),
    }
}

fn parameters(wanted: &Deployment) -> Vec<Parameter> {
    let pairs = wanted.parameters.iter();
    pairs
        .map(|(name, value)| Parameter::builder().parameter_key(name).parameter_value(value).build())
        .collect()
}

fn tags(wanted: &Deployment) -> Vec<Tag> {
    wanted
        .tags
        .iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}

/// Those that `sam deploy` names, and the one for the transform.
fn capabilities() -> Vec<Capability> {
    vec![Capability::CapabilityIam, Capability::CapabilityAutoExpand]
}

fn refused(verb: &str, name: &str, error: &(impl std::error::Error + 'static)) -> anyhow::Error {
    anyhow::anyhow!("could not {verb} the stack {name}: {}", DisplayErrorContext(error))
}

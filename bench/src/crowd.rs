//! A thousand creates at once against one bucket of calls, each by a process of its own, and one alone for comparison.
//!
//! Time is scaled: of the service, of the function's waits and of the bucket alike. What isn't is the processor's time, and
//! the one second after which a check that was throttled is read again: five of them here. A thousand first passes keep two processors busy
//! for a dozen seconds, which are a minute of the service's.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures_util::future::try_join_all;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};
use simulator::{Options, Recorded, Simulator};

use crate::results::median;
use crate::stage::{Mode, Stage, StageSetting, create, eks};

/// Of one create: it may fail only by its deadline.
const PATIENCE: Duration = Duration::from_secs(500);

/// How many, and how fast time goes.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct CrowdSize {
    pub clusters: usize,
    pub groups: usize,
    /// Multiplies all times.
    pub scale: f64,
    /// Of the bucket: calls a second of the service's time, and how many at once.
    pub rate: f64,
    pub burst: f64,
}

impl CrowdSize {
    /// A thousand. At more than five times the speed two processors are what is waited for.
    pub const FULL: Self = Self {
        clusters: 40,
        groups: 25,
        scale: 0.2,
        rate: 10.0,
        burst: 20.0,
    };
}

/// All of it, in seconds of the service.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Crowd {
    pub size: CrowdSize,
    /// Of the one that was alone.
    pub lone: Create,
    pub resources: Vec<Create>,
    /// From the first event to the last answer.
    pub total: f64,
    /// Calls that the bucket let through, and those that it refused.
    pub admitted: usize,
    pub refused: usize,
    /// The least time in which the bucket lets so many through.
    pub allowed: f64,
}

/// One of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Create {
    pub seconds: f64,
    pub admitted: usize,
    pub refused: usize,
    /// Whether its reason says that something wasn't checked.
    pub unchecked: bool,
}

impl Create {
    fn calls(&self) -> f64 {
        (self.admitted + self.refused) as f64
    }
}

impl Crowd {
    /// By the median of the calls of each, refused ones among them.
    pub fn calls_against_a_lone_one(&self) -> Option<f64> {
        Some(median(self.resources.iter().map(Create::calls).collect())? / self.lone.calls())
    }

    pub fn slowest_against_the_median(&self) -> Option<f64> {
        let seconds: Vec<f64> = self.resources.iter().map(|one| one.seconds).collect();
        Some(seconds.iter().copied().max_by(f64::total_cmp)? / median(seconds)?)
    }
}

/// The crowd, and one alone before it.
///
/// # Errors
/// One of them isn't answered SUCCESS.
pub async fn measure(function: &Path, size: CrowdSize) -> Result<Crowd> {
    allow_many_files()?;
    eprintln!("one create alone, at {} of the time", size.scale);
    let alone = CrowdSize {
        clusters: 1,
        groups: 1,
        ..size
    };
    let (mut lone, ..) = all(function, alone, None).await?;
    let lone = lone.pop().context("one create")?;
    eprintln!("{lone:?}");
    let throttle = Some((size.rate / size.scale, size.burst));
    let (resources, total) = all(function, size, throttle).await?;
    let sum = |count: fn(&Create) -> usize| resources.iter().map(count).sum();
    let admitted: usize = sum(|one| one.admitted);
    Ok(Crowd {
        size,
        lone,
        total,
        admitted,
        refused: sum(|one| one.refused),
        allowed: (admitted as f64 - size.burst) / size.rate,
        resources,
    })
}

/// All creates of a size at once, and the seconds of the service that they took.
async fn all(function: &Path, size: CrowdSize, throttle: Option<(f64, f64)>) -> Result<(Vec<Create>, f64)> {
    let names = names(size);
    let simulator = Simulator::start(eks(Options {
        clusters: names.iter().map(|(cluster, _)| cluster.clone()).collect(),
        time_scale: size.scale,
        throttle,
        ..Options::default()
    }))
    .await;
    let stages = stages(function, size.scale, &simulator.endpoint(), names).await?;
    eprintln!("{} processes are ready", stages.len());
    let began = Instant::now();
    let played = stages
        .into_iter()
        .map(|(name, stage)| one(stage, name, began, size.scale));
    let played = tokio::time::timeout(PATIENCE, try_join_all(played)).await;
    let played = played.context("not all of them ended")??;
    let total = began.elapsed().as_secs_f64() / size.scale;
    Ok((counted(played, &simulator.requests()), total))
}

fn names(size: CrowdSize) -> Vec<GroupKey> {
    let clusters = (0..size.clusters).map(|cluster| format!("cluster-{cluster}"));
    clusters
        .flat_map(|cluster| (0..size.groups).map(move |group| (cluster.clone(), format!("group-{group}"))))
        .collect()
}

/// Processes that are ready, a few started at a time.
async fn stages(function: &Path, scale: f64, endpoint: &str, names: Vec<GroupKey>) -> Result<Vec<(GroupKey, Stage)>> {
    let set = names.into_iter().map(|name| async move {
        let setting = StageSetting {
            function,
            mode: Mode::SelfInvoke,
            scale,
            log: None,
        };
        anyhow::Ok((name, Stage::set(setting, endpoint).await?))
    });
    stream::iter(set).buffered(8).try_collect().await
}

/// With the calls of each.
fn counted(played: Vec<(GroupKey, Create)>, requests: &[Recorded]) -> Vec<Create> {
    let calls = by_group(requests);
    let with_calls = played.into_iter().map(|(key, create)| {
        let (admitted, refused) = calls.get(&key).copied().unwrap_or_default();
        Create {
            admitted,
            refused,
            ..create
        }
    });
    let mut creates: Vec<Create> = with_calls.collect();
    // Reads of a cluster name no group: they are everybody's.
    let of_clusters = calls.iter().filter(|((_, group), _)| group.is_empty());
    let (admitted, refused) = of_clusters.fold((0, 0), |sum, (_, one)| (sum.0 + one.0, sum.1 + one.1));
    share(&mut creates, admitted, refused);
    creates
}

/// Evenly, with what is left over going to the first.
fn share(resources: &mut [Create], admitted: usize, refused: usize) {
    let count = resources.len();
    for (index, resource) in resources.iter_mut().enumerate() {
        resource.admitted += admitted / count + usize::from(index < admitted % count);
        resource.refused += refused / count + usize::from(index < refused % count);
    }
}

type GroupKey = (String, String);

async fn one(mut stage: Stage, name: GroupKey, began: Instant, scale: f64) -> Result<(GroupKey, Create)> {
    let event = create(&stage.account, &name.0, &name.1)?;
    let account = stage.account.clone();
    let answered = async {
        let answer = account.answer().await;
        ensure!(answer["Status"] == "SUCCESS", "{answer}");
        Ok((answer, began.elapsed()))
    };
    let (_, (answer, elapsed)) = tokio::try_join!(stage.play(event), answered)?;
    let resource = Create {
        seconds: elapsed.as_secs_f64() / scale,
        admitted: 0,
        refused: 0,
        unchecked: answer.to_string().contains("not everything was checked"),
    };
    Ok((name, resource))
}

/// Those that the bucket let through, and those that it refused.
fn by_group(requests: &[Recorded]) -> BTreeMap<GroupKey, (usize, usize)> {
    let mut calls: BTreeMap<GroupKey, (usize, usize)> = BTreeMap::new();
    for request in requests {
        let count = calls
            .entry((request.cluster.clone(), request.nodegroup.clone()))
            .or_default();
        match request.status {
            429 => count.1 += 1,
            _ => count.0 += 1,
        }
    }
    calls
}

/// A process has some fifteen connections, and both ends are counted here.
fn allow_many_files() -> Result<()> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, most, most).context("raise the limit of open files")
}

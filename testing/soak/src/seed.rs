//! From a number to a life.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use managed_node_group::settings::{PollingMode, Settings};
use managed_node_group::telemetry::lines;
use mng_core::protocol::response_url::Loopback;
use tokio::sync::mpsc::unbounded_channel;

use crate::cloud::ROLE;
use crate::counts::Counts;
use crate::faults::{Weather, pick};
use crate::fiction::Fiction;
use crate::lambda::Lambda;
use crate::life::Life;
use crate::world::{OWN_ACCOUNT, SECRET, World, WorldSetting, held};

/// Several times what any life takes: a few requests of an hour each, and what is tried again.
const LONGEST: Duration = Duration::from_secs(48 * 3600);

/// A life that is over.
pub struct Played {
    pub seed: u64,
    pub lines: Vec<String>,
    pub violations: Vec<String>,
    pub counts: Counts,
}

/// Plays the life of a seed.
pub fn play(seed: u64) -> Played {
    play_with(seed, Fiction::None)
}

/// Plays it in a world that lies.
///
/// # Panics
/// If no runtime can be had.
pub fn play_with(seed: u64, fiction: Fiction) -> Played {
    // The SDKs' jitter comes from here.
    fastrand::seed(seed);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime of one thread");
    let log = Arc::new(Mutex::new(Vec::new()));
    let written = Arc::clone(&log);
    let writer = lines::log("info", move |line| held(&written).push(line.to_owned()));
    let life = || tracing::subscriber::with_default(writer, || runtime.block_on(lived(seed, fiction)));
    let mut played = catch_unwind(AssertUnwindSafe(life)).unwrap_or_else(|_| broken(seed));
    let secrets = [SECRET, "X-Amz-", "cfn-response"];
    let told = held(&log);
    let loud = told
        .iter()
        .find(|line| secrets.iter().any(|secret| line.contains(secret)));
    played
        .violations
        .extend(loud.map(|line| format!("a secret is in the log: {line}")));
    played
}

/// The life of a seed in whose world something panicked: standard error says where.
fn broken(seed: u64) -> Played {
    Played {
        seed,
        lines: vec![],
        violations: vec!["the world itself panicked".to_owned()],
        counts: Counts::default(),
    }
}

async fn lived(seed: u64, fiction: Fiction) -> Played {
    let mut dice = Rng::with_seed(seed);
    let (work, works) = unbounded_channel();
    let setting = WorldSetting {
        region: region(),
        account: account(&mut dice),
        fiction,
        weather: Weather::of(&mut dice),
        durations: durations(&mut dice),
        reads_facts: false,
        dice: dice.fork(),
    };
    let world = Arc::new(World::begin(setting, work));
    let timeout = Duration::from_secs(*pick(&mut dice, &[900, 900, 300, 120]));
    let lambda = Arc::new(Lambda::new(Arc::clone(&world), settings(&mut dice), timeout));
    tokio::spawn(lambda.run(works));
    tokio::spawn(jump(Arc::clone(&world), dice.fork()));
    let mut life = Life::new(Arc::clone(&world), dice);
    if tokio::time::timeout(LONGEST, life.live()).await.is_err() {
        life.verdicts.wrong(format!(
            "the life was not over after {} hours",
            LONGEST.as_secs() / 3600
        ));
    }
    let mut counts = world.counts().clone();
    counts.seeds = 1;
    counts.seconds = world.time.gone_by().as_secs();
    Played {
        seed,
        lines: world.lines(),
        violations: life.verdicts.violations,
        counts,
    }
}

/// Another one each time: the SDKs keep by Region what is left of their retries, for as long as the process lives.
fn region() -> String {
    static LIVES: AtomicU64 = AtomicU64::new(0);
    format!("us-soak{}-1", LIVES.fetch_add(1, Ordering::Relaxed))
}

/// The function's own, mostly: a topic brings requests of other accounts' stacks, which it can't ask.
fn account(dice: &mut Rng) -> &'static str {
    if dice.u8(..12) == 0 {
        "999999999999"
    } else {
        OWN_ACCOUNT
    }
}

fn settings(dice: &mut Rng) -> Settings {
    let polling = match dice.bool() {
        true => PollingMode::SelfInvoke,
        false => PollingMode::StepFunctions {
            state_machine: "arn:aws:states:us-east-1:123456789012:stateMachine:nodes-provider".to_owned(),
        },
    };
    Settings {
        polling,
        function_name: "nodes-provider".to_owned(),
        loopback: Loopback::Refused,
        poll_time_scale: 1.0,
        log_level: "info".to_owned(),
        role: Some(ROLE.to_owned()),
        metrics_namespace: dice.bool().then(|| "ManagedNodeGroup".to_owned()),
        event_bus: (dice.u8(..4) == 0).then(|| "bus".to_owned()),
    }
}

/// Mostly short, for a look costs the same whatever is looked at; one life in eight takes what EKS really takes.
fn durations(dice: &mut Rng) -> simulator::Durations {
    if dice.u8(..8) > 0 {
        return simulator::Durations {
            create: *pick(dice, &[10.0, 40.0, 70.0]),
            delete: *pick(dice, &[10.0, 40.0]),
            config_update: *pick(dice, &[1.0, 5.0, 12.0]),
            version_update: *pick(dice, &[5.0, 25.0]),
            node_ready: *pick(dice, &[1.0, 10.0]),
        };
    }
    simulator::Durations {
        create: *pick(dice, &[40.0, 90.0, 180.0, 180.0, 840.0]),
        delete: *pick(dice, &[30.0, 120.0, 300.0]),
        config_update: *pick(dice, &[3.0, 20.0, 60.0]),
        version_update: *pick(dice, &[30.0, 300.0, 900.0]),
        node_ready: *pick(dice, &[10.0, 40.0, 120.0]),
    }
}

/// The machine's clock is wrong now and then, by seconds or minutes, and right again.
async fn jump(world: Arc<World>, mut dice: Rng) {
    loop {
        tokio::time::sleep(Duration::from_secs(dice.u64(30..1500))).await;
        if !held(&world.weather).clock_jumps {
            return world.time.set_ahead(0);
        }
        let by = *pick(&mut dice, &[-120_000, -20_000, -2_000, 0, 0, 2_000, 20_000, 120_000]);
        world.tell(&format!("the clock is {by} ms ahead"));
        world.count("jumps of the clock");
        world.time.set_ahead(by);
    }
}

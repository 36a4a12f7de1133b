//! The function's cloud, which a test can stop between any two calls.

use std::any::type_name;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use mng_engine::ports::{ApiRequest, Calls, Throttles};
use tokio::sync::Notify;

use super::local_cloud::LocalCloud;
use super::world::Death;

/// What somebody else does right before a call of the function, once.
pub struct Meanwhile {
    pub before: &'static str,
    pub what: Pin<Box<dyn Future<Output = ()> + Send>>,
}

/// A cloud behind a counter that can stop for ever, as a killed process does.
pub struct Killable {
    pub cloud: LocalCloud,
    pub calls: AtomicUsize,
    /// The calls so far, by [`name`].
    pub made: Mutex<Vec<&'static str>>,
    pub death: Mutex<Death>,
    pub died: Notify,
    pub meanwhile: Mutex<Option<Meanwhile>>,
}

/// How a test names a call: by the type of the request. Steps in EC2 and on an Auto Scaling group are named by their
/// actions, such as `ec2:CreateLaunchTemplate`.
pub fn name<R: ApiRequest>(request: &R) -> &'static str {
    let name = type_name::<R>().rsplit("::").next().unwrap_or_default();
    match name {
        "ChangeEc2" | "ChangeScalingGroup" => request.action(),
        name => name,
    }
}

impl Killable {
    pub fn new(cloud: LocalCloud) -> Self {
        Self {
            cloud,
            calls: AtomicUsize::new(0),
            made: Mutex::new(vec![]),
            death: Mutex::new(Death::Never),
            died: Notify::new(),
            meanwhile: Mutex::default(),
        }
    }

    async fn stop(&self) {
        self.died.notify_one();
        std::future::pending::<()>().await;
    }
}

/// Stops for ever if the function is to die at this call; the harness drops the call then.
impl<R: ApiRequest> Calls<R> for Killable
where
    LocalCloud: Calls<R>,
{
    async fn call(&self, request: &R) -> R::Response {
        let name = name(request);
        let number = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        self.made.lock().unwrap().push(name);
        let death = *self.death.lock().unwrap();
        assert!(death != Death::Panic, "chosen by the test");
        if death == Death::Before(number) {
            self.stop().await;
        }
        if death == Death::Hang {
            std::future::pending::<()>().await;
        }
        let meanwhile = self.meanwhile.lock().unwrap().take_if(|one| one.before == name);
        if let Some(meanwhile) = meanwhile {
            meanwhile.what.await;
        }
        let answer = self.cloud.call(request).await;
        if death == Death::After(number) {
            self.stop().await;
        }
        answer
    }
}

impl Throttles for Killable {
    fn take_throttles(&self) -> u32 {
        self.cloud.take_throttles()
    }
}

impl Deref for Killable {
    type Target = LocalCloud;

    fn deref(&self) -> &LocalCloud {
        &self.cloud
    }
}

impl DerefMut for Killable {
    fn deref_mut(&mut self) -> &mut LocalCloud {
        &mut self.cloud
    }
}

//! What the function knows and must not tell: response URLs, which are credentials, its own credentials, what it shows to a
//! cluster's API, user data, and a private key that somebody pasted. Whole lives are played, good and bad, and nothing that
//! leaves the function but for its rightful end has any of it. What is handed over to the next invocation holds the URL by its
//! nature; `docs/security.md` says who can read that.

mod support;

use aws_sdk_eks::config::Credentials;
use mng_core::call_error::Fault;
use serde_json::{Value, json};
use support::flows::{properties, reason};
use support::log::Log;
use support::receiver::Receiver;
use support::world::{RECOGNISABLE, World};

const USER_DATA: &str = "echo hunter2";
/// The same in base64, as a launch template has it, whatever stands before it.
const USER_DATA_ENCODED: [&str; 3] = ["ZWNobyBodW50ZXIy", "VjaG8gaHVudGVyM", "lY2hvIGh1bnRlcj"];
const PRIVATE_KEY: &str =
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU\n-----END OPENSSH PRIVATE KEY-----";
const ACCESS_KEY: &str = RECOGNISABLE[0];
const SECRET_KEY: &str = RECOGNISABLE[1];
const SESSION: &str = "session-token-of-the-function";

/// Parts of a response URL, of what signs calls, of a bearer token, and what users write.
fn secrets() -> Vec<&'static str> {
    let mut secrets = vec![
        "X-Amz-",
        "x-amz-security-token",
        "ab%2Fcd",
        "%3Acloudformation%3A",
        "ResponseURL\"",
        "k8s-aws-v1",
        "Bearer ",
        "hunter2",
        "b3BlbnNzaC1rZXkt",
        "PRIVATE KEY",
        ACCESS_KEY,
        SECRET_KEY,
        SESSION,
    ];
    secrets.extend(USER_DATA_ENCODED);
    secrets
}

/// A world that has something to hide, and everything that is heard of it.
struct Story {
    world: World,
    log: Log,
    answers: Vec<Value>,
}

impl Story {
    async fn begin(step_functions: bool) -> Self {
        Self::of(World::start_with_bus(step_functions).await).await
    }

    async fn of(mut world: World) -> Self {
        let session = Some(SESSION.to_owned());
        let credentials = Credentials::new(ACCESS_KEY, SECRET_KEY, session, None, "test");
        world.has_credentials(credentials).await;
        // Everything that the function and its libraries have to say.
        let log = Log::at("trace");
        Self {
            world,
            log,
            answers: vec![],
        }
    }

    async fn plays(&mut self, kind: &str, id: Option<&str>, properties: &Value, old: Option<&Value>) -> Value {
        self.world.stack_is(&format!("{}_IN_PROGRESS", kind.to_uppercase()));
        let answer = self.world.answer(&self.world.request(kind, id, properties, old)).await;
        self.answers.push(answer.clone());
        answer
    }

    /// Delivers an event that ends with an answer to this request.
    async fn delivers(&mut self, event: &Value, request: &Value) {
        self.world.deliver(event).await;
        let answer = self.world.receiver.answer(request["RequestId"].as_str().unwrap());
        self.answers.push(answer.await);
    }

    /// Nothing that was told to anybody has a secret in it.
    #[track_caller]
    fn tells_nothing(&self) {
        let cloud = &self.world.function.cloud;
        let lines = self.log.text();
        assert!(lines.len() > 3, "nothing was logged: {lines:?}");
        let mut told = lines;
        told.extend(self.answers.iter().map(Value::to_string));
        told.extend(
            cloud
                .told
                .lock()
                .unwrap()
                .iter()
                .map(|(kind, detail)| format!("{kind} {detail}")),
        );
        told.extend(cloud.started.lock().unwrap().iter().cloned());
        told.extend(self.world.failures.lock().unwrap().iter().cloned());
        for text in told {
            for secret in secrets() {
                assert!(!text.contains(secret), "{secret} in {text}");
            }
        }
    }
}

/// Everything secret that a template may hold, and nodes that are asked for in the cluster.
fn wanted(changes: &Value) -> Value {
    let mut wanted = properties(&json!({
        "NodegroupName": "my-mng", "AmiType": "AL2023_x86_64_STANDARD", "UserData": USER_DATA, "WaitFor": "NodesReady",
        "ScalingConfig": {"MinSize": 0, "MaxSize": 5, "DesiredSize": 1},
    }));
    for (key, value) in changes.as_object().unwrap() {
        wanted[key] = value.clone();
    }
    wanted
}

#[tokio::test]
async fn a_good_life_tells_no_secret() {
    for step_functions in [false, true] {
        let mut story = Story::begin(step_functions).await;
        let (first, second) = (
            wanted(&json!({})),
            wanted(&json!({"UserData": format!("{USER_DATA}\n{USER_DATA}")})),
        );
        let created = story.plays("Create", None, &first, None).await;
        assert_eq!(created["Status"], "SUCCESS", "{created}");
        let id = created["PhysicalResourceId"].as_str();
        let updated = story.plays("Update", id, &second, Some(&first)).await;
        assert_eq!(updated["Status"], "SUCCESS", "{updated}");
        assert!(story.world.called("UpdateNodegroupVersion"), "the user data changed");
        assert!(
            !story.world.simulator.kubernetes_requests().is_empty(),
            "a token was shown"
        );
        let deleted = story.plays("Delete", id, &second, None).await;
        assert_eq!(deleted["Status"], "SUCCESS", "{deleted}");
        assert_eq!(
            story.world.function.cloud.started.lock().unwrap().is_empty(),
            !step_functions
        );
        story.tells_nothing();
    }
}

/// What is written in the wrong place, or is wrong itself, is told by where it stands.
#[tokio::test]
async fn a_refusal_repeats_no_secret() {
    let mut story = Story::begin(false).await;
    for changes in [
        json!({"UserData": {"Content": USER_DATA}}),
        json!({"UserData": [USER_DATA, USER_DATA]}),
        json!({"AmiType": "BOTTLEROCKET_x86_64"}),
        json!({"AmiType": "BOTTLEROCKET_x86_64", "UserData": "[settings\nmotd = \"hunter2\""}),
        json!({"UserData": "x".repeat(20_000) + USER_DATA}),
        json!({"UserData": format!("<powershell>{USER_DATA}</powershell>"), "AmiType": "WINDOWS_CORE_2022_x86_64"}),
        json!({"RemoteAccess": {"PublicKey": PRIVATE_KEY}}),
        json!({"RemoteAccess": {"PublicKey": [PRIVATE_KEY]}}),
        json!({"RemoteAccess": {"Ec2SshKey": PRIVATE_KEY, "PublicKey": PRIVATE_KEY}}),
    ] {
        story.plays("Create", None, &wanted(&changes), None).await;
    }
    let refused = |answer: &&Value| answer["Status"] == "FAILED";
    assert!(story.answers.iter().filter(refused).count() > 4, "{:#?}", story.answers);
    story.tells_nothing();
}

/// A service's own words may hold anything: what a call was signed with, or where an answer goes.
#[tokio::test]
async fn what_fails_tells_no_secret() {
    let signed = "see https://b.s3.amazonaws.com/k?X-Amz-Security-Token=session-token-of-the-function, it says why";
    let mut story = Story::begin(false).await;
    story.world.fails("Create", "AsgInstanceLaunchFailures", signed, "i-1");
    let failed = story.plays("Create", None, &wanted(&json!({})), None).await;
    assert!(reason(&failed).contains("it says why"), "{failed}");

    story
        .world
        .function
        .cloud
        .ec2
        .refuses("ec2:CreateLaunchTemplate", Fault::Unknown, "InvalidUserData.Malformed");
    story
        .plays("Create", None, &wanted(&json!({"NodegroupName": "b"})), None)
        .await;
    story.world.simulator.deny("my-cluster", 9);
    story
        .plays("Create", None, &wanted(&json!({"NodegroupName": "c"})), None)
        .await;
    story.tells_nothing();
}

/// The record that Lambda makes of what has crashed three times is a request with its URL, and so is what can't be read.
#[tokio::test]
async fn what_crashed_or_can_t_be_read_tells_no_secret() {
    let mut story = Story::begin(false).await;
    let url = "https://b.s3.eusc-de-east-1.amazonaws.eu/k?X-Amz-Signature=ab%2Fcd";
    let request = story.world.request("Create", None, &wanted(&json!({})), None);
    let cause = json!({"errorType": "Runtime.ExitError", "errorMessage": format!("panicked at {url}: it says why")});
    let record = json!({"requestPayload": request, "responsePayload": cause});
    story.delivers(&record, &request).await;
    assert!(reason(&story.answers[0]).contains("it says why"), "{:?}", story.answers);
    for kind in [
        json!(url),
        json!({"ResponseURL": request["ResponseURL"], "UserData": USER_DATA}),
    ] {
        let mut unreadable = story.world.request("Create", None, &wanted(&json!({})), None);
        unreadable["RequestType"] = kind;
        story.delivers(&unreadable, &unreadable).await;
    }
    let unanswerable = json!({"ResponseURL": url, "ResourceProperties": {"UserData": USER_DATA}});
    story.world.deliver(&unanswerable).await;
    story.tells_nothing();
}

#[tokio::test]
async fn a_panic_tells_no_secret() {
    let mut story = Story::of(World::start(false).await).await;
    story.world.panics();
    let answer = story.plays("Create", None, &wanted(&json!({})), None).await;
    assert!(reason(&answer).contains("a mistake of its own"), "{answer}");
    story.tells_nothing();
}

/// Neither where the bucket says no, nor where nobody is to be reached at the URL.
#[tokio::test]
async fn an_answer_that_isn_t_taken_tells_no_secret() {
    let story = Story::begin(false).await;
    let refused = story.world.request("Create", None, &wanted(&json!({})), None);
    story.world.receiver.refuse(5, 503);
    story.world.receiver.refuse(1, 403);
    story.world.deliver(&refused).await;
    assert!(
        story
            .world
            .receiver
            .answers(refused["RequestId"].as_str().unwrap())
            .is_empty()
    );
    for url in [
        "https://evil.example/?X-Amz-Signature=ab%2Fcd",
        "no URL X-Amz-Signature",
        "http://127.0.0.1:1/?X-Amz-Signature=ab%2Fcd",
    ] {
        let mut nowhere = story
            .world
            .request("Delete", Some("my-cluster/n"), &wanted(&json!({})), None);
        nowhere["ResponseURL"] = json!(url);
        story.world.lose(&nowhere).await;
    }
    assert!(!story.world.failures.lock().unwrap().is_empty(), "an invocation failed");
    story.tells_nothing();
}

/// The URL is a credential for one bucket. Whoever answers there may not pass it on, and what he says is told as it is.
#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (story, elsewhere) = (Story::begin(false).await, Receiver::start().await);
    let bare = properties(&json!({"NodegroupName": "n"}));
    for status in [301, 302, 303, 307, 308] {
        let request = story.world.request("Delete", Some("my-cluster/n"), &bare, None);
        let id = request["RequestId"].as_str().unwrap();
        elsewhere.expect(&request);
        // Five attempts of one invocation; the next one is answered where CloudFormation waits.
        story.world.receiver.redirect(5, status, &elsewhere.response_url(id));
        story.world.deliver(&request).await;
        assert_eq!(story.world.receiver.answer(id).await["Status"], "SUCCESS");
        assert!(elsewhere.answers(id).is_empty(), "{status} was followed");
        assert_eq!(elsewhere.violations(), Vec::<String>::new(), "{status} was followed");
        let failures = std::mem::take(&mut *story.world.failures.lock().unwrap());
        assert!(
            failures[0].contains("redirect") && failures[0].contains(&status.to_string()),
            "{failures:?}"
        );
    }
    story.world.receiver.assert_clean();
    story.tells_nothing();
}

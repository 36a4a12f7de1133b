//! The simulator as a program of its own.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_simulator");

#[test]
fn help_names_every_flag() {
    let output = Command::new(PROGRAM).arg("--help").output().expect("the program runs");
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    for flag in [
        "--port",
        "--time-scale",
        "--cluster",
        "--kubernetes-version",
        "--rate",
        "--burst",
        "--autoscaling-endpoint",
        "--region",
        "--account",
    ] {
        assert!(help.contains(flag), "{flag}: {help}");
    }
}

#[tokio::test]
async fn it_says_where_it_listens_and_serves_its_clusters() {
    let mut program = Command::new(PROGRAM)
        .args(["--cluster", "one", "--cluster", "two", "--kubernetes-version", "1.33"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut line = String::new();
    let stdout = program.stdout.take().expect("a pipe");
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    let endpoint = line
        .trim()
        .strip_prefix("listening on ")
        .expect("its address")
        .to_owned();
    let client = reqwest::Client::builder().no_proxy().build().expect("a plain client");
    let mut found = Vec::new();
    for name in ["one", "two", "my-cluster"] {
        let answer = client.get(format!("{endpoint}/clusters/{name}")).send().await;
        found.push(answer.expect("an answer").status().as_u16());
    }
    program.kill().expect("it still runs");
    program.wait().expect("it ends");
    assert_eq!(found, [200, 200, 404]);
}

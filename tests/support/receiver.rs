//! The S3 side of CloudFormation's response URL. It looks at every byte of an answer, and keeps what is wrong with it.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use fakes::protocol::{Answers, Put};

/// A test that waits longer for an answer than this waits for ever.
const GUARD: Duration = Duration::from_secs(60);

pub struct Receiver {
    port: u16,
    state: Arc<Mutex<Answers>>,
    server: JoinHandle<()>,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(Answers::default()));
        let shared = Arc::clone(&state);
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { port, state, server }
    }

    /// A URL that is awkward on purpose: encoded slashes, colons and bars, whose bytes are signed.
    pub fn response_url(&self, request_id: &str) -> String {
        format!("http://127.0.0.1:{}{}", self.port, target(request_id))
    }

    /// Registers the request that an answer will be for.
    pub fn expect(&self, request: &Value) {
        self.state().expect(request);
    }

    /// Lets the next PUTs fail with this status.
    pub fn refuse(&self, times: usize, status: u16) {
        self.state().refusals.extend(std::iter::repeat_n(status, times));
    }

    /// Lets the next PUTs be sent to another place with this status.
    pub fn redirect(&self, times: usize, status: u16, location: &str) {
        location.clone_into(&mut self.state().location);
        self.refuse(times, status);
    }

    /// The first answer to a request, as soon as it is there.
    pub async fn answer(&self, request_id: &str) -> Value {
        let there = async {
            loop {
                if let Some(answer) = self.answers(request_id).into_iter().next() {
                    return answer;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(GUARD, there)
            .await
            .unwrap_or_else(|_| panic!("request {request_id} was never answered"))
    }

    pub fn answers(&self, request_id: &str) -> Vec<Value> {
        self.state().to(request_id)
    }

    #[track_caller]
    pub fn assert_clean(&self) {
        let violations = self.violations();
        assert!(violations.is_empty(), "{violations:#?}");
    }

    pub fn violations(&self) -> Vec<String> {
        self.state().violations.clone()
    }

    fn state(&self) -> MutexGuard<'_, Answers> {
        self.state.lock().unwrap()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn target(request_id: &str) -> String {
    format!(
        "/arn%3Aaws%3Acloudformation%3Aus-east-1%3A123456789012%3Astack/nodes/1%7CNodes%7C{request_id}\
         ?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-SignedHeaders=host&X-Amz-Credential=a%2Fb%2Fs3%2Faws4_request&X-Amz-Signature=ab%2Fcd%3D%3D"
    )
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<Answers>>) {
    loop {
        let put = match read(&mut stream).await {
            Ok(Some(put)) => put,
            Ok(None) => return,
            Err(broken) => return state.lock().unwrap().violations.push(broken),
        };
        let answer = {
            let mut state = state.lock().unwrap();
            match state.take(&put) {
                status @ 300..400 => format!(
                    "HTTP/1.1 {status} Said\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n",
                    state.location
                ),
                status => format!("HTTP/1.1 {status} Said\r\ncontent-length: 0\r\n\r\n"),
            }
        };
        // Past a body whose length nobody said, what follows can't be told from the next request.
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
        if !put.headers.contains_key("content-length") {
            // Read, so that closing doesn't reset the connection before the answer is there.
            let _ = stream.read_to_end(&mut Vec::new()).await;
            return;
        }
    }
}

/// The next request, none at the end of the connection, or how it is not as long as it said.
async fn read(stream: &mut TcpStream) -> Result<Option<Put>, String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) if head.is_empty() => return Ok(None),
            Err(_) => return Err(no_request(&head)),
        }
    }
    let mut put = read_head(&head).ok_or_else(|| no_request(&head))?;
    let length = put.headers.get("content-length").and_then(|length| length.parse().ok());
    let length: usize = length.unwrap_or(0);
    let sent = stream.take(length as u64).read_to_end(&mut put.body).await;
    if sent.is_err() || put.body.len() < length {
        return Err(format!("{} bytes came, Content-Length said {length}", put.body.len()));
    }
    Ok(Some(put))
}

fn no_request(bytes: &[u8]) -> String {
    format!("bytes past the Content-Length: {}", String::from_utf8_lossy(bytes))
}

fn read_head(head: &[u8]) -> Option<Put> {
    let head = String::from_utf8_lossy(head).into_owned();
    let mut lines = head.lines();
    let line: Vec<&str> = lines.next()?.split(' ').collect();
    let [method, target, "HTTP/1.1"] = line[..] else {
        return None;
    };
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    Some(Put {
        method: method.to_owned(),
        target: target.to_owned(),
        headers,
        body: Vec::new(),
    })
}

//! The Query API of the emulator that has EC2 and Auto Scaling: a form in, XML out.

use reqwest::Client;

/// Where the emulator is. It reads the service and the Region from the credential's scope and checks no signature.
#[derive(Clone)]
pub struct QueryApi {
    client: Client,
    endpoint: String,
    region: String,
}

impl QueryApi {
    pub fn new(endpoint: String, region: String) -> Self {
        let client = Client::builder()
            .no_proxy()
            .build()
            .expect("a client without special wishes");
        Self {
            client,
            endpoint,
            region,
        }
    }

    /// The status that came back, as a number, and the XML. An error says that nothing came back.
    pub async fn post(&self, service: &str, form: &[(String, String)]) -> Result<(u16, String), String> {
        let scope = format!("Credential=test/20260101/{}/{service}/aws4_request", self.region);
        let authorization = format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0");
        let body: Vec<String> = form
            .iter()
            .map(|(key, value)| format!("{}={}", encode(key), encode(value)))
            .collect();
        let request = self.client.post(&self.endpoint).header("authorization", authorization);
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.join("&"));
        let answer = request.send().await.map_err(|error| error.to_string())?;
        let status = answer.status().as_u16();
        Ok((status, answer.text().await.map_err(|error| error.to_string())?))
    }
}

fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

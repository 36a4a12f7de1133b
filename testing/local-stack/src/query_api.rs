//! EC2, IAM and others as the Query API that they are: a form in, XML out.
//!
//! The seeds need half a dozen calls. The EC2 SDK is the largest crate of the build, and each end-to-end test would be
//! linked with it once more.

use anyhow::{Context, Result, ensure};

/// One service at one endpoint.
pub struct QueryApi {
    endpoint: String,
    service: &'static str,
    version: &'static str,
}

impl QueryApi {
    /// EC2 at this endpoint.
    pub fn ec2(endpoint: &str) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            service: "ec2",
            version: "2016-11-15",
        }
    }

    /// EC2 Auto Scaling at this endpoint.
    pub fn auto_scaling(endpoint: &str) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            service: "autoscaling",
            version: "2011-01-01",
        }
    }

    /// IAM at this endpoint.
    pub fn iam(endpoint: &str) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            service: "iam",
            version: "2010-05-08",
        }
    }

    /// SNS at this endpoint.
    pub fn sns(endpoint: &str) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            service: "sns",
            version: "2010-03-31",
        }
    }

    /// Calls an action and returns its answer's XML.
    pub async fn call(&self, action: &str, parameters: &[(&str, &str)]) -> Result<String> {
        let mut form = vec![("Action", action), ("Version", self.version)];
        form.extend_from_slice(parameters);
        let request = reqwest::Client::new().post(&self.endpoint).form(&form);
        let signed = request.header("Authorization", scope(self.service));
        let response = signed
            .send()
            .await
            .with_context(|| format!("call {}:{action}", self.service))?;
        let (status, body) = (response.status(), response.text().await?);
        ensure!(
            status.is_success(),
            "{}:{action} answered {status}: {body}",
            self.service
        );
        Ok(body)
    }
}

/// The text of every element of the name, in order.
pub fn texts(xml: &str, element: &str) -> Result<Vec<String>> {
    let document = roxmltree::Document::parse(xml).context("read an answer's XML")?;
    let found = document.descendants().filter(|node| node.tag_name().name() == element);
    Ok(found.filter_map(|node| node.text()).map(str::to_owned).collect())
}

/// The text of the first element of the name, which has to be there.
pub fn first(xml: &str, element: &str) -> Result<String> {
    texts(xml, element)?
        .into_iter()
        .next()
        .with_context(|| format!("no {element} in {xml}"))
}

/// A header from which the emulators learn the service that is meant; neither checks a signature.
pub fn scope(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=test/20260101/{}/{service}/aws4_request, SignedHeaders=host, Signature=none",
        crate::REGION
    )
}

//! Somebody in the office: the console's own doors, without its screens.

use gongdan_device::sync::pin;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::sync::enrolment::ServerAddress;
use serde_json::{Value, json};

/// One signed-in session.
pub struct Office {
    http: reqwest::Client,
    url: String,
    session: String,
    csrf: String,
}

impl Office {
    /// Signs in; a refusal comes back as the problem the server told. The address may name the key that the server must have.
    pub async fn sign_in(url: &str, login: &str, password: &str) -> Result<Self, Problem> {
        // Refused a second time only where somebody installed one already, which is as good.
        _ = rustls::crypto::ring::default_provider().install_default();
        let address: ServerAddress = url.parse().expect("an address");
        let http = reqwest::Client::builder().no_proxy();
        let http = match address.pin {
            Some(pin) => http.tls_backend_preconfigured(pin::config(pin).expect("TLS")),
            None => http,
        };
        let (http, url) = (http.build().expect("an HTTP client"), address.url());
        let answer = http
            .post(format!("{url}/api/office/sign_in"))
            .json(&json!({ "login": login, "password": password }))
            .send()
            .await
            .map_err(|_| Problem::new(Code::Offline))?;
        let cookie = |name: &str| {
            answer
                .headers()
                .get_all("set-cookie")
                .iter()
                .filter_map(|v| v.to_str().ok()?.split(';').next()?.split_once('='))
                .find(|(n, _)| *n == name)
                .map(|(_, v)| v.to_owned())
                .unwrap_or_default()
        };
        let (session, csrf) = (cookie("gd_session"), cookie("gd_csrf"));
        read(answer).await?;
        Ok(Self { http, url: url.to_owned(), session, csrf })
    }

    /// What a request of this session carries: the cookies, and the token that only the console can read.
    pub fn headers(&self) -> [(&'static str, String); 2] {
        let cookies = format!("gd_session={}; gd_csrf={}", self.session, self.csrf);
        [("cookie", cookies), ("x-csrf", self.csrf.clone())]
    }

    /// One command of the console.
    pub async fn call(&self, name: &str, args: Value) -> Result<Value, Problem> {
        let answer = self
            .http
            .post(format!("{}/api/office/{name}", self.url))
            .header("cookie", format!("gd_session={}; gd_csrf={}", self.session, self.csrf))
            .header("x-csrf", &self.csrf)
            .json(&args)
            .send()
            .await
            .map_err(|_| Problem::new(Code::Offline))?;
        read(answer).await
    }

    /// A file up the raw lane.
    pub async fn upload(&self, kind: &str, bytes: Vec<u8>) -> Result<Value, Problem> {
        let answer = self
            .http
            .post(format!("{}/api/office/upload/{kind}", self.url))
            .header("cookie", format!("gd_session={}; gd_csrf={}", self.session, self.csrf))
            .header("x-csrf", &self.csrf)
            .header("content-type", "application/octet-stream")
            .body(bytes)
            .send()
            .await
            .map_err(|_| Problem::new(Code::Offline))?;
        read(answer).await
    }

    /// A file or document behind the session.
    pub async fn get(&self, path: &str) -> Result<Vec<u8>, Problem> {
        let answer = self
            .http
            .get(format!("{}{path}", self.url))
            .header("cookie", format!("gd_session={}", self.session))
            .send()
            .await
            .map_err(|_| Problem::new(Code::Offline))?;
        if !answer.status().is_success() {
            return Err(read(answer).await.err().unwrap_or_else(|| Problem::new(Code::Internal)));
        }
        answer.bytes().await.map(|b| b.to_vec()).map_err(|_| Problem::new(Code::Offline))
    }
}

async fn read(answer: reqwest::Response) -> Result<Value, Problem> {
    let good = answer.status().is_success();
    let text = answer.text().await.map_err(|_| Problem::new(Code::Offline))?;
    if good {
        return Ok(serde_json::from_str(&text).unwrap_or(Value::Null));
    }
    Err(serde_json::from_str(&text).unwrap_or_else(|_| panic!("a refusal that is no Problem: {text}")))
}

//! People of the office at the console's own list of commands, without a browser.

use gongdan_domain::problem::Problem;
use gongdan_server::core::Shared;
use gongdan_server::office::{self, context::Context};
use serde_json::Value;

pub struct Office<'w> {
    pub core: &'w Shared,
}

impl Office<'_> {
    pub fn call(&self, login: &str, name: &str, args: Value) -> Result<Value, Problem> {
        let user = self.core.store.read(|r| r.user(login)).map_err(|e| e.problem())?;
        let who = user.unwrap_or_else(|| panic!("{login} works here"));
        let ctx = Context {
            core: Shared::clone(self.core),
            now: self.core.now(),
            who,
            server: "http://127.0.0.1:8610".parse().ok(),
            session_hash: String::new(),
            from: std::net::Ipv4Addr::LOCALHOST.into(),
        };
        office::call(&ctx, name, args).map_err(|e| e.problem())
    }
}

//! The road between a device and its server: everything that sync asks of a network. HTTP is one road ([`super::client::Client`]),
//! the simulated network of the tests another. Refuses to know a meaning: it carries requests and answers, or says that it cannot.

use std::future::Future;

use bytes::Bytes;
use gongdan_domain::problem::Code;
use gongdan_domain::sync::readmit::{ReadmitReply, ReadmitRequest};
use gongdan_domain::sync::wire::{EnrolReply, EnrolRequest, ExchangeReply, ExchangeRequest};

use crate::error::Result;

/// A road that is closed answers [`gongdan_domain::problem::Code::Offline`] or a network error; whether the request arrived is then
/// unknown, and the device goes on as if it had.
pub trait Road: Send + Sync {
    fn enrol(&self, request: &EnrolRequest) -> impl Future<Output = Result<EnrolReply>> + Send;

    /// Asks a restored server to take this device back by its certificate. A road that cannot carry it says that the server refused.
    fn readmit(&self, _: &ReadmitRequest) -> impl Future<Output = Result<ReadmitReply>> + Send {
        async { Err(Code::TokenInvalid.into()) }
    }

    fn exchange(&self, request: &ExchangeRequest) -> impl Future<Output = Result<ExchangeReply>> + Send;

    /// How many bytes of a file the server has; none of one that it does not know yet.
    fn uploaded(&self, hash: &str) -> impl Future<Output = Result<u64>> + Send;

    /// Sends a piece of a file; answers how many bytes the server has then.
    fn upload(
        &self,
        hash: &str,
        size: u64,
        mime: &str,
        offset: u64,
        piece: Bytes,
    ) -> impl Future<Output = Result<u64>> + Send;

    fn download(&self, hash: &str) -> impl Future<Output = Result<Bytes>> + Send;
}

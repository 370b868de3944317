//! G3: a signature made after the order was sealed. It is a sealed document of its own over the order's hash; the order stays as it was.

use serde::{Deserialize, Serialize};

use super::Signing;
use crate::id::OrderId;

/// The kind under which it is sealed.
pub const ATTESTATION: &str = "attestation";
/// The form's name and version inside the seal.
pub const FORM: &str = "gongdan.attestation/1";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attestation {
    pub form: String,
    pub order_id: OrderId,
    pub order_no: String,
    pub revision: u32,
    /// Hash of the sealed order that was signed.
    pub order_hash: String,
    pub signing: Signing,
}

impl Attestation {
    pub fn of(order_id: OrderId, order_no: String, revision: u32, order_hash: String, signing: Signing) -> Self {
        Self { form: FORM.to_owned(), order_id, order_no, revision, order_hash, signing }
    }
}

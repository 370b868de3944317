//! The content of a sealed document as this version understands it: an order, or a paper beside it. It refuses to guess at other forms;
//! what they are called and whose they are is read from the raw text.

use gongdan_domain::paper::{Paper, PaperKind};
use gongdan_domain::work_order::{OrderCustomer, OrderDocument, OrderMachine, Signing, WORK_ORDER};
use serde_json::Value;
use uuid::Uuid;

#[derive(Debug, Clone)]
pub enum Content {
    Order(Box<OrderDocument>),
    Paper(Box<Paper>),
}

impl Content {
    pub fn read(kind: &str, content: &Value) -> Option<Self> {
        if kind == WORK_ORDER {
            return serde_json::from_value(content.clone()).ok().map(|order| Self::Order(Box::new(order)));
        }
        PaperKind::named(kind)?;
        serde_json::from_value(content.clone()).ok().map(|paper| Self::Paper(Box::new(paper)))
    }

    pub fn customer(&self) -> &OrderCustomer {
        match self {
            Self::Order(order) => &order.customer,
            Self::Paper(paper) => &paper.customer,
        }
    }

    pub fn machine(&self) -> &OrderMachine {
        match self {
            Self::Order(order) => &order.machine,
            Self::Paper(paper) => &paper.machine,
        }
    }

    pub fn signing(&self) -> Option<&Signing> {
        match self {
            Self::Order(order) => order.signing.as_ref(),
            Self::Paper(paper) => paper.signing.as_ref(),
        }
    }

    /// The company's, as it was sealed.
    pub fn public_address(&self) -> Option<&str> {
        match self {
            Self::Order(order) => order.company.public_address.as_deref(),
            Self::Paper(paper) => paper.company.public_address.as_deref(),
        }
    }
}

/// The number that stands on the paper. A paper beside an order names that order too.
pub fn number(content: &Value) -> &str {
    content["no"].as_str().or(content["order_no"].as_str()).unwrap_or_default()
}

/// Under which id a document of this kind is kept, by its own words.
pub fn identity(kind: &str, content: &Value) -> Option<Uuid> {
    let name = if PaperKind::named(kind).is_some() { "id" } else { "order_id" };
    let named = kind == WORK_ORDER || name == "id";
    content[name].as_str().filter(|_| named)?.parse().ok()
}

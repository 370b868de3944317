//! F3: what a customer wants on his invoice. A wrong check digit is a warning: whoever stands before the customer cannot look it up,
//! and the office asks before it issues. Refuses to issue an invoice: that is the tax office's own system.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::work_order::DocType;

/// What the office needs to issue an invoice. Empty text where nothing was said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct InvoiceRequest {
    pub doc_type: DocType,
    /// The buyer's name on the invoice.
    pub title: String,
    /// Unified social credit code, or an older tax number.
    pub tax_no: String,
    pub address: String,
    pub phone: String,
    pub bank: String,
    pub account: String,
    /// Where the invoice goes.
    pub email: String,
    pub note: String,
}

/// What stands out about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename_all = "snake_case")]
pub enum InvoiceDoubt {
    TitleMissing,
    TaxNoMissing,
    /// Not 18 characters of the code's alphabet, and not an older number of 15 or 20 digits.
    TaxNoForm,
    /// The 18th character does not follow from the first 17 (GB 32100).
    TaxNoCheckDigit,
    /// A special invoice carries address, phone, bank and account.
    SpecialIncomplete,
    EmailForm,
}

impl InvoiceRequest {
    /// Everything that the office would ask back about. None of it stops anybody.
    pub fn doubts(&self) -> Vec<InvoiceDoubt> {
        let mut doubts = Vec::new();
        if self.title.trim().is_empty() {
            doubts.push(InvoiceDoubt::TitleMissing);
        }
        let number: String = self.tax_no.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
        doubts.extend(match number.as_str() {
            "" => Some(InvoiceDoubt::TaxNoMissing),
            _ => tax_no_doubt(&number),
        });
        let blank = |text: &String| text.trim().is_empty();
        let bank = [&self.address, &self.phone, &self.bank, &self.account];
        if self.doc_type == DocType::SpecialInvoice && bank.into_iter().any(blank) {
            doubts.push(InvoiceDoubt::SpecialIncomplete);
        }
        let email = self.email.trim();
        let whole = email.split_once('@').is_some_and(|(who, host)| !who.is_empty() && host.contains('.'));
        if !email.is_empty() && !whole {
            doubts.push(InvoiceDoubt::EmailForm);
        }
        doubts
    }
}

/// Alphabet of the unified social credit code: no I, O, S, V, Z.
const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

fn tax_no_doubt(number: &str) -> Option<InvoiceDoubt> {
    let older = matches!(number.len(), 15 | 20) && number.bytes().all(|b| b.is_ascii_alphanumeric());
    if older {
        return None;
    }
    let values: Option<Vec<usize>> = number.chars().map(|c| ALPHABET.find(c)).collect();
    match values.as_deref() {
        Some([first @ .., last]) if first.len() == 17 => {
            let (sum, _) = first.iter().fold((0, 1), |(sum, weight), v| (sum + v * weight, weight * 3 % 31));
            ((31 - sum % 31) % 31 != *last).then_some(InvoiceDoubt::TaxNoCheckDigit)
        }
        _ => Some(InvoiceDoubt::TaxNoForm),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(tax_no: &str) -> InvoiceRequest {
        InvoiceRequest {
            doc_type: DocType::GeneralInvoice,
            title: "样例紫藤制药有限公司".to_owned(),
            tax_no: tax_no.to_owned(),
            address: String::new(),
            phone: String::new(),
            bank: String::new(),
            account: String::new(),
            email: String::new(),
            note: String::new(),
        }
    }

    #[test]
    fn f3_the_check_digit_of_a_tax_number_is_known() {
        // The example of GB 32100-2015, appendix.
        assert_eq!(request("91350100M000100Y43").doubts(), []);
        assert_eq!(request("91350100m000100y43 ").doubts(), [], "as people type it");
        assert_eq!(request("91350100M000100Y44").doubts(), [InvoiceDoubt::TaxNoCheckDigit]);
        assert_eq!(request("91350100M000100Y4").doubts(), [InvoiceDoubt::TaxNoForm]);
        assert_eq!(request("91350100I000100Y43").doubts(), [InvoiceDoubt::TaxNoForm], "I is no character of it");
        assert_eq!(request("350100123456789").doubts(), [], "a number of the older kind");
        assert_eq!(request("").doubts(), [InvoiceDoubt::TaxNoMissing]);
    }

    #[test]
    fn f3_a_special_invoice_asks_for_bank_and_address_and_a_mail_address_is_one() {
        let mut special = InvoiceRequest { doc_type: DocType::SpecialInvoice, ..request("91350100M000100Y43") };
        assert_eq!(special.doubts(), [InvoiceDoubt::SpecialIncomplete]);
        for field in [&mut special.address, &mut special.phone, &mut special.bank, &mut special.account] {
            *field = "有".to_owned();
        }
        assert_eq!(special.doubts(), []);
        special.email = "someone".to_owned();
        assert_eq!(special.doubts(), [InvoiceDoubt::EmailForm]);
    }
}

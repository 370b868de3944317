//! H5: the technical copy never had what it must not show.

#[allow(dead_code)] // the parts that this test needs
mod sample;

use gongdan_documents::technical::TechnicalCopy;

/// The text of a PDF, by poppler.
fn text(pdf: &[u8]) -> String {
    let folder = std::env::temp_dir().join(format!("gongdan-technical-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("copy.pdf");
    std::fs::write(&path, pdf).expect("written");
    let out = std::process::Command::new("pdftotext").arg("-layout").arg(&path).arg("-").output().expect("poppler");
    String::from_utf8(out.stdout).expect("text")
}

#[test]
fn h5_a_technical_copy_has_no_price_no_phone_and_no_signature() {
    let order = sample::order();
    let hash = "ab".repeat(32);
    let copy = TechnicalCopy::of(&order, &hash);
    let json = serde_json::to_string(&copy).expect("JSON");
    for pdf_english in [false, true] {
        let pdf = copy.pdf(&sample::photo_bytes, pdf_english).expect("set");
        assert_eq!(pdf, copy.pdf(&sample::photo_bytes, pdf_english).expect("set again"), "the same bytes each time");
        let text = text(&pdf);
        assert!(text.contains(&order.order_no) && text.contains(&order.machine.serial_no), "{text}");
        for secret in [order.customer.phone.as_str(), "¥", order.fees.total_capitals.as_str()] {
            assert!(!secret.is_empty() && !text.contains(secret), "{secret} in {text}");
        }
    }
    for secret in ["_fen", order.customer.phone.as_str(), "strokes", "consent", "payment", "opinion"] {
        assert!(!json.contains(secret), "{secret} in {json}");
    }
    assert!(json.contains(&hash) && json.contains("technical-copy"), "it says what it is a copy of");
}

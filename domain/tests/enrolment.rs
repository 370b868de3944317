//! The text that carries server, key and code to a device: it survives typing, and a slip is noticed before anything is sent.

use gongdan_domain::sync::enrolment::{EnrolmentText, Pin, ServerAddress, Unreadable};
use proptest::prelude::*;

fn text() -> EnrolmentText {
    let server = ServerAddress::new("https://192.168.1.5:8610", Some(Pin::of(b"a key"))).expect("an address");
    EnrolmentText { server, code: "7K3F-9QXM".to_owned() }
}

#[test]
fn l3_the_enrolment_text_is_read_as_it_was_written_also_in_small_letters_and_broken_lines() {
    let written = text().to_string();
    assert!(written.starts_with("GD1*HTTPS://192.168.1.5:8610*"), "{written}");
    assert!(
        written.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b"*-:/.".contains(&b)),
        "{written}"
    );
    assert_eq!(written.parse(), Ok(text()));
    let typed = format!(" {} \n{} ", &written[..40].to_lowercase(), &written[40..]);
    assert_eq!(typed.parse(), Ok(text()));
    assert!(EnrolmentText::is_meant(&typed));
    assert!(!EnrolmentText::is_meant("GD1K-9QXM"), "a code alone is a code, whatever it begins with");
}

#[test]
fn l3_the_older_text_without_a_key_is_still_read() {
    let old: EnrolmentText = "gongdan:http://127.0.0.1:8610|7K3F-9QXM".parse().expect("read");
    assert_eq!((old.server.url(), old.server.pin, old.code.as_str()), ("http://127.0.0.1:8610", None, "7K3F-9QXM"));
}

#[test]
fn a_pin_is_never_joined_with_plain_http() {
    let pin = Some(Pin::of(b"a key"));
    assert_eq!(ServerAddress::new("http://192.168.1.5:8610", pin), Err(Unreadable::Address));
    for bad in ["ftp://a", "https://", "https://a/b", "https://a@b", "a:80", "https://a?b", "https://样例"] {
        assert_eq!(ServerAddress::new(bad, None), Err(Unreadable::Address), "{bad}");
    }
    let kept = text().server.to_string();
    assert_eq!(kept.parse(), Ok(text().server));
}

proptest! {
    #[test]
    fn l3_one_wrong_letter_is_noticed(at in 0usize..96, letter in "[A-Z0-9]") {
        let written = text().to_string();
        let at = at % written.len();
        let slip = format!("{}{letter}{}", &written[..at], &written[at + 1..]);
        prop_assume!(slip != written);
        prop_assert!(slip.parse::<EnrolmentText>().is_err(), "{}", slip);
    }

    #[test]
    fn no_input_makes_the_reader_panic(text in "\\PC{0,200}") {
        let _ = text.parse::<EnrolmentText>();
        let _ = text.parse::<ServerAddress>();
        let _ = format!("GD1*{text}").parse::<EnrolmentText>();
    }
}

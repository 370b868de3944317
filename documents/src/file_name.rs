//! What a printed file is called: number, customer and day, so that a folder of them sorts and finds itself. Refuses characters that
//! Windows, macOS or Linux cannot keep.

use chrono::NaiveDate;

/// Bytes of the customer's name: number, day and ending fit beside it into the 255 that a file system gives.
const ROOM: usize = 120;

/// `GD-A7-2611-0032_样例紫藤制药有限公司_2026-11-24.pdf`; what is unknown is left out.
pub fn file_name(no: &str, customer: &str, day: Option<NaiveDate>, ending: &str) -> String {
    let day = day.map(|day| day.to_string()).unwrap_or_default();
    let parts = [safe(no, ROOM), safe(customer, ROOM), day];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let stem = if parts.is_empty() { "gongdan".to_owned() } else { parts.join("_") };
    // Windows keeps these names for itself, whatever the ending.
    let device = ["CON", "PRN", "AUX", "NUL"].into_iter().any(|name| stem.eq_ignore_ascii_case(name))
        || matches!(stem.as_bytes(), [a, b, c, b'0'..=b'9'] if matches!(&[*a, *b, *c].map(|x| x.to_ascii_uppercase()), b"COM" | b"LPT"));
    format!("{}{stem}.{ending}", if device { "_" } else { "" })
}

/// An order that was replaced goes with its revision: two of them in one folder never bear one name.
pub fn order_file_no(no: &str, replaced: Option<u32>) -> String {
    replaced.map_or_else(|| no.to_owned(), |revision| format!("{no}-R{revision}"))
}

fn safe(text: &str, room: usize) -> String {
    let mut out = String::new();
    for c in text.trim().chars() {
        let kept = match c {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
            c if c.is_whitespace() => ' ',
            c if c.is_control() || crate::font::invisible(c) => continue,
            c => c,
        };
        if out.len() + kept.len_utf8() > room {
            break;
        }
        if kept != ' ' || !out.ends_with(' ') {
            out.push(kept);
        }
    }
    // A trailing dot or space is lost on Windows, a leading dot hides the file elsewhere.
    out.trim_matches(['.', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(2026, 11, 24)
    }

    #[test]
    fn g7_a_file_is_called_by_number_customer_and_day() {
        let name = file_name("GD-A7-2611-0032", "样例紫藤制药有限公司", day(), "pdf");
        assert_eq!(name, "GD-A7-2611-0032_样例紫藤制药有限公司_2026-11-24.pdf");
        assert_eq!(file_name("GD-A7-2611-0032", "", None, "pdf"), "GD-A7-2611-0032.pdf");
        assert_eq!(file_name("", "", None, "pdf"), "gongdan.pdf");
    }

    #[test]
    fn no_system_refuses_the_name() {
        assert_eq!(
            file_name("A1", "甲/乙\\丙:丁*?\"<>|\u{202E}\u{7}\n厂. ", None, "pdf"),
            "A1_甲-乙-丙-丁------ 厂.pdf"
        );
        assert_eq!(file_name("", "..", None, "pdf"), "gongdan.pdf");
        assert_eq!(file_name("con", "", None, "pdf"), "_con.pdf");
        assert_eq!(file_name("LPT1", "", None, "pdf"), "_LPT1.pdf");
        let long = file_name("GD-A7-2611-0032", &"很长的名字".repeat(60), day(), "pdf");
        assert!(long.len() < 200 && long.ends_with("_2026-11-24.pdf"), "{long}");
    }
}

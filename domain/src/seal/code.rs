//! The code on the paper: eighty bits of the seal's hash in letters that can be read out, and the text of the QR that carries them (G6).
//! Nobody guesses it; whoever has it holds the paper. One function makes the QR's text for device and server.

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a code: five bits each, eighty in all.
const LETTERS: usize = 16;
/// As many digits of the hash.
const DIGITS: usize = 20;

/// Sixteen characters in groups of four, Crockford's alphabet (no I, L, O, U): the first eighty bits of the hash.
pub fn verify_code(hash: &str) -> String {
    let bits = hash.get(..DIGITS).and_then(|h| u128::from_str_radix(h, 16).ok()).unwrap_or_default();
    let letter = |n: usize| char::from(ALPHABET[((bits >> (5 * (LETTERS - 1 - n))) & 31) as usize]);
    let letters: Vec<char> = (0..LETTERS).map(letter).collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// The beginning of the hash that a code names, however it was typed: I and L are read as 1, O as 0. `None`: no code.
pub fn coded_hash(code: &str) -> Option<String> {
    let mut bits: u128 = 0;
    let mut letters = 0;
    for c in code.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–' | '—' | '·')) {
        let c = match c.to_ascii_uppercase() {
            'I' | 'L' => '1',
            'O' => '0',
            c => c,
        };
        let value = ALPHABET.iter().position(|a| char::from(*a) == c)?;
        bits = (bits << 5) | value as u128;
        letters += 1;
        if letters > LETTERS {
            return None;
        }
    }
    (letters == LETTERS).then(|| format!("{bits:0DIGITS$x}"))
}

/// Where the proof of a sealed document is shown: `{address}/v/{code}`. `None`: the company has no public address.
pub fn verify_address(public_address: Option<&str>, hash: &str) -> Option<String> {
    let address = public_address.map(|a| a.trim().trim_end_matches('/')).filter(|a| !a.is_empty())?;
    Some(format!("{address}/v/{}", verify_code(hash)))
}

/// What the QR carries: the address of the proof, else number, code and hash for typing.
pub fn qr_text(public_address: Option<&str>, number: &str, hash: &str) -> String {
    verify_address(public_address, hash).unwrap_or_else(|| format!("gongdan:{number}?c={}&h={hash}", verify_code(hash)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "d3513c4b846e0afb9bda8c2e418fde1da8afd5168dac5351ddcb3589d57ea49f";

    #[test]
    fn g6_a_code_is_eighty_bits_of_the_hash_and_leads_back_to_it() {
        let code = verify_code(HASH);
        assert_eq!(code, "TD8K-RJW4-DR5F-Q6YT");
        assert_eq!(coded_hash(&code).as_deref(), Some(&HASH[..20]));
        assert_eq!(coded_hash("td8k rjw4 dr5f q6yt").as_deref(), Some(&HASH[..20]), "as a person types it");
        assert_eq!(coded_hash("0OOO-1ILl-0000-0000"), coded_hash("0000-1111-0000-0000"), "what looks alike is alike");
    }

    #[test]
    fn g6_what_is_no_code_is_none() {
        for text in ["", "TD8K", "TD8K-RJW4-DR5F-Q6Y", "TD8K-RJW4-DR5F-Q6YTT", "TD8K-RJW4-DR5F-Q6YU", "…"] {
            assert_eq!(coded_hash(text), None, "{text}");
        }
        assert_eq!(verify_code("x"), "0000-0000-0000-0000");
    }

    #[test]
    fn g6_the_qr_leads_to_the_company_or_carries_code_and_hash() {
        let at = qr_text(Some("https://example.test/ "), "GD-A7-2611-0032", HASH);
        assert_eq!(at, "https://example.test/v/TD8K-RJW4-DR5F-Q6YT");
        for none in [None, Some(""), Some("  ")] {
            let text = qr_text(none, "GD-A7-2611-0032", HASH);
            assert_eq!(text, format!("gongdan:GD-A7-2611-0032?c=TD8K-RJW4-DR5F-Q6YT&h={HASH}"));
        }
    }
}

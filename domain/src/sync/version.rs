//! Versions of the app, as they are compared: numbers between dots, what follows a hyphen is left out.

/// Whether `own` is older than `wanted`. A version that cannot be read is older than none: nobody is shut out for a strange name.
pub fn older(own: &str, wanted: &str) -> bool {
    match (numbers(own), numbers(wanted)) {
        (Some(own), Some(wanted)) => own < wanted,
        _ => false,
    }
}

fn numbers(version: &str) -> Option<[u64; 3]> {
    let mut parts = version.split(['-', '+']).next()?.split('.').map(str::parse);
    let mut next = || parts.next().transpose().ok().map(Option::unwrap_or_default);
    let numbers: [u64; 3] = [next()?, next()?, next()?];
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::older;

    #[test]
    fn old_app_lives_and_is_told_when_it_is_too_old() {
        assert!(older("0.1.0", "0.2.0") && older("0.9.9", "0.10.0") && older("1.2", "1.2.1"));
        assert!(!older("0.2.0", "0.2.0") && !older("1.0.0", "0.9.9") && !older("0.2.0-beta", "0.2.0"));
        assert!(!older("test", "9.0.0"), "a strange name is nobody's fault");
    }
}

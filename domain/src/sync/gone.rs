//! Numbers of changes that a device cannot send any more: in order, joined where they touch, found quickly however many a request names.
//! Refuses ranges that no device can mean, before anything is given up for them.

use super::wire::ExchangeRequest;

/// The last number that every database can hold.
const LAST: u64 = i64::MAX as u64;

/// The field of the request that names what no device can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Impossible(pub &'static str);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone(Vec<(u64, u64)>);

impl Gone {
    /// As a request names them; an older app says it by the oldest number that it holds.
    pub fn of(request: &ExchangeRequest) -> Result<Self, Impossible> {
        if request.oldest_held > LAST {
            return Err(Impossible("oldest_held"));
        }
        if request.missing.is_empty() && request.oldest_held > 1 {
            return Ok(Self(vec![(1, request.oldest_held - 1)]));
        }
        if request.missing.iter().any(|(from, to)| to < from || *to > LAST) {
            return Err(Impossible("missing"));
        }
        let mut ranges = request.missing.clone();
        ranges.sort_unstable();
        let mut joined = Vec::<(u64, u64)>::new();
        for (from, to) in ranges {
            match joined.last_mut() {
                Some(last) if from <= last.1 + 1 => last.1 = last.1.max(to),
                _ => joined.push((from, to)),
            }
        }
        Ok(Self(joined))
    }

    /// The last number of the range that this one lies in.
    pub fn through(&self, number: u64) -> Option<u64> {
        let after = self.0.partition_point(|(from, _)| *from <= number);
        let (_, to) = self.0.get(after.checked_sub(1)?)?;
        (number <= *to).then_some(*to)
    }
}

#[cfg(test)]
mod tests {
    use super::Gone;

    #[test]
    fn l2_a_number_is_found_in_the_range_that_holds_it_and_in_no_other() {
        let gone = Gone(vec![(1, 4), (7, 7), (9, 12)]);
        let through: Vec<_> = [0, 1, 4, 5, 6, 7, 8, 9, 12, 13].map(|n| gone.through(n)).into();
        let (four, twelve) = (Some(4), Some(12));
        assert_eq!(through, [None, four, four, None, None, Some(7), None, twelve, twelve, None]);
        assert_eq!(Gone(Vec::new()).through(1), None);
    }
}

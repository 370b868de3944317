//! How far a device has been told, as one short text in place of a cursor for every scope: a person with ten thousand jobs has ten
//! thousand scopes, and mostly all of them stand at the same position. It holds for one set of scopes only, and refuses to guess
//! about another: then the device is asked for its cursors.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use gongdan_domain::sync::change::Scope;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Beyond, a text would be no shorter than the cursors it stands for.
const SPANS: usize = 64;

/// `spans`: up to and including this scope of the order, everything is told up to this position; after the last one, nothing is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cover {
    pub epoch: String,
    /// Of the commit that holds the highest position: it proves all before it.
    pub nonce: String,
    scopes: String,
    spans: Vec<(Scope, u64)>,
}

/// What everybody needs before any job, then the newest jobs first.
pub fn in_order(scopes: &mut [Scope]) {
    let rank = |scope: &Scope| match scope {
        Scope::Company => 0,
        Scope::Person(_) => 1,
        Scope::Team(_) => 2,
        Scope::Job(_) => 3,
        Scope::Other(_) => 4,
    };
    scopes.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| b.cmp(a)));
}

fn digest(order: &[Scope]) -> String {
    let mut hash = Sha256::new();
    for scope in order {
        hash.update(scope.to_string());
        hash.update("\n");
    }
    B64.encode(hash.finalize())
}

impl Cover {
    /// `told`: for each scope of the order up to where everything is told. `None` where that is no shorter than cursors.
    pub fn of(order: &[Scope], told: &[Option<u64>]) -> Option<Self> {
        let mut spans: Vec<(Scope, u64)> = Vec::new();
        for (scope, position) in order.iter().zip(told).map_while(|(scope, position)| Some((scope, (*position)?))) {
            match spans.last_mut() {
                Some(last) if last.1 == position => last.0 = scope.clone(),
                _ => spans.push((scope.clone(), position)),
            }
        }
        // Scopes told behind one that was not: only cursors can say that.
        let expressed = told.iter().take_while(|position| position.is_some()).count();
        if spans.is_empty() || spans.len() > SPANS || told.iter().skip(expressed).any(Option::is_some) {
            return None;
        }
        Some(Self { epoch: String::new(), nonce: String::new(), scopes: digest(order), spans })
    }

    /// The history in which it holds.
    pub fn in_history(self, epoch: &str, nonce: String) -> Self {
        Self { epoch: epoch.to_owned(), nonce, ..self }
    }

    pub fn text(&self) -> serde_json::Result<String> {
        Ok(B64.encode(serde_json::to_vec(self)?))
    }

    pub fn read(text: &str) -> Option<Self> {
        let cover: Self = serde_json::from_slice(&B64.decode(text).ok()?).ok()?;
        (!cover.spans.is_empty() && cover.spans.len() <= SPANS).then_some(cover)
    }

    /// The highest position in it.
    pub fn top(&self) -> u64 {
        self.spans.iter().map(|(_, position)| *position).max().unwrap_or(0)
    }

    /// For each scope of the order up to where everything was told. `None`: it speaks of other scopes.
    pub fn told(&self, order: &[Scope]) -> Option<Vec<Option<u64>>> {
        if self.scopes != digest(order) {
            return None;
        }
        let mut spans = self.spans.iter();
        let mut span = spans.next();
        let mut told = Vec::with_capacity(order.len());
        for scope in order {
            told.push(span.map(|(_, position)| *position));
            if span.is_some_and(|(last, _)| last == scope) {
                span = spans.next();
            }
        }
        // A span whose scope is not where it belongs was made by nobody here.
        (span.is_none() && spans.next().is_none()).then_some(told)
    }
}

#[cfg(test)]
mod tests {
    use gongdan_domain::id::{JobId, PersonId};
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn order(jobs: usize) -> Vec<Scope> {
        let mut scopes: Vec<Scope> = (0..jobs).map(|_| Scope::Job(JobId(Uuid::now_v7()))).collect();
        scopes.extend([Scope::Company, Scope::Person(PersonId(Uuid::now_v7()))]);
        in_order(&mut scopes);
        scopes
    }

    #[test]
    fn what_everybody_needs_comes_first_then_the_newest_jobs() {
        let order = order(3);
        assert!(
            matches!(order[..], [Scope::Company, Scope::Person(_), Scope::Job(a), Scope::Job(b), Scope::Job(c)] if a > b && b > c)
        );
    }

    #[test]
    fn ten_thousand_jobs_are_a_few_hundred_bytes() {
        let order = order(10_000);
        let mut told = vec![Some(700_000); order.len()];
        told[4_000] = Some(12);
        told[4_001..].fill(None);
        let cover = Cover::of(&order, &told).expect("a cover").in_history("an-epoch", "a-nonce".to_owned());
        let text = cover.text().expect("a text");
        assert!(text.len() < 500, "{} bytes", text.len());
        assert_eq!(Cover::read(&text).expect("read").told(&order).expect("the same scopes"), told);
        assert_eq!(cover.top(), 700_000, "the commit of the highest position proves the others");
    }

    #[test]
    fn scope_is_tight_it_says_nothing_about_other_scopes() {
        let mut order = order(3);
        let cover = Cover::of(&order, &[Some(7); 5]).expect("a cover");
        order.pop();
        assert_eq!(cover.told(&order), None, "one scope less");
        order.push(Scope::Job(JobId(Uuid::now_v7())));
        assert_eq!(cover.told(&order), None, "another one");
    }

    #[test]
    fn spans_that_nobody_here_made_are_not_taken() {
        let order = order(2);
        let mut cover = Cover::of(&order, &[Some(1), Some(2), None, None]).expect("a cover");
        cover.spans.swap(0, 1);
        assert_eq!(cover.told(&order), None);
    }

    proptest! {
        /// Whatever was told, the text either says exactly that or there is none.
        #[test]
        fn converges_a_cover_says_exactly_what_was_told(told in prop::collection::vec(prop::option::weighted(0.8, 0u64..4), 2..40)) {
            let order = order(told.len() - 2);
            let whole = told.iter().skip_while(|p| p.is_some()).all(Option::is_none) && told[0].is_some();
            match Cover::of(&order, &told) {
                Some(cover) => {
                    let read = Cover::read(&cover.text().expect("a text")).expect("read");
                    prop_assert_eq!(read.told(&order).expect("the same scopes"), told);
                }
                None => prop_assert!(!whole),
            }
        }
    }
}

//! What does not fit about a signed visit (H4), from its sealed order and its facts: times, places, clocks, photos, opinions, prices.
//! It states facts with their evidence in plain numbers; it refuses to conclude anything from them, and it never speaks of other orders.

use std::collections::BTreeSet;

use chrono::Duration;
use serde_json::{Value, json};

use crate::fact::{FactBody, PhotoKind, Position, Rating};
use crate::finding::FindingCode;
use crate::id::{FactId, VisitId};
use crate::sync::change::Fact;
use crate::time::{Instant, Stamp};
use crate::work_order::{OrderDocument, Signing};

/// Two clocks of one visit may differ by so much before it stands out.
const SLACK_MS: i64 = 2 * 60 * 1000;
/// Nearer than this, beyond what both positions may be off, is on site: factories are large.
const ON_SITE_M: f64 = 500.0;
/// A jump of the clock concerns the signature when it lies within this way of it, by the clock that cannot be set.
const AROUND_MS: i64 = 60 * 60 * 1000;

/// One thing that stands out.
#[derive(Debug, Clone, PartialEq)]
pub struct Oddity {
    pub code: FindingCode,
    /// The fact it hangs on; the order as a whole where there is none.
    pub fact: Option<FactId>,
    pub details: Value,
}

/// The fact that a document was sealed or signed by: the very one by its hash, else the one of the same order and revision.
pub fn sealing<'a>(order: &OrderDocument, hash: &str, facts: &'a [Fact]) -> Option<&'a Fact> {
    let of_order = |fact: &'a Fact| match FactBody::of(fact) {
        Some(FactBody::OrderSealed { order: of, revision, hash, .. }) if of == order.order_id => {
            Some((fact, revision, hash))
        }
        _ => None,
    };
    let sealed: Vec<(&Fact, u32, String)> = facts.iter().filter_map(of_order).collect();
    let very = sealed.iter().find(|(_, _, sealed)| sealed == hash);
    very.or(sealed.iter().find(|(_, revision, _)| *revision == order.revision)).map(|(fact, _, _)| *fact)
}

/// Everything that stands out about a signature that was made later over a sealed order, from the unretracted facts of its job. `hash`: of the
/// sealed attestation. To come again for it is no fault: signed during any visit of the job is signed on site.
pub fn attested_oddities(order: &OrderDocument, hash: &str, facts: &[Fact]) -> Vec<Oddity> {
    let signing = facts.iter().find(
        |fact| matches!(FactBody::of(fact), Some(FactBody::OrderAttested { hash: attested, .. }) if attested == hash),
    );
    let Some(signing) = signing else { return Vec::new() };
    let visits: BTreeSet<VisitId> = facts.iter().filter_map(|fact| fact.visit).collect();
    let at = |visit: VisitId| Visit::of(visit, facts, Some(signing));
    let within = visits.into_iter().map(at).find(|visit| visit.signed_outside(None).is_none());
    let visit = match &within {
        Some(visit) => visit,
        None => &at(order.visit_id),
    };
    let mut found: Vec<Oddity> = visit.signed_outside(None).into_iter().collect();
    found.extend(visit.signed_elsewhere());
    found.extend(visit.clock_jumps());
    found
}

/// Everything that stands out about a sealed order, from the unretracted facts of its job. `hash`: of its seal.
pub fn oddities(order: &OrderDocument, hash: &str, facts: &[Fact]) -> Vec<Oddity> {
    let visit = Visit::of(order.visit_id, facts, sealing(order, hash, facts));
    let mut found = Vec::new();
    if let Some(Signing::Signed { at, .. }) = order.signing {
        found.extend(visit.signed_outside(Some(at)));
        found.extend(visit.signed_elsewhere());
        found.extend(visit.clock_jumps());
    }
    found.extend(visit.old_photos());
    found.extend(visit.rating_begun_anew(order));
    found.extend(satisfied_unsigned(order));
    found.extend(price_after_work(order));
    found
}

struct Visit<'a> {
    facts: Vec<(&'a Fact, FactBody)>,
    sealing: Option<&'a Fact>,
    /// First on site.
    came: Option<&'a Fact>,
    /// Last check-out.
    left: Option<&'a Fact>,
}

impl<'a> Visit<'a> {
    fn of(visit: VisitId, facts: &'a [Fact], sealing: Option<&'a Fact>) -> Self {
        let mut facts: Vec<(&Fact, FactBody)> = facts
            .iter()
            .filter(|fact| fact.visit == Some(visit))
            .filter_map(|fact| Some((fact, FactBody::of(fact)?)))
            .collect();
        facts.sort_by_key(|(fact, _)| (fact.at.corrected(), fact.id));
        let first = |wanted: fn(&FactBody) -> bool| facts.iter().find(|(_, body)| wanted(body)).map(|(fact, _)| *fact);
        let came = first(|body| matches!(body, FactBody::CheckedIn { .. }))
            .or(first(|body| matches!(body, FactBody::Arrived { .. })));
        let left =
            facts.iter().rev().find(|(_, body)| matches!(body, FactBody::CheckedOut { .. })).map(|(fact, _)| *fact);
        Self { sealing, came, left, facts }
    }

    fn signed_outside(&self, said: Option<Instant>) -> Option<Oddity> {
        // The seal's own fact carries the whole clock; the order's text only a time.
        let signed = self.sealing.map(|fact| fact.at.clone()).or(said.map(Stamp::trusted))?;
        let at = signed.corrected();
        let early = self.came.is_some_and(|came| minutes_after(&came.at, &signed) > 0);
        let late = self.left.is_some_and(|left| minutes_after(&signed, &left.at) > 0);
        if !(early || late || self.came.is_none()) {
            return None;
        }
        let time = |fact: Option<&Fact>| fact.map(|fact| fact.at.corrected());
        let minutes = match (self.came, self.left) {
            (Some(came), _) if early => Some((came.at.corrected() - at).num_minutes()),
            (_, Some(left)) if late => Some((at - left.at.corrected()).num_minutes()),
            _ => None,
        };
        let details = json!({
            "signed_at": at, "checked_in_at": time(self.came), "checked_out_at": time(self.left), "minutes": minutes,
            "which": if early { "before" } else if late { "after" } else { "never_checked_in" },
        });
        Some(Oddity { code: FindingCode::SignedOutsideVisit, fact: self.sealing.map(|fact| fact.id), details })
    }

    /// Only where the device knew both places.
    fn signed_elsewhere(&self) -> Option<Oddity> {
        let (signing, came) = (self.sealing?, self.came?);
        let (there, site) = (place(signing)?, place(came)?);
        let (there, site) = (Spot::of(&there)?, Spot::of(&site)?);
        let metres = there.metres_to(&site);
        let off = there.accuracy_m + site.accuracy_m;
        if metres <= ON_SITE_M + off {
            return None;
        }
        let details =
            json!({ "metres": metres.round() as i64, "accuracy_m": off.round() as i64, "allowed_m": ON_SITE_M as i64 });
        Some(Oddity { code: FindingCode::SignedElsewhere, fact: Some(signing.id), details })
    }

    /// Between two neighbours of one boot the wall clock must go as far as the boot clock, which nobody can set.
    fn clock_jumps(&self) -> Option<Oddity> {
        let sealing = self.sealing?;
        let (boot, sealed_ms) = (sealing.at.boot.as_ref()?, sealing.at.boot_ms?);
        let mut stamps: Vec<(i64, &Fact)> = self
            .facts
            .iter()
            .filter(|(fact, _)| fact.at.boot.as_ref() == Some(boot))
            .filter_map(|(fact, _)| Some((fact.at.boot_ms?, *fact)))
            .filter(|(ms, _)| ms.abs_diff(sealed_ms) <= AROUND_MS.unsigned_abs())
            .collect();
        stamps.sort_by_key(|(ms, fact)| (*ms, fact.id));
        let jump = |two: &[(i64, &Fact)]| {
            let went = two[1].0.saturating_sub(two[0].0);
            ((two[1].1.at.wall - two[0].1.at.wall).num_milliseconds()).saturating_sub(went)
        };
        let widest = stamps.windows(2).max_by_key(|two| jump(two).abs())?;
        let jumped = jump(widest);
        if jumped.abs() <= SLACK_MS {
            return None;
        }
        let details = json!({
            "jump_minutes": jumped / 60_000,
            "wall_before": widest[0].1.at.wall, "wall_after": widest[1].1.at.wall,
            "really_minutes": (widest[1].0 - widest[0].0) / 60_000,
        });
        Some(Oddity { code: FindingCode::ClockJumped, fact: Some(sealing.id), details })
    }

    /// G2: confirmed, begun anew, and sealed otherwise. Whoever holds the tablet can tap it: what was said first is shown beside it.
    fn rating_begun_anew(&self, order: &OrderDocument) -> Option<Oddity> {
        let sealed = order.rating.as_ref()?;
        let mut said: Option<(&Fact, Rating, Rating, &str)> = None;
        for (fact, body) in &self.facts {
            match body {
                FactBody::RatingGiven { revision, quality, attitude, opinion, .. } if *revision == order.revision => {
                    said = Some((*fact, *quality, *attitude, opinion));
                }
                FactBody::RatingReopened { revision, .. } if *revision == order.revision => {
                    // The first that did not stay: what was said before anybody began anew.
                    let Some((given, quality, attitude, opinion)) = said.take() else { continue };
                    if (quality, attitude, opinion) == (sealed.quality, sealed.attitude, sealed.opinion.as_str()) {
                        continue;
                    }
                    let details = json!({
                        "confirmed_quality": quality, "confirmed_attitude": attitude, "confirmed_opinion": opinion,
                        "confirmed_at": given.at.corrected(), "reopened_at": fact.at.corrected(), "reopened_by": fact.by,
                        "quality": sealed.quality, "attitude": sealed.attitude, "opinion": sealed.opinion,
                    });
                    return Some(Oddity { code: FindingCode::RatingAltered, fact: Some(fact.id), details });
                }
                _ => {}
            }
        }
        None
    }

    fn old_photos(&self) -> Vec<Oddity> {
        let arrived =
            self.facts.iter().find(|(_, body)| matches!(body, FactBody::Arrived { .. })).map(|(fact, _)| *fact);
        let Some(came) = arrived.or(self.came) else { return Vec::new() };
        let of_work = |body: &FactBody| {
            matches!(body, FactBody::PhotoTaken { photo: PhotoKind::Before | PhotoKind::Fault | PhotoKind::After, .. })
        };
        let photos = self.facts.iter().filter(|(_, body)| of_work(body));
        photos
            .filter_map(|(fact, _)| {
                // The camera's own time where the app passed it on; else when the app took it in.
                let camera = fact.body["taken_at"].as_str().and_then(|text| text.parse::<Instant>().ok());
                let taken = camera.map_or_else(|| fact.at.clone(), Stamp::trusted);
                let minutes = minutes_after(&came.at, &taken);
                (minutes > 0).then(|| Oddity {
                    code: FindingCode::PhotoOlderThanVisit,
                    fact: Some(fact.id),
                    details: json!({
                        "photo": fact.files.first().map(|file| file.hash.clone()),
                        "taken_at": taken.corrected(), "arrived_at": came.at.corrected(), "minutes": minutes,
                        "by_camera": camera.is_some(),
                    }),
                })
            })
            .collect()
    }
}

/// By how many minutes `earlier`, which should come first, lies after `later`; 0 within what both clocks may be off.
fn minutes_after(earlier: &Stamp, later: &Stamp) -> i64 {
    let off = earlier.uncertainty_ms.unwrap_or(0).saturating_add(later.uncertainty_ms.unwrap_or(0));
    let slack = Duration::try_milliseconds(off.max(0).saturating_add(SLACK_MS)).unwrap_or(Duration::MAX);
    let after = earlier.corrected() - later.corrected();
    if after > slack { after.num_minutes().max(1) } else { 0 }
}

/// Where a fact was stated, if its device knew: the body's position, also of kinds whose meaning has none yet.
fn place(fact: &Fact) -> Option<Position> {
    serde_json::from_value(fact.body["position"].clone()).ok()
}

/// A position as numbers.
struct Spot {
    lat: f64,
    lon: f64,
    accuracy_m: f64,
}

impl Spot {
    fn of(position: &Position) -> Option<Self> {
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|n| n.is_finite());
        let (lat, lon) = (number(&position.lat)?, number(&position.lon)?);
        (lat.abs() <= 90.0 && lon.abs() <= 180.0).then_some(Self {
            lat,
            lon,
            accuracy_m: number(&position.accuracy_m).unwrap_or(0.0).max(0.0),
        })
    }

    /// Over a round earth: good to half a percent.
    fn metres_to(&self, other: &Spot) -> f64 {
        let (a, b) = (self.lat.to_radians(), other.lat.to_radians());
        let (d_lat, d_lon) = ((b - a) / 2.0, (other.lon - self.lon).to_radians() / 2.0);
        let h = d_lat.sin().powi(2) + a.cos() * b.cos() * d_lon.sin().powi(2);
        2.0 * 6_371_000.0 * h.sqrt().min(1.0).asin()
    }
}

/// A good opinion that no customer put his name to.
fn satisfied_unsigned(order: &OrderDocument) -> Option<Oddity> {
    let rating = order.rating.as_ref()?;
    let good = |rating: Rating| matches!(rating, Rating::VerySatisfied | Rating::Satisfied);
    if !good(rating.quality) && !good(rating.attitude) {
        return None;
    }
    let choice = match order.signing.as_ref()? {
        Signing::Signed { .. } => return None,
        Signing::Declined { .. } => "declined",
        Signing::Absent { .. } => "absent",
        Signing::Later { .. } => "later",
    };
    let details = json!({ "quality": rating.quality, "attitude": rating.attitude, "choice": choice });
    Some(Oddity { code: FindingCode::SatisfiedUnsigned, fact: None, details })
}

/// E3: a charge whose schedule the customer saw only after the work had begun, or never. Never needs no beginning.
fn price_after_work(order: &OrderDocument) -> Option<Oddity> {
    let started = order.times.started;
    let late = order.fees_shown_at.is_none_or(|shown| started.is_some_and(|started| shown > started));
    (order.fees.total_fen.0 > 0 && late).then(|| Oddity {
        code: FindingCode::PriceNotShownBefore,
        fact: None,
        details: json!({ "shown_at": order.fees_shown_at, "started_at": started, "total_fen": order.fees.total_fen.0 }),
    })
}

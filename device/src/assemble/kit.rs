//! The kit of a job (C1, C2): what of job, machine, analysis and crew decides the list, and since when it is complete.

use std::collections::BTreeSet;

use chrono::Datelike as _;
use gongdan_domain::catalogue::{CategoryCharging, Drive, MachineType, PartCatalogue, Words};
use gongdan_domain::entity::{Fields, job as job_field, kind, machine as machine_field, person};
use gongdan_domain::fact::TickList;
use gongdan_domain::kit::{KitContext, KitIncomplete, KitList, KitLoaner, KitReady, KitRelease, ReleasedBy, kit_list};
use gongdan_domain::money::Qty;
use gongdan_domain::time::Instant;
use gongdan_domain::visit::{PartPick, VisitState};
use gongdan_domain::warranty::WarrantyStatus;
use gongdan_domain::work_order::words::service_kind_of;

use super::Case;
use super::fees::charging;
use crate::error::Result;
use crate::store::Reader;
use crate::view::job::KitView;

pub struct KitCheck {
    pub list: KitList,
    pub ready: std::result::Result<KitReady, KitIncomplete>,
    /// When the last mandatory item was ticked, if nothing is missing.
    pub ready_at: Option<Instant>,
}

impl KitCheck {
    pub fn of(case: &Case) -> Self {
        let list = match &case.references.kit {
            Some(template) => kit_list(template, &context(case)),
            // Without a template there is no proof of completeness.
            None => KitList { template_version: String::new(), lines: Vec::new() },
        };
        let state = &case.state;
        let ticks = state.ticks.get(&TickList::Kit);
        let ticked: BTreeSet<String> = ticks.into_iter().flat_map(|t| t.keys().cloned()).collect();
        let release = |(code, reason): (&String, &String)| KitRelease {
            code: code.clone(),
            by: ReleasedBy::Technician,
            reason: reason.clone(),
        };
        let releases: Vec<KitRelease> = state.kit_released.iter().map(release).collect();
        let ready = list.ready(&ticked, &releases);
        let mandatory = list.lines.iter().filter(|l| l.mandatory || l.is_rag());
        let last = mandatory.filter_map(|l| Some(ticks?.get(&l.code)?.at)).max();
        Self { ready_at: last.filter(|_| ready.is_ok()), list, ready }
    }

    pub fn missing(&self) -> Vec<String> {
        self.ready.as_ref().err().map(|e| e.missing.iter().map(|l| l.code.clone()).collect()).unwrap_or_default()
    }

    pub fn view(self, case: &Case) -> KitView {
        KitView {
            groups: case.references.kit.as_ref().map(|t| t.groups.clone()).unwrap_or_default(),
            missing: self.missing(),
            version: self.list.template_version,
            lines: self.list.lines,
            ready_at: self.ready_at.map(|at| at.to_rfc3339()),
        }
    }
}

fn context(case: &Case) -> KitContext {
    let (state, machine) = (&case.state, &case.machine);
    let analysis = state.analysis.as_ref();
    let charging = charging(case.references.categories.as_deref(), case.fields.text(job_field::CATEGORY));
    let covered = case.warranty().judgement.status == WarrantyStatus::InWarranty;
    let base = KitContext {
        job: case.job.to_string(),
        machine_type: MachineType::named(machine.text(machine_field::MACHINE_TYPE)),
        drive: Drive::named(machine.text(machine_field::DRIVE)),
        service_kind: service_kind_of(case.fields.text(job_field::SERVICE_KIND)),
        loaner: case.loaner.clone(),
        take_back: analysis.and_then(|a| a.triage.as_ref()).is_some_and(|t| t.workshop),
        chargeable: match charging {
            CategoryCharging::Chargeable => true,
            CategoryCharging::FreeCostTracked => false,
            CategoryCharging::ByContract | CategoryCharging::Warranty => !covered,
        },
        certificates: case.people.values().flat_map(certificates).collect(),
        month: Some(case.date(case.expected_at().unwrap_or(case.now)).month()),
        ..KitContext::default()
    };
    let catalogue = case.references.catalogue();
    let picks = analysis.map(|a| a.parts.as_slice()).unwrap_or_default();
    let with_parts = picks.iter().fold(base, |context, pick| context.with_part(&catalogue, &pick.code, pieces(pick)));
    let Some(knowledge) = &case.references.knowledge else { return with_parts };
    let suspected: BTreeSet<&str> =
        analysis.into_iter().flat_map(|a| &a.causes).filter_map(|c| c.fault.as_deref()).collect();
    suspected.into_iter().fold(with_parts, |context, fault| context.with_fault(knowledge, fault))
}

/// Whole pieces to pack: half a barrel is one barrel.
fn pieces(pick: &PartPick) -> u32 {
    let thousandths = pick.quantity.parse::<Qty>().unwrap_or(Qty::ONE).0.max(1);
    u32::try_from((thousandths + 999) / 1000).unwrap_or(1)
}

/// What the kit's conditions call the qualifications that are on the work ID.
fn certificates(person: &Fields) -> Vec<String> {
    const KNOWN: [(&str, &str); 4] =
        [("电工", "electrical"), ("制冷", "refrigeration"), ("高处", "height"), ("焊", "hot_work")];
    let qualifications: Vec<String> = person.read(person::QUALIFICATIONS).unwrap_or_default();
    let held = |word: &str| qualifications.iter().any(|q| q.contains(word));
    KNOWN.iter().filter(|(word, _)| held(word)).map(|(_, tag)| (*tag).to_owned()).collect()
}

/// A5: the loaner that the triage chose, by id or asset number.
pub fn loaner(r: &Reader, state: &VisitState) -> Result<Option<KitLoaner>> {
    let triage = state.analysis.as_ref().and_then(|a| a.triage.as_ref());
    let Some(wanted) = triage.and_then(|t| t.loaner.as_deref()).map(str::trim).filter(|w| !w.is_empty()) else {
        return Ok(None);
    };
    let known = r.entities(kind::LOANER)?;
    let found = known.iter().find(|(id, fields)| id.to_string() == wanted || fields.text("code") == wanted);
    let Some((_, fields)) = found else {
        return Ok(Some(KitLoaner { code: wanted.to_owned(), words: Words::new(wanted, wanted) }));
    };
    let name = format!("{} {}", fields.text(machine_field::BRAND), fields.text(machine_field::MODEL)).trim().to_owned();
    let code = if fields.text("code").is_empty() { wanted } else { fields.text("code") };
    Ok(Some(KitLoaner {
        code: code.to_owned(), words: Words::new(format!("备用机 {name}"), format!("Loaner {name}"))
    }))
}

/// The words of parts by code, each once; an unknown code stands for itself.
pub fn part_words<'a>(
    catalogue: &PartCatalogue,
    codes: impl IntoIterator<Item = &'a str>,
) -> Vec<crate::view::job::PartWords> {
    let mut seen = BTreeSet::new();
    let codes = codes.into_iter().filter(|code| seen.insert(*code));
    codes
        .map(|code| match catalogue.part(code) {
            Some(part) => words_of(part),
            None => crate::view::job::PartWords {
                code: code.to_owned(),
                words: Words::new(code, code),
                unit: Words::default(),
                price_fen: 0,
            },
        })
        .collect()
}

pub fn words_of(part: &gongdan_domain::catalogue::PartItem) -> crate::view::job::PartWords {
    crate::view::job::PartWords {
        code: part.code.clone(),
        words: part.words.clone(),
        unit: part.unit.clone(),
        price_fen: part.price_fen.0,
    }
}

//! THE list of what the field app can ask its device: `name(Args) -> Reply`. It expands to the dispatcher and to the TypeScript map,
//! so a missing handler does not compile and both sides share one typed `call`. Handlers: load → ask a rule → save.
#![allow(clippy::result_large_err, reason = "a refusal crosses the door as it is")]

pub mod args;

mod agenda;
mod app;
pub(crate) mod camera;
mod document;
mod find;
mod job;
mod order;
mod paper;
mod photo;
mod record;
mod revision;
mod sync;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod typescript;

use gongdan_domain::problem::{Code, Problem};
use serde_json::Value;

use crate::device::Device;
use crate::view;

macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident($args:ty) -> $reply:ty = $handler:path;)*) => {
        /// The names, in the order of the list.
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];

        /// Runs one command. Blocking: call it off the interface's thread.
        pub fn call(device: &Device, name: &str, args: Value) -> Result<Value, Problem> {
            match name {
                $(stringify!($name) => {
                    let args: $args = serde_json::from_value(args)
                        .map_err(|e| Problem::with(Code::WrongType, serde_json::json!({ "why": e.to_string() })))?;
                    let reply: $reply = $handler(device, args).map_err(|e| device.problem(e))?;
                    serde_json::to_value(reply).map_err(|_| Problem::new(Code::Internal))
                })*
                _ => Err(Problem::with(Code::UnknownCommand, serde_json::json!({ "name": name }))),
            }
        }

        /// The typed map for the interface: name, arguments, reply.
        pub fn typescript_map() -> Vec<(&'static str, String, String)> {
            use ts_rs::TS as _;
            let config = ts_rs::Config::from_env();
            vec![$((stringify!($name), <$args>::name(&config), <$reply>::name(&config))),*]
        }
    };
}

commands! {
    // The app
    status(args::Nothing) -> view::app::AppStatus = app::status;
    enrol(args::Enrol) -> view::app::AppStatus = app::enrol;
    /// A device whose data was copied goes on under a new enrolment.
    enrol_again(args::EnrolAgain) -> view::app::AppStatus = app::enrol_again;
    unlock(args::Unlock) -> view::app::AppStatus = app::unlock;
    lock(args::Nothing) -> view::app::AppStatus = app::lock;
    /// A forgotten PIN: the company's code opens, once, and a new PIN is set.
    recover(args::Recover) -> view::app::AppStatus = app::recover;
    /// Puts a new database in the place of a damaged one.
    rebuild(args::Nothing) -> view::app::AppStatus = app::rebuild;
    read_rebuilt(args::Nothing) -> view::app::AppStatus = app::read_rebuilt;
    set_preference(args::Preference) -> view::app::AppStatus = app::set_preference;
    /// Half-written texts, kept on this device alone.
    drafts(args::Nothing) -> args::Drafts = app::drafts;
    keep_draft(args::KeepDraft) -> args::Nothing = app::keep_draft;
    /// G1: the technician's own strokes, for the papers that he seals with this device.
    own_signature(args::Nothing) -> args::OwnSignature = app::own_signature;
    keep_own_signature(args::OwnSignature) -> args::OwnSignature = app::keep_own_signature;
    // Today
    agenda(args::Day) -> view::agenda::Agenda = agenda::agenda;
    // One job
    open_job(args::OfJob) -> view::job::JobView = job::open;
    /// A6: a call taken on the road.
    register_job(args::RegisterJob) -> view::job::JobView = job::register;
    analyse(args::OfJob) -> view::job::AnalysisView = job::analyse;
    /// A2: the archive's value into the job, one tap.
    copy_from_archive(args::CopyFromArchive) -> view::job::JobView = job::copy_from_archive;
    /// Autosave of any field of a job, visit, customer or machine.
    write_field(args::WriteField) -> args::Written = record::write_field;
    /// One fact. Refused where the rules say so and the person on the spot can still do it right.
    record(args::Record) -> view::job::JobView = record::record;
    /// Several facts as one action (a kit compartment).
    record_all(args::RecordAll) -> view::job::JobView = record::record_all;
    retract(args::Retract) -> view::job::JobView = record::retract;
    /// C1: departs if the kit is ready; otherwise names what is missing.
    depart(args::OfJob) -> view::job::JobView = record::depart;
    /// A reading, judged: unusual ones are asked back, impossible ones refused with the range.
    take_reading(args::TakeReading) -> view::job::JobView = record::take_reading;
    // The order
    preview_order(args::OfJob) -> view::job::OrderPreview = order::preview;
    seal_order(args::SealOrder) -> view::job::JobView = order::seal;
    /// Which characters of what is typed at signing no font of the documents has; it never blocks.
    check_print(args::Typed) -> args::Unprintable = order::check_print;
    /// G2: by the customer, before he signs; nobody changes it afterwards but he himself.
    confirm_rating(args::ConfirmRating) -> view::job::JobView = order::confirm_rating;
    reopen_rating(args::OfJob) -> view::job::JobView = order::reopen_rating;
    /// G5: correcting a sealed order is its next revision.
    open_revision(args::OpenRevision) -> view::job::JobView = revision::open;
    give_up_revision(args::OfJob) -> view::job::JobView = revision::give_up;
    order_revisions(args::OfJob) -> view::revision::OrderRevisions = revision::list;
    /// G3: signed after the order was sealed, over its hash.
    attest_order(args::AttestOrder) -> view::job::JobView = revision::attest;
    /// The number that was shown leads to no order and stays as void.
    void_number(args::VoidNumber) -> view::job::JobView = order::void_number;
    /// Writes the PDF into the app's folder and answers its path for the system's viewer.
    save_order_pdf(args::OrderPdf) -> args::SavedFile = order::save_pdf;
    // Other papers of a visit
    /// What the forms begin with, filled from what was entered.
    propose_papers(args::OfJob) -> view::paper::PaperProposals = paper::propose;
    /// The paper as the customer reads it; its number is drawn when it is whole.
    preview_paper(args::DraftPaper) -> view::paper::PaperPreview = paper::preview;
    seal_paper(args::SealPaper) -> view::job::JobView = paper::seal;
    void_receipt(args::VoidReceipt) -> view::job::JobView = paper::void;
    /// Writes any document of the visit as PDF and answers its path.
    save_document(args::SaveDocument) -> args::SavedFile = document::save;
    // Finding
    search(args::Search) -> view::find::SearchView = find::search;
    open_customer(args::OfCustomer) -> view::find::CustomerView = find::customer;
    fee_schedule(args::Nothing) -> view::find::FeeScheduleView = find::fee_schedule;
    open_fault(args::OfFault) -> view::find::KnowledgeView = find::fault;
    // Sync
    sync_list(args::Nothing) -> view::sync::SyncList = sync::list;
    sync_now(args::Nothing) -> view::sync::SyncSentence = sync::now;
    settle(args::Settle) -> view::sync::SyncList = sync::settle;
    /// The person has read why a change was refused: it stays in the list and asks for nothing any more.
    read_refused(args::OfRefused) -> view::sync::SyncList = sync::read_refused;
    /// A photo that this device cannot read any more is given up with a reason (invariant `blob_whole`).
    declare_lost(args::DeclareLost) -> view::sync::SyncList = sync::declare_lost;
    /// What the office has not got yet, as a file for the office alone; answers where it lies.
    export_work(args::Nothing) -> args::SavedFile = sync::export;
}

/// The raw lane up: `photo` (`args::TakePhoto`) answers the job, `work` takes a colleague's file along and answers the sync list.
pub fn upload(device: &Device, kind: &str, args: Value, bytes: &[u8]) -> Result<Value, Problem> {
    match kind {
        "photo" => upload_photo(device, args, bytes),
        "work" => {
            let reply = sync::carry(device, bytes).map_err(|e| device.problem(e))?;
            serde_json::to_value(reply).map_err(|_| Problem::new(Code::Internal))
        }
        _ => Err(Problem::with(Code::UnknownCommand, serde_json::json!({ "name": kind }))),
    }
}

/// A photo as it came from the camera. Answers the job.
pub fn upload_photo(device: &Device, args: Value, bytes: &[u8]) -> Result<Value, Problem> {
    let args: args::TakePhoto = serde_json::from_value(args).map_err(|_| Problem::new(Code::WrongType))?;
    let reply = photo::take(device, args, bytes).map_err(|e| device.problem(e))?;
    serde_json::to_value(reply).map_err(|_| Problem::new(Code::Internal))
}

/// The raw lane down: `photo` (`args::PhotoBytes`), `order_pdf` (`args::OrderPdf`) or `document_pdf` (`args::OfDocument`).
pub fn download(device: &Device, name: &str, args: Value) -> Result<Vec<u8>, Problem> {
    let wrong = |_| Problem::new(Code::WrongType);
    match name {
        "photo" => photo::bytes(device, serde_json::from_value(args).map_err(wrong)?).map_err(|e| device.problem(e)),
        "order_pdf" => order::pdf(device, serde_json::from_value(args).map_err(wrong)?).map_err(|e| device.problem(e)),
        "document_pdf" => {
            let wish = serde_json::from_value(args).map_err(wrong)?;
            document::pdf(device, &wish).map(|(_, bytes)| bytes).map_err(|e| device.problem(e))
        }
        _ => Err(Problem::with(Code::UnknownCommand, serde_json::json!({ "name": name }))),
    }
}

//! THE list of what the console can ask: `name(Args) -> Reply` behind the one door it needs. It expands to the dispatcher and to
//! the TypeScript map, so a missing handler does not compile and both sides share one typed `call`. Handlers: load → ask a rule → save.

pub mod act;
pub mod args;
mod audit;
pub mod bundle;
mod callback;
mod company;
mod conflict;
pub mod context;
mod customer;
mod device;
pub mod door;
pub mod download;
pub mod finding;
mod home;
mod job;
mod load;
mod mail;
mod number;
mod order;
pub mod paper;
mod people;
pub mod recovery;
mod reference;
mod register;
pub mod session;
mod template;
mod veil;
pub mod view;

use std::collections::BTreeMap;

use gongdan_domain::permission::Permission;
use gongdan_domain::problem::{Code, Problem};
use serde_json::{Value, json};
use ts_rs::TS;

pub use self::order::declared_lost;

use self::args as a;
use self::context::Context;
use self::view as v;
use crate::error::Result;
use crate::openapi;

/// Who may call a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Before signing in.
    Open,
    /// Anyone who is signed in.
    SignedIn,
    /// Roles with this permission.
    Needs(Permission),
}

/// A command from outside: who may call it, what it takes and answers, and the named types of both.
pub struct Shapes {
    pub name: &'static str,
    pub door: Door,
    pub doc: &'static str,
    pub args: String,
    pub reply: String,
    pub types: BTreeMap<String, String>,
}

impl Shapes {
    fn of<A: TS + 'static, R: TS + 'static>(name: &'static str, door: Door, doc: &'static str) -> Self {
        let mut types = openapi::types_of::<A>();
        types.extend(openapi::types_of::<R>());
        Self { name, door, doc: doc.trim(), args: openapi::name_of::<A>(), reply: openapi::name_of::<R>(), types }
    }
}

macro_rules! commands {
    (
        [Open] $open:ident($open_args:ty) -> $open_reply:ty;
        $($(#[doc = $doc:literal])* [$door:expr] $name:ident($args:ty) -> $reply:ty = $handler:path;)*
    ) => {
        /// Names and doors, in the order of the list.
        pub const COMMANDS: &[(&str, Door)] = &[(stringify!($open), Door::Open), $((stringify!($name), $door)),*];

        /// Runs one command of somebody who passed its door. Blocking.
        pub fn call(ctx: &Context, name: &str, args: Value) -> Result<Value> {
            match name {
                $(stringify!($name) => {
                    let args: $args = serde_json::from_value(args)
                        .map_err(|e| Problem::with(Code::WrongType, json!({ "why": e.to_string() })))?;
                    let reply: $reply = $handler(ctx, args)?;
                    Ok(veil::over(ctx, serde_json::to_value(reply)?))
                })*
                _ => Err(Problem::with(Code::UnknownCommand, json!({ "name": name })).into()),
            }
        }

        /// Every command as the description of the API tells it.
        pub fn shapes() -> Vec<Shapes> {
            vec![
                Shapes::of::<$open_args, $open_reply>(stringify!($open), Door::Open, ""),
                $(Shapes::of::<$args, $reply>(stringify!($name), $door, concat!($($doc),*))),*
            ]
        }

        /// The typed map for the interface: name, arguments, reply.
        pub fn typescript_map() -> Vec<(&'static str, String, String)> {
            let config = ts_rs::Config::from_env();
            vec![
                (stringify!($open), <$open_args>::name(&config), <$open_reply>::name(&config)),
                $((stringify!($name), <$args>::name(&config), <$reply>::name(&config))),*
            ]
        }
    };
}

use Door::{Needs, SignedIn};
use Permission as P;

commands! {
    [Open] sign_in(a::SignIn) -> v::OfficeMe;
    [SignedIn] sign_out(a::OfficeNothing) -> v::OfficeDone = session::sign_out;
    [SignedIn] me(a::OfficeNothing) -> v::OfficeMe = session::me;
    [SignedIn] change_password(a::ChangePassword) -> v::OfficeDone = session::change_password;
    /// What needs a person today.
    [Needs(P::ReadOffice)] home(a::OfficeNothing) -> v::OfficeHome = home::home;
    // H: orders
    [Needs(P::ReadOffice)] list_orders(a::ListOrders) -> v::OrderList = order::list;
    [Needs(P::ReadOffice)] open_order(a::OpenOrder) -> v::OfficeOrder = order::open;
    [Needs(P::ReviewOrder)] archive_order(a::ArchiveOrder) -> v::Archived = order::archive;
    [Needs(P::ReviewOrder)] question_order(a::QuestionOrder) -> v::OfficeDone = order::question;
    /// G5: of two documents that claim one revision this one counts.
    [Needs(P::ReviewOrder)] name_revision(a::NameRevision) -> v::OfficeDone = order::name_revision;
    /// Numbers of orders and receipts: drawn, sealed, void.
    [Needs(P::ReadOffice)] list_numbers(a::ListNumbers) -> v::NumberList = number::list;
    // H5: a month as a bundle
    [Needs(P::ReadOffice)] bundle_month(a::BundleMonth) -> v::BundleMonth = bundle::month;
    [Needs(P::ReadMoney)] make_bundle(a::MakeBundle) -> v::BundleView = bundle::full;
    [Needs(P::TakeTechnicalCopy)] make_technical_bundle(a::MakeBundle) -> v::BundleView = bundle::technical;
    [Needs(P::ReadOffice)] cancel_bundle(a::NamedBundle) -> v::OfficeDone = bundle::cancel;
    // E-mail to the customer, and the mail server it leaves by
    [Needs(P::ReadMoney)] mail_order(a::MailOrder) -> v::MailView = mail::order;
    [Needs(P::ReadMoney)] list_mails(a::OpenOrder) -> Vec<v::MailView> = mail::list;
    [Needs(P::ReadMoney)] retry_mail(a::NamedMail) -> v::MailView = mail::retry;
    [Needs(P::ReadMoney)] cancel_mail(a::NamedMail) -> v::MailView = mail::cancel;
    [Needs(P::AdministerUsers)] mail_settings(a::OfficeNothing) -> v::MailServer = mail::settings;
    [Needs(P::AdministerUsers)] set_mail_server(a::SetMailServer) -> v::MailServer = mail::set;
    [Needs(P::AdministerUsers)] test_mail(a::TestMail) -> v::MailView = mail::test;
    // A: customers and jobs
    [Needs(P::ReadOffice)] search_customers(a::SearchCustomers) -> Vec<v::CustomerHit> = customer::search;
    [Needs(P::ReadOffice)] open_customer(a::OpenCustomer) -> v::OfficeCustomer = customer::open;
    [Needs(P::EditArchive)] correct_archive(a::CorrectArchive) -> v::OfficeField = customer::correct;
    [Needs(P::AssignJob)] create_job(a::CreateJob) -> v::JobRow = job::create;
    [Needs(P::AssignJob)] assign_job(a::AssignJob) -> v::JobRow = job::assign;
    [Needs(P::AssignJob)] cancel_job(a::CancelJob) -> v::JobRow = job::cancel;
    [Needs(P::ReadOffice)] list_jobs(a::OfficeListJobs) -> v::JobList = job::list;
    [Needs(P::ReadOffice)] open_job(a::OfficeOpenJob) -> v::OfficeJob = job::open;
    [Needs(P::ReadOffice)] technicians(a::ListTechnicians) -> Vec<v::Technician> = job::technicians;
    // Devices and people
    [Needs(P::AdministerUsers)] list_devices(a::OfficeNothing) -> v::DeviceList = device::list;
    [Needs(P::AdministerUsers)] create_enrolment_code(a::CreateEnrolmentCode) -> v::EnrolmentCode = device::create_code;
    [Needs(P::AdministerUsers)] revoke_device(a::RevokeDevice) -> v::OfficeDone = device::revoke;
    [Needs(P::AdministerUsers)] list_people(a::OfficeNothing) -> Vec<v::AccountRow> = people::list;
    [Needs(P::AdministerUsers)] create_account(a::CreateAccount) -> v::NewPassword = people::create;
    [Needs(P::AdministerUsers)] change_role(a::ChangeRole) -> v::AccountRow = people::change_role;
    [Needs(P::AdministerUsers)] reset_password(a::OfAccount) -> v::NewPassword = people::reset_password;
    [Needs(P::AdministerUsers)] disable_account(a::DisableAccount) -> v::AccountRow = people::disable;
    [Needs(P::AdministerUsers)] recover_pin(a::RecoverPin) -> v::RecoveryCode = device::recover_pin;
    /// After a restore: a device that came back by its certificate is itself again.
    [Needs(P::AdministerUsers)] confirm_device(a::ConfirmDevice) -> v::OfficeDone = device::confirm;
    /// After a restore: what devices hold and this server lacks.
    [Needs(P::AdministerUsers)] list_offered(a::OfficeNothing) -> Vec<v::OfferedRow> = recovery::list;
    [Needs(P::AdministerUsers)] settle_offered(a::SettleOffered) -> v::OfficeDone = recovery::settle;
    // What a person must look at
    [Needs(P::ReadOffice)] list_findings(a::ListFindings) -> v::FindingList = finding::list;
    [Needs(P::ReadOffice)] open_finding(a::OpenFinding) -> v::OpenedFinding = finding::open;
    [Needs(P::AnswerFinding)] ask_remedial_callback(a::AskRemedialCallback) -> v::OfficeDone = finding::ask_remedial;
    [Needs(P::AnswerFinding)] answer_finding(a::AnswerFinding) -> v::OfficeDone = finding::answer;
    [Needs(P::ReadOffice)] list_conflicts(a::OfficeNothing) -> Vec<v::ConflictRow> = conflict::list;
    [Needs(P::SettleConflict)] settle_conflict(a::SettleConflict) -> v::OfficeField = conflict::settle;
    [Needs(P::SettleConflict)] list_refused(a::OfficeNothing) -> Vec<v::RefusedRow> = finding::refused;
    // I: callbacks
    [Needs(P::ReadOffice)] callbacks(a::OfficeNothing) -> Vec<v::CallbackRow> = callback::list;
    [Needs(P::RecordCallback)] record_callback(a::RecordCallback) -> v::OfficeDone = callback::record;
    // Published data
    [Needs(P::ReadOffice)] reference_list(a::ListReference) -> Vec<v::ReferenceRow> = reference::list;
    [Needs(P::PublishReference)] publish_reference(a::PublishReference) -> v::ReferenceRow = reference::publish;
    [Needs(P::PublishReference)] starter(a::OfficeNothing) -> v::Starter = reference::starter;
    [Needs(P::PublishReference)] publish_starter(a::OfficeNothing) -> v::Starter = reference::publish_starter;
    // G1: who the company is, as it stands on its papers
    [Needs(P::AdministerUsers)] company_settings(a::OfficeNothing) -> v::CompanySettings = company::settings;
    /// An example order under this letterhead; nothing is kept.
    [Needs(P::AdministerUsers)] try_company(a::CompanyForm) -> v::CompanyTried = company::attempt;
    [Needs(P::AdministerUsers)] set_company(a::CompanyForm) -> v::CompanySettings = company::set;
    // G7: templates of documents
    [Needs(P::AdministerUsers)] list_templates(a::OfficeNothing) -> v::TemplateList = template::list;
    [Needs(P::AdministerUsers)] read_template(a::ReadTemplate) -> v::TemplateText = template::read;
    /// A template is tried on examples; one that cannot be set is refused with its mistakes.
    [Needs(P::AdministerUsers)] try_template(a::TemplateFile) -> v::TemplateTried = template::attempt;
    [Needs(P::AdministerUsers)] publish_template(a::TemplateFile) -> v::TemplateList = template::publish_one;
    [Needs(P::AdministerUsers)] reset_template(a::NamedTemplate) -> v::TemplateList = template::reset;
    [Needs(P::ReadAudit)] list_audit(a::ListAudit) -> v::AuditList = audit::list;
}

#[cfg(test)]
mod tests;

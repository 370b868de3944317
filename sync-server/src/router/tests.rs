//! Who may pass which door: every endpoint and every command × every role, nobody, a device, a revoked device, and each at the
//! other's door. The expectation stands here, not in the code under test; what is missing here fails.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use gongdan_domain::permission::Role;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::ENDPOINTS;
use crate::office::COMMANDS;
use crate::testing::{Browser, Device, World, request};

/// One letter a role, as the tables below name them.
const LETTERS: [(char, Role); 10] = [
    ('T', Role::Technician),
    ('D', Role::Dispatcher),
    ('S', Role::ServiceManager),
    ('G', Role::GeneralManager),
    ('L', Role::Sales),
    ('P', Role::PartsWorkshop),
    ('E', Role::TechnicalDepartment),
    ('Q', Role::QualityDepartment),
    ('U', Role::ProductionDepartment),
    ('A', Role::Admin),
];
const SIGNED_IN: &str = "TDSGLPEQUA";
const OFFICE: &str = "DSGLPEQUA";
const CALLS: &str = "DSA";
const MONEY: &str = "DSGA";

/// Command and who may call it.
const MAY_CALL: &[(&str, &str)] = &[
    ("sign_in", SIGNED_IN),
    ("sign_out", SIGNED_IN),
    ("me", SIGNED_IN),
    ("change_password", SIGNED_IN),
    ("home", OFFICE),
    ("list_orders", OFFICE),
    ("open_order", OFFICE),
    ("archive_order", "S"),
    ("question_order", "S"),
    ("name_revision", "S"),
    ("list_numbers", OFFICE),
    ("bundle_month", OFFICE),
    ("make_bundle", MONEY),
    ("make_technical_bundle", "SEQ"),
    ("cancel_bundle", OFFICE),
    ("mail_order", MONEY),
    ("list_mails", MONEY),
    ("retry_mail", MONEY),
    ("cancel_mail", MONEY),
    ("mail_settings", "A"),
    ("company_settings", "A"),
    ("try_company", "A"),
    ("set_company", "A"),
    ("set_mail_server", "A"),
    ("test_mail", "A"),
    ("search_customers", OFFICE),
    ("open_customer", OFFICE),
    ("correct_archive", CALLS),
    ("create_job", CALLS),
    ("assign_job", CALLS),
    ("cancel_job", CALLS),
    ("list_jobs", OFFICE),
    ("open_job", OFFICE),
    ("technicians", OFFICE),
    ("list_devices", "A"),
    ("create_enrolment_code", "A"),
    ("revoke_device", "A"),
    ("confirm_device", "A"),
    ("list_offered", "A"),
    ("settle_offered", "A"),
    ("recover_pin", "A"),
    ("list_people", "A"),
    ("create_account", "A"),
    ("change_role", "A"),
    ("reset_password", "A"),
    ("disable_account", "A"),
    ("list_findings", OFFICE),
    ("open_finding", OFFICE),
    ("ask_remedial_callback", "DSEQUA"),
    ("answer_finding", "DSEQUA"),
    ("list_conflicts", OFFICE),
    ("settle_conflict", CALLS),
    ("list_refused", CALLS),
    ("callbacks", OFFICE),
    ("record_callback", CALLS),
    ("reference_list", OFFICE),
    ("publish_reference", "SGA"),
    ("starter", "SGA"),
    ("publish_starter", "SGA"),
    ("list_templates", "A"),
    ("read_template", "A"),
    ("try_template", "A"),
    ("publish_template", "A"),
    ("reset_template", "A"),
    ("list_audit", "A"),
];

/// Who may pass an endpoint that is no command.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Open {
    ToAnyone,
    ToRoles(&'static str),
    /// Devices that are not revoked.
    ToDevices,
    /// Also revoked ones: they are told to hand over what they hold, or to erase themselves.
    ToRevokedToo,
    /// By the table of commands.
    ByCommand,
}

const MAY_PASS: &[(&str, &str, Open)] = &[
    ("get", "/health", Open::ToAnyone),
    // It tells shapes, nothing of the company.
    ("get", "/api/openapi.json", Open::ToAnyone),
    // The code on the paper is the key; whoever sends a file shows what he has already.
    ("get", "/v", Open::ToAnyone),
    ("post", "/v", Open::ToAnyone),
    ("get", "/v/{code}", Open::ToAnyone),
    ("post", "/v/{code}", Open::ToAnyone),
    // The one-time code in it is the key.
    ("post", "/sync/v1/enrol", Open::ToAnyone),
    // The certificate and the signature in it are the key.
    ("post", "/sync/v1/readmit", Open::ToAnyone),
    ("post", "/sync/v1/exchange", Open::ToRevokedToo),
    ("get", "/sync/v1/events", Open::ToDevices),
    ("head", "/sync/v1/attachments/{hash}", Open::ToDevices),
    ("patch", "/sync/v1/attachments/{hash}", Open::ToDevices),
    ("get", "/sync/v1/attachments/{hash}", Open::ToDevices),
    ("get", "/api/office/events", Open::ToRoles(OFFICE)),
    ("get", "/api/office/download", Open::ToRoles(OFFICE)),
    ("get", "/api/office/file/{hash}", Open::ToRoles(OFFICE)),
    // The paper shows amounts.
    ("get", "/api/office/orders/{order}/pdf", Open::ToRoles("DSGA")),
    ("get", "/api/office/orders/{order}/proof", Open::ToRoles("DSGA")),
    ("get", "/api/office/papers/{paper}/pdf", Open::ToRoles("DSGA")),
    // The full one shows amounts, the technical copy does not.
    ("get", "/api/office/bundles/{bundle}", Open::ToRoles("DSGEQA")),
    ("get", "/api/office/findings.xlsx", Open::ToRoles(OFFICE)),
    ("post", "/api/office/upload/work", Open::ToRoles("A")),
    ("post", "/api/office/{name}", Open::ByCommand),
];

fn letter(role: Role) -> char {
    LETTERS.iter().find(|(_, known)| *known == role).map(|(letter, _)| *letter).expect("every role has a letter")
}

/// Everybody who may knock.
struct Cast {
    world: World,
    roles: Vec<(Role, Browser)>,
    device: Device,
    erased: Device,
}

impl Cast {
    async fn new() -> Self {
        let world = World::new();
        let mut roles = Vec::new();
        for role in Role::ALL {
            let login = json!(role).as_str().expect("a name").to_owned();
            roles.push((role, world.signed_in(&login, role).await));
        }
        let technician = world.user("technician").person;
        let (device, erased) = (world.device(technician).await, world.device(technician).await);
        let id = erased.certificate.device_id;
        let revoke = json!({ "device": id, "mode": "erase" });
        let admin = &roles.iter().find(|(role, _)| *role == Role::Admin).expect("an admin").1;
        world.done(admin, "revoke_device", revoke).await;
        // Told once to erase itself; from then on it is a stranger.
        world.push(&erased, vec![]).await;
        Self { world, roles, device, erased }
    }

    /// Status and code of an answer; a live stream is not waited for.
    async fn knock(&self, method: &str, path: &str, who: Who<'_>) -> (StatusCode, String) {
        let id = "01a20a6a-08cc-71ee-bc10-b6f14701f7bc";
        let path = path.replace("{hash}", &"0".repeat(64)).replace("{order}", id).replace("{paper}", id);
        let path = path.replace("{bundle}", id);
        let path = if path.ends_with("/download") {
            format!("{path}?name=file&args=%7B%22hash%22%3A%2200%22%7D")
        } else {
            path
        };
        let octets = method == "patch" || path.contains("/upload/");
        let kind = if octets { "application/octet-stream" } else { "application/json" };
        let mut request = Request::builder().method(method.to_uppercase().as_str()).uri(path);
        request = request.header("content-type", kind).header("upload-offset", 0);
        request = match who {
            Who::Nobody => request,
            Who::Browser(browser) => request.header("cookie", &browser.cookies).header("x-csrf", &browser.csrf),
            Who::Device(device) => request.header("authorization", format!("Bearer {}", device.token)),
        };
        let request = request.body(Body::from("\"no arguments\"")).expect("a request");
        let answer = super::router(self.world.core.clone()).oneshot(request).await.expect("answers");
        let status = answer.status();
        if status.is_success() {
            return (status, String::new());
        }
        let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
        let problem: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        (status, problem["code"].as_str().unwrap_or_default().to_owned())
    }
}

#[derive(Clone, Copy)]
enum Who<'a> {
    Nobody,
    Browser(&'a Browser),
    Device(&'a Device),
}

fn refused(answer: &(StatusCode, String)) -> bool {
    matches!(answer.0, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
}

#[test]
fn l3_every_command_and_endpoint_stands_in_the_table() {
    let commands: Vec<&str> = COMMANDS.iter().map(|(name, _)| *name).collect();
    let known: BTreeMap<&str, &str> = MAY_CALL.iter().copied().collect();
    assert_eq!(known.len(), MAY_CALL.len(), "each once");
    for name in &commands {
        assert!(known.contains_key(name), "{name} is new: say here who may call it");
    }
    assert_eq!(known.len(), commands.len(), "the table names a command that is gone");
    let listed: Vec<(&str, &str)> = MAY_PASS.iter().map(|(method, path, _)| (*method, *path)).collect();
    for endpoint in ENDPOINTS {
        assert!(listed.contains(endpoint), "{endpoint:?} is new: say here who may pass");
    }
    assert_eq!(listed.len(), ENDPOINTS.len(), "the table names an endpoint that is gone");
}

#[tokio::test]
async fn l3_every_command_asks_its_permission_of_everybody() {
    let cast = Cast::new().await;
    for (name, allowed) in MAY_CALL {
        let path = format!("/api/office/{name}");
        // Signing out ends the session that the walk still needs; who may not is refused before that.
        let harmless = *name != "sign_out";
        for (role, browser) in cast.roles.iter().filter(|_| harmless) {
            let told = cast.knock("post", &path, Who::Browser(browser)).await;
            let expected = if allowed.contains(letter(*role)) { (422, "wrong_type") } else { (403, "not_allowed") };
            assert_eq!((told.0.as_u16(), told.1.as_str()), expected, "{name} as {role:?}");
        }
        let nobody = if *name == "sign_in" { (422, "wrong_type") } else { (401, "not_signed_in") };
        for (who, called) in [
            (Who::Nobody, "nobody"),
            (Who::Device(&cast.device), "a device"),
            (Who::Device(&cast.erased), "a revoked device"),
        ] {
            let told = cast.knock("post", &path, who).await;
            assert_eq!((told.0.as_u16(), told.1.as_str()), nobody, "{name} as {called}");
        }
    }
}

#[tokio::test]
async fn l3_every_endpoint_asks_who_it_is() {
    let cast = Cast::new().await;
    for (method, path, open) in MAY_PASS.iter().filter(|(_, _, open)| *open != Open::ByCommand) {
        for (role, browser) in &cast.roles {
            let told = cast.knock(method, path, Who::Browser(browser)).await;
            let may = match open {
                Open::ToAnyone => true,
                Open::ToRoles(roles) => roles.contains(letter(*role)),
                // A session of the console opens no door of a device.
                Open::ToDevices | Open::ToRevokedToo | Open::ByCommand => false,
            };
            assert_eq!(refused(&told), !may, "{method} {path} as {role:?}: {told:?}");
        }
        let device = cast.knock(method, path, Who::Device(&cast.device)).await;
        let may = matches!(open, Open::ToAnyone | Open::ToDevices | Open::ToRevokedToo);
        assert_eq!(refused(&device), !may, "{method} {path} as a device: {device:?}");
        let erased = cast.knock(method, path, Who::Device(&cast.erased)).await;
        let may = matches!(open, Open::ToAnyone | Open::ToRevokedToo);
        assert_eq!(refused(&erased), !may, "{method} {path} as a revoked device: {erased:?}");
        let nobody = cast.knock(method, path, Who::Nobody).await;
        assert_eq!(refused(&nobody), *open != Open::ToAnyone, "{method} {path} as nobody: {nobody:?}");
    }
}

/// What becomes of a device between its enrolment and its end, door by door: a live line and a file (status), and what an exchange says.
const STATES: &[(&str, u16, u16, &str)] = &[
    ("active", 200, 404, ""),
    // Back after a restore, and nobody has looked yet: it brings, and is told nothing.
    ("unconfirmed", 200, 404, "unconfirmed"),
    // Its data was copied. Nothing at the doors of files erases it.
    ("quarantined", 200, 409, "copied"),
    // It hands over what it has, and is told nothing else; so is whoever comes after it said that it has nothing more.
    ("collect", 200, 404, "collect"),
    ("collected", 200, 404, "collect"),
    ("erase", 403, 403, "erase"),
    ("erased", 403, 403, "erase"),
];

/// Closing an account ends what is done at a desk. Its devices are served until they are revoked: what they hold is not lost.
const CLOSED: &str = "closed";

#[tokio::test]
async fn l3_every_state_of_a_device_has_its_answer_at_every_door() {
    let mut cast = Cast::new().await;
    let owner = cast.world.person(CLOSED, Role::Technician);
    let open = cast.world.sign_in(CLOSED).await;
    let closed = cast.world.device(owner).await;
    // Past what the command does: a session and a device that somebody still has.
    let (user, now) = (cast.world.user(CLOSED), cast.world.now());
    let shut = crate::storage::User { disabled_at: Some(now), ..user };
    cast.world.core.write_now(move |_, tx| tx.put_user(&shut, now)).expect("closed");
    let told = cast.knock("post", "/api/office/me", Who::Browser(&open)).await;
    assert_eq!(told, (StatusCode::UNAUTHORIZED, "not_signed_in".to_owned()), "a session of a closed account");

    let technician = cast.device.person;
    let mut devices = vec![("active", closed)];
    for (state, ..) in STATES {
        devices.push((state, cast.world.device(technician).await));
    }
    for (state, device) in devices {
        let (_, line, file, said) = STATES.iter().find(|(known, ..)| *known == state).expect("it stands in the table");
        let (id, state_now) = (device.certificate.device_id, state.to_owned());
        let put = move |_: &crate::core::Core, tx: &mut dyn crate::storage::Tx| {
            let device = tx.device(id)?.expect("enrolled");
            tx.put_device(&crate::storage::DeviceRecord { state: state_now, ..device })
        };
        cast.world.core.write_now(put).expect("kept");
        cast.device = device;
        let door =
            async |method: &str, path: &str| cast.knock(method, path, Who::Device(&cast.device)).await.0.as_u16();
        assert_eq!(door("get", "/sync/v1/events").await, *line, "a live line, {state}");
        for method in ["head", "get"] {
            assert_eq!(door(method, "/sync/v1/attachments/{hash}").await, *file, "{method} a file, {state}");
        }
        let delivered = door("patch", "/sync/v1/attachments/{hash}").await;
        assert_eq!(delivered, *file, "delivers a file, {state}");
        let reply = cast.world.exchange(&cast.device, &request(1, 1, vec![])).await;
        let revoked = reply.revoked.as_deref().unwrap_or_default();
        let heard = match said {
            &"unconfirmed" => reply.unconfirmed && !reply.copied && revoked.is_empty(),
            &"copied" => reply.copied && revoked.is_empty(),
            expected => revoked == *expected && !reply.copied && !reply.unconfirmed,
        };
        assert!(heard, "{state} hears {revoked:?}, copied {}, unconfirmed {}", reply.copied, reply.unconfirmed);
        assert_eq!(reply.pages.is_empty(), state != "active", "{state} gets pages only if nothing is the matter");
    }
}

/// Cross-site requests carry the cookie at best, never the token that only the console can read.
#[tokio::test]
async fn l3_every_command_needs_the_token_of_the_console() {
    let cast = Cast::new().await;
    let admin = cast.roles.iter().find(|(role, _)| *role == Role::Admin).expect("an admin").1.clone();
    let other = cast.roles[0].1.csrf.clone();
    for csrf in [String::new(), "guessed".to_owned(), other] {
        let forged = Browser { csrf, ..admin.clone() };
        let commands =
            COMMANDS.iter().filter(|(name, _)| *name != "sign_in").map(|(name, _)| format!("/api/office/{name}"));
        let raw = ENDPOINTS.iter().filter(|(method, path)| *method != "get" && path.starts_with("/api/office/"));
        let raw = raw.map(|(_, path)| (*path).to_owned()).filter(|path| !path.ends_with("{name}"));
        let doors: Vec<String> = commands.chain(raw).collect();
        assert!(doors.iter().any(|door| door.ends_with("/upload/work")), "a door that is no command is one of them");
        for door in doors {
            let told = cast.knock("post", &door, Who::Browser(&forged)).await;
            assert_eq!((told.0.as_u16(), told.1.as_str()), (403, "csrf_missing"), "{door}");
        }
    }
}

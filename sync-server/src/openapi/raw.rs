//! The endpoints that are no commands: what devices speak, live lines, files and papers. Written by hand, because their shapes belong
//! to the wire and not to an interface; a test compares the names with what is really sent.

use serde_json::{Map, Value, json};

use super::{content, problems};

/// What every door can answer before anybody looked at the request.
const DOOR: [u16; 5] = [405, 408, 431, 500, 503];

pub fn paths() -> Map<String, Value> {
    let mut paths = Map::new();
    let mut put = |path: &str, method: &str, operation: Value| {
        let at = paths.entry(path.to_owned()).or_insert_with(|| json!({}));
        at[method] = operation;
    };
    put("/health", "get", operation("health", "Whether the server answers.", &json!([]), text("ok"), &[]));
    put(
        "/api/openapi.json",
        "get",
        operation("openapi", "This description.", &json!([]), any("The description."), &[]),
    );
    for (path, method, operation) in proofs() {
        put(path, method, operation);
    }
    put("/sync/v1/enrol", "post", enrol());
    put("/sync/v1/readmit", "post", readmit());
    put("/sync/v1/exchange", "post", exchange());
    put("/sync/v1/events", "get", operation("device_events", LIVE, &device(), stream(), &[400, 401, 403]));
    for (method, operation) in attachments() {
        put("/sync/v1/attachments/{hash}", method, operation);
    }
    put("/api/office/events", "get", operation("office_events", LIVE, &session(), stream(), &[401, 403]));
    put("/api/office/download", "get", download());
    put("/api/office/file/{hash}", "get", office_file());
    put("/api/office/orders/{order}/pdf", "get", pdf("order_pdf", "order"));
    put("/api/office/orders/{order}/proof", "get", exported());
    put("/api/office/papers/{paper}/pdf", "get", pdf("paper_pdf", "paper"));
    put("/api/office/bundles/{bundle}", "get", bundle());
    put("/api/office/findings.xlsx", "get", findings());
    put("/api/office/upload/work", "post", import());
    paths
}

const LIVE: &str = "A live line: says that there is something new, and no more.";

fn device() -> Value {
    json!([{ "device": [] }])
}

fn session() -> Value {
    json!([{ "session": [] }])
}

fn operation(id: &str, summary: &str, security: &Value, good: (&str, Value), refusals: &[u16]) -> Value {
    let mut responses = problems(&[&DOOR[..], refusals].concat());
    responses.insert(good.0.to_owned(), good.1);
    json!({ "operationId": id, "summary": summary, "security": security, "responses": responses })
}

fn text(description: &str) -> (&'static str, Value) {
    ("200", json!({ "description": description, "content": { "text/plain": { "schema": { "type": "string" } } } }))
}

fn any(description: &str) -> (&'static str, Value) {
    ("200", content(description, &json!({ "type": "object" })))
}

fn stream() -> (&'static str, Value) {
    let schema = json!({ "type": "string" });
    ("200", json!({ "description": "Server-sent events.", "content": { "text/event-stream": { "schema": schema } } }))
}

fn body(operation: Value, schema: &Value) -> Value {
    takes(operation, "application/json", schema, true)
}

/// An operation with a body of one type; one of another type is answered 415.
fn takes(mut operation: Value, kind: &str, schema: &Value, required: bool) -> Value {
    operation["requestBody"] = json!({ "required": required, "content": { kind: { "schema": schema } } });
    for (status, problem) in problems(&[415]) {
        operation["responses"][status] = problem;
    }
    operation
}

fn binary() -> Value {
    json!({ "type": "string", "format": "binary" })
}

fn object(required: &[(&str, Value)], optional: &[(&str, Value)]) -> Value {
    let all = required.iter().chain(optional).map(|(name, schema)| ((*name).to_owned(), schema.clone()));
    let names: Vec<&str> = required.iter().map(|(name, _)| *name).collect();
    json!({ "type": "object", "properties": all.collect::<Map<_, _>>(), "required": names })
}

fn string() -> Value {
    json!({ "type": "string" })
}

fn whole() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

fn list(items: &Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn maybe(schema: &Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

/// What a device sends to be enrolled, and what it gets.
fn enrol() -> Value {
    let good = ("200", content("Certificate and token.", &enrol_reply()));
    let operation = operation(
        "enrol",
        "A one-time code becomes a certificate and a token.",
        &json!([]),
        good,
        &[400, 401, 413, 422, 429, 507],
    );
    body(operation, &enrol_request())
}

pub fn enrol_request() -> Value {
    let signed = object(&[("payload", string()), ("signature", string())], &[]);
    let former = object(&[("certificate", signed), ("signature", string())], &[]);
    object(
        &[("code", string()), ("public_key", string()), ("device_name", string()), ("app", string())],
        &[("former", former)],
    )
}

pub fn enrol_reply() -> Value {
    let signed = object(&[("payload", string()), ("signature", string())], &[]);
    let time = json!({ "type": "string", "format": "date-time" });
    object(
        &[
            ("certificate", signed),
            ("token", string()),
            ("recovery_key", string()),
            ("epoch", string()),
            ("time", time),
        ],
        &[],
    )
}

/// What a device shows to a restored server that does not know it, and what it gets.
fn readmit() -> Value {
    let time = json!({ "type": "string", "format": "date-time" });
    let reply = object(&[("epoch", string()), ("time", time)], &[]);
    let good = ("200", content("The device may hand over what it holds.", &reply));
    let summary = "A device comes back by its certificate after a restore.";
    body(operation("readmit", summary, &json!([]), good, &[400, 401, 403, 409, 413, 422, 429, 507]), &readmit_request())
}

pub fn readmit_request() -> Value {
    let signed = object(&[("payload", string()), ("signature", string())], &[]);
    let needed = [
        ("certificate", signed),
        ("token_hash", string()),
        ("device_name", string()),
        ("app", string()),
        ("signature", string()),
    ];
    object(&needed, &[])
}

/// A file of exported work as it is.
fn import() -> Value {
    let summary = "Takes in work that a device exported.";
    let operation =
        operation("import_work", summary, &session(), any("What came in."), &[400, 401, 403, 404, 409, 413, 422, 507]);
    takes(operation, "application/octet-stream", &binary(), true)
}

fn exchange() -> Value {
    let good = ("200", content("Verdicts of what was sent, then news.", &exchange_reply()));
    let summary = "One round trip is a whole small sync: push, commit, then pull.";
    body(operation("exchange", summary, &device(), good, &[400, 401, 403, 409, 413, 422, 507]), &exchange_request())
}

pub fn exchange_request() -> Value {
    let change = object(&[("device_seq", whole()), ("payload", string()), ("signature", string())], &[]);
    let needed = [
        ("first_seq", whole()),
        ("oldest_held", whole()),
        ("app", string()),
        ("schema", whole()),
        ("max_bytes", whole()),
    ];
    let cursors = json!({ "type": "object", "additionalProperties": string() });
    let optional = [
        ("epoch", maybe(&string())),
        ("cursors", cursors),
        ("covered", maybe(&string())),
        ("changes", list(&change)),
        ("last_file", maybe(&string())),
        ("missing", list(&list(&whole()))),
        ("refused", list(&whole())),
        // A record of a newer kind is passed on as it came: its shape is not fixed here.
        ("offered", list(&json!({ "type": "object" }))),
    ];
    object(&needed, &optional)
}

pub fn exchange_reply() -> Value {
    // A record of a newer kind is passed on as it came: its shape is not fixed here.
    let page =
        object(&[("scope", string()), ("records", list(&json!({ "type": "object" }))), ("cursor", string())], &[]);
    let verdict = object(&[("device_seq", whole()), ("outcome", string()), ("position", whole())], &[]);
    let needed = [
        ("epoch", string()),
        ("acked_through", whole()),
        ("safe_through", whole()),
        ("verdicts", list(&verdict)),
        ("pages", list(&page)),
        ("more", json!({ "type": "boolean" })),
        ("time", json!({ "type": "string", "format": "date-time" })),
        ("min_app", string()),
    ];
    let optional = [
        ("scopes", list(&string())),
        ("covered", string()),
        ("cursors_wanted", json!({ "type": "boolean" })),
        ("gap_from", maybe(&whole())),
        ("reset", maybe(&string())),
        ("revoked", maybe(&string())),
    ];
    object(&needed, &optional)
}

fn in_path(name: &str, schema: &Value) -> Value {
    json!({ "name": name, "in": "path", "required": true, "schema": schema })
}

fn hash() -> Value {
    in_path("hash", &json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" }))
}

fn with(mut operation: Value, parameters: Value) -> Value {
    operation["parameters"] = parameters;
    operation
}

/// A picture as a picture, anything else as bytes that no browser runs.
fn file() -> (&'static str, Value) {
    let kinds = ["image/jpeg", "image/png", "application/octet-stream"];
    let content: Map<String, Value> = kinds.iter().map(|kind| ((*kind).to_owned(), json!({}))).collect();
    ("200", json!({ "description": "The file.", "content": content }))
}

fn standing(status: &'static str) -> (&'static str, Value) {
    let number = json!({ "schema": whole() });
    let headers = json!({ "upload-offset": number, "upload-length": number });
    (status, json!({ "description": "How many bytes are here, and of how many.", "headers": headers }))
}

fn attachments() -> [(&'static str, Value); 3] {
    let offset = json!({ "name": "upload-offset", "in": "header", "required": true, "schema": whole() });
    let head = operation(
        "attachment_standing",
        "How much of a file has arrived.",
        &device(),
        standing("200"),
        &[400, 401, 403, 404],
    );
    let refusals = [400, 401, 403, 404, 409, 413, 422, 507];
    let patch = operation("attachment_piece", "The next piece of a file.", &device(), standing("204"), &refusals);
    let patch = takes(patch, "application/octet-stream", &binary(), true);
    let get = operation("attachment", "A file that a record in reach names.", &device(), file(), &[400, 401, 403, 404]);
    [
        ("head", with(head, json!([hash()]))),
        ("patch", with(patch, json!([hash(), offset]))),
        ("get", with(get, json!([hash()]))),
    ]
}

fn office_file() -> Value {
    let get = operation("file", "A file that a record names.", &session(), file(), &[400, 401, 403, 404]);
    with(get, json!([hash()]))
}

fn paper() -> (&'static str, Value) {
    ("200", json!({ "description": "PDF/A-3b.", "content": { "application/pdf": {} } }))
}

fn pdf(id: &str, of: &str) -> Value {
    let get = operation(id, "A sealed document as paper.", &session(), paper(), &[400, 401, 403, 404, 409, 422, 507]);
    let sealed = in_path(of, &json!({ "type": "string", "format": "uuid" }));
    let lang = json!({ "name": "lang", "in": "query", "schema": { "enum": ["zh", "en", "both"] } });
    let revision =
        json!({ "name": "revision", "in": "query", "schema": { "type": "integer", "minimum": 1, "maximum": 1000 } });
    with(get, json!([sealed, lang, revision]))
}

/// The pages on which anybody verifies a paper; each answers HTML whatever it has to say.
fn proofs() -> [(&'static str, &'static str, Value); 4] {
    let page = |id: &str, summary: &str| {
        let html = || json!({ "description": "A page.", "content": { "text/html": { "schema": string() } } });
        let mut operation = operation(id, summary, &json!([]), ("200", html()), &[400]);
        for status in ["303", "404", "413", "429"] {
            operation["responses"][status] = html();
        }
        operation
    };
    let form = |operation: Value| {
        let schema = json!({ "type": "object", "properties": { "file": binary() } });
        takes(operation, "multipart/form-data", &schema, false)
    };
    let lang = || json!({ "name": "lang", "in": "query", "schema": string() });
    let code = || in_path("code", &string());
    [
        ("/v", "get", with(page("verify_ask", "Asks for a code or a file."), json!([lang()]))),
        ("/v", "post", with(form(page("verify_file", "Compares a file with what was sealed.")), json!([lang()]))),
        ("/v/{code}", "get", with(page("verify_code", "What a paper's code leads to."), json!([code(), lang()]))),
        (
            "/v/{code}",
            "post",
            with(form(page("verify_file_of_code", "Compares a file of this paper.")), json!([code(), lang()])),
        ),
    ]
}

/// docs/seal.md
fn exported() -> Value {
    let good = any("The sealed document with certificate and receipt.");
    let get =
        operation("order_proof", "Everything that proves an order.", &session(), good, &[401, 403, 404, 409, 422]);
    let hash = json!({ "name": "hash", "in": "query", "schema": string() });
    with(get, json!([in_path("order", &json!({ "type": "string", "format": "uuid" })), hash]))
}

fn bundle() -> Value {
    let zip = ("200", json!({ "description": "A month of orders.", "content": { "application/zip": {} } }));
    let get =
        operation("bundle", "A finished bundle; taking it is noted.", &session(), zip, &[400, 401, 403, 404, 507]);
    with(get, json!([in_path("bundle", &json!({ "type": "string", "format": "uuid" }))]))
}

fn findings() -> Value {
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let sheet = ("200", json!({ "description": "Findings as a spreadsheet.", "content": { kind: {} } }));
    let get = operation("findings_xlsx", "Findings; taking them is noted.", &session(), sheet, &[400, 401, 403, 507]);
    let query = |name: &str, schema: Value| json!({ "name": name, "in": "query", "schema": schema });
    let open = query("open", json!({ "type": "boolean" }));
    with(get, json!([open, query("code", string()), query("lang", json!({ "enum": ["zh", "en"] }))]))
}

fn download() -> Value {
    let mut good = paper();
    for (kind, any) in file().1["content"].as_object().into_iter().flatten() {
        good.1["content"][kind] = any.clone();
    }
    let get =
        operation("download", "The same downloads by name.", &session(), good, &[400, 401, 403, 404, 409, 422, 507]);
    let name = json!({ "name": "name", "in": "query", "required": true, "schema": { "enum": ["file", "order_pdf"] } });
    let args = json!({ "name": "args", "in": "query", "required": true, "schema": string(), "description": "JSON: {\"hash\"} or {\"order\", \"lang\", \"revision\"}." });
    with(get, json!([name, args]))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use gongdan_domain::sync::again::Former;
    use gongdan_domain::sync::change::Extra;
    use gongdan_domain::sync::wire::{EnrolRequest, ExchangeRequest, Record, RecordBody, SignedCertificate};
    use serde_json::{Value, json};

    fn names(value: &Value) -> BTreeSet<String> {
        value.as_object().expect("an object").keys().cloned().collect()
    }

    /// The wire types and the description cannot drift apart unseen.
    #[test]
    fn what_devices_send_has_the_names_that_are_described() {
        let exchange = ExchangeRequest {
            epoch: None,
            cursors: BTreeMap::new(),
            covered: Some(String::new()),
            first_seq: 1,
            oldest_held: 1,
            changes: Vec::new(),
            app: String::new(),
            schema: 1,
            max_bytes: 0,
            last_file: Some(String::new()),
            missing: vec![(1, 2)],
            refused: vec![1],
            offered: vec![Record {
                position: 0,
                scopes: Vec::new(),
                body: RecordBody::Retraction { targets: Vec::new() },
            }],
            extra: Extra::new(),
        };
        assert_eq!(names(&json!(exchange)), names(&super::exchange_request()["properties"]));
        let empty = String::new;
        let certificate = SignedCertificate { payload: empty(), signature: empty() };
        let former = Former { certificate, signature: empty() };
        let enrol = EnrolRequest {
            code: empty(),
            public_key: empty(),
            device_name: empty(),
            app: empty(),
            former: Some(former),
        };
        assert_eq!(names(&json!(enrol)), names(&super::enrol_request()["properties"]));
    }
}

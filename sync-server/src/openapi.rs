//! `GET /api/openapi.json`: what can be asked over HTTP, by whom, and what is answered. Commands come from their list and from the
//! types that the interfaces are generated from; the few other endpoints are described here, and a test knows when one is missing.

mod raw;
mod typescript;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use axum::response::{IntoResponse as _, Response};
use gongdan_domain::problem::{Code, Problem};
use serde_json::{Map, Value, json};
use ts_rs::{Config, TS, TypeVisitor};

use crate::error::status;
use crate::office::{self, Door, Shapes};

/// The description never changes while the server runs.
static DESCRIPTION: OnceLock<String> = OnceLock::new();

pub async fn described() -> Response {
    let text = DESCRIPTION.get_or_init(|| description().to_string());
    ([("content-type", "application/json")], text.as_str()).into_response()
}

pub fn description() -> Value {
    let mut types = Types::new();
    types.visit::<Problem>();
    let shapes = office::shapes();
    shapes.iter().for_each(|shapes| types.learn(shapes));
    let mut paths = raw::paths();
    for shapes in &shapes {
        paths.insert(format!("/api/office/{}", shapes.name), json!({ "post": command(shapes) }));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Gongdan sync server",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Devices push and pull under /sync; the office console calls its commands under /api/office. Every refusal is a Problem.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": types.schemas(),
            "securitySchemes": {
                "session": { "type": "apiKey", "in": "cookie", "name": "gd_session", "description": "HttpOnly, from sign_in." },
                "csrf": { "type": "apiKey", "in": "header", "name": "x-csrf", "description": "The value of the cookie gd_csrf; needed by every command." },
                "device": { "type": "http", "scheme": "bearer", "description": "The token that enrolment answers." },
            },
        },
    })
}

fn command(shapes: &Shapes) -> Value {
    let (summary, security) = match shapes.door {
        Door::Open => ("Anybody.".to_owned(), json!([])),
        Door::SignedIn => ("Anybody who is signed in.".to_owned(), json!([{ "session": [], "csrf": [] }])),
        Door::Needs(permission) => {
            (format!("Roles with the permission {}.", json!(permission)), json!([{ "session": [], "csrf": [] }]))
        }
    };
    let mut responses = problems(&COMMAND_PROBLEMS);
    responses.insert("200".to_owned(), content("Done.", &typescript::schema(&shapes.reply)));
    json!({
        "operationId": shapes.name,
        "summary": if shapes.doc.is_empty() { &summary } else { shapes.doc },
        "description": summary,
        "tags": ["console"],
        "security": security,
        "requestBody": { "required": true, "content": { "application/json": { "schema": typescript::schema(&shapes.args) } } },
        "responses": responses,
    })
}

/// What a command can answer besides its reply.
const COMMAND_PROBLEMS: [u16; 15] = [400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429, 431, 500, 503, 507];

/// Statuses as answers with a [`Problem`].
fn problems(statuses: &[u16]) -> Map<String, Value> {
    let mut codes = BTreeMap::<u16, Vec<Code>>::new();
    for code in Code::ALL {
        codes.entry(status(*code).as_u16()).or_default().push(*code);
    }
    let told = |number: u16| {
        let names: Vec<String> = codes.get(&number).into_iter().flatten().map(|code| json!(code).to_string()).collect();
        content(&format!("A problem: {}.", names.join(", ")), &json!({ "$ref": "#/components/schemas/Problem" }))
    };
    statuses.iter().map(|n| (n.to_string(), told(*n))).collect()
}

fn content(description: &str, schema: &Value) -> Value {
    json!({ "description": description, "content": { "application/json": { "schema": schema } } })
}

/// Every named type that a command speaks of.
struct Types {
    config: Config,
    known: BTreeMap<String, String>,
    seen: BTreeSet<std::any::TypeId>,
}

impl Types {
    fn new() -> Self {
        let config = Config::default().with_large_int("number");
        Self { config, known: BTreeMap::new(), seen: BTreeSet::new() }
    }

    fn learn(&mut self, shapes: &Shapes) {
        self.known.extend(shapes.types.iter().map(|(name, text)| (name.clone(), text.clone())));
    }

    fn schemas(&self) -> Map<String, Value> {
        let named = |(name, text): (&String, &String)| (name.clone(), alias(name, typescript::schema(text)));
        self.known.iter().map(named).collect()
    }
}

/// Ids are UUIDs; TypeScript has no word for it.
fn alias(name: &str, mut schema: Value) -> Value {
    if name.ends_with("Id") && schema == json!({ "type": "string" }) {
        schema["format"] = json!("uuid");
    }
    schema
}

impl TypeVisitor for Types {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if !self.seen.insert(std::any::TypeId::of::<T>()) {
            return;
        }
        if T::output_path().is_some() {
            let declared = T::decl(&self.config);
            // `type Name = …;`
            if let Some((_, text)) = declared.split_once('=') {
                self.known.insert(T::ident(&self.config), text.trim().trim_end_matches(';').to_owned());
            }
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

/// Every named type behind `T`, by name.
pub fn types_of<T: TS + 'static + ?Sized>() -> BTreeMap<String, String> {
    let mut types = Types::new();
    types.visit::<T>();
    types.known
}

/// How `T` is called in a schema.
pub fn name_of<T: TS>() -> String {
    T::name(&Config::default().with_large_int("number"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use crate::office::COMMANDS;
    use crate::router::ENDPOINTS;

    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => {
                if let Some(name) = map.get("$ref").and_then(Value::as_str) {
                    found.insert(name.to_owned());
                }
                map.values().for_each(|inner| references(inner, found));
            }
            Value::Array(list) => list.iter().for_each(|inner| references(inner, found)),
            _ => {}
        }
    }

    #[test]
    fn every_endpoint_and_command_is_described_and_every_reference_leads_somewhere() {
        let described = super::description();
        for (method, path) in ENDPOINTS.iter().filter(|(_, path)| *path != "/api/office/{name}") {
            assert!(described["paths"][path][method].is_object(), "{method} {path} is not described");
        }
        for (name, _) in COMMANDS {
            assert!(described["paths"][format!("/api/office/{name}")]["post"].is_object(), "{name} is not described");
        }
        let known = ENDPOINTS.len() - 1 + COMMANDS.len();
        let operations = described["paths"].as_object().expect("paths").values();
        let operations: usize = operations.map(|path| path.as_object().expect("methods").len()).sum();
        assert_eq!(operations, known, "something is described that is not there");
        let mut found = BTreeSet::new();
        references(&described, &mut found);
        for name in found {
            let path = name.trim_start_matches('#');
            assert!(described.pointer(path).is_some(), "{name} leads nowhere");
        }
    }
}

//! What a role may not see is taken out of every reply at the door, so that no view can forget it. Money has its own place in each
//! view, because an amount that is missing must not look like an amount of zero; telephone numbers are simply left empty.

use gongdan_domain::permission::Permission;
use serde_json::Value;

use crate::office::context::Context;

/// Fields and keys that hold a person's telephone number.
const PHONES: [&str; 2] = ["phone", "mobile"];

pub fn over(ctx: &Context, mut reply: Value) -> Value {
    if !ctx.may(Permission::ReadPhones) {
        without_phones(&mut reply);
    }
    reply
}

fn without_phones(value: &mut Value) {
    match value {
        Value::Object(map) => {
            // A conflict or a register names its field beside its values.
            let names_one = map.get("field").and_then(Value::as_str).is_some_and(|field| PHONES.contains(&field));
            for (name, inner) in map.iter_mut() {
                if PHONES.contains(&name.as_str()) || names_one && (name == "heads" || name == "base") {
                    emptied(inner);
                } else {
                    without_phones(inner);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(without_phones),
        _ => {}
    }
}

/// A number itself, or the values of a register that holds one; ids and times of its writes say nothing.
fn emptied(value: &mut Value) {
    match value {
        Value::String(text) => text.clear(),
        Value::Array(list) => list.iter_mut().for_each(emptied),
        Value::Object(map) => map.iter_mut().filter(|(name, _)| *name == "value").for_each(|(_, inner)| emptied(inner)),
        _ => {}
    }
}

//! Writes the list of commands as a TypeScript map, `make types` runs it. The file is checked in; a test says when it is stale.

use std::collections::BTreeSet;
use std::fmt::Write as _;

fn map() -> String {
    let commands = super::typescript_map();
    let names: BTreeSet<&str> = commands.iter().flat_map(|(_, args, reply)| [args.as_str(), reply.as_str()]).collect();
    let mut text =
        String::from("// Generated from the list in device/src/commands.rs by `make types`. Not edited by hand.\n");
    for name in names {
        writeln!(text, "import type {{ {name} }} from \"./{name}\";").expect("a string takes everything");
    }
    text.push_str("\nexport type FieldCommands = {\n");
    for (name, args, reply) in commands {
        writeln!(text, "  {name}: {{ args: {args}; reply: {reply} }};").expect("a string takes everything");
    }
    text.push_str("};\n");
    text
}

#[test]
fn export_field_commands() {
    let dir = std::env::var("TS_RS_EXPORT_DIR").expect(".cargo/config.toml says where the types go");
    let path = std::path::Path::new(&dir).join("field-commands.ts");
    std::fs::create_dir_all(&dir).expect("the folder of generated types");
    std::fs::write(&path, map()).expect("written");
    assert!(map().contains("take_reading: { args: TakeReading; reply: JobView };"), "every command is in the map");
}

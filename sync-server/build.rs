//! Builds again when a migration or starter file is added: they are compiled in.

fn main() {
    println!("cargo:rerun-if-changed=../migrations/server-sqlite");
    println!("cargo:rerun-if-changed=starter");
}

//! The arrows between the rooms (ARCHITECTURE.md), checked by machine: who depends on whom, and where SQL and the shell may be named.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the checkout")
}

fn packages() -> Vec<Package> {
    let metadata =
        MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec().expect("cargo metadata");
    metadata.packages
}

fn dependencies(package: &Package, own: bool) -> BTreeSet<String> {
    package
        .dependencies
        .iter()
        .filter(|d| d.kind == DependencyKind::Normal && d.name.starts_with("gongdan") == own)
        .map(|d| d.name.clone())
        .collect()
}

#[test]
fn crates_know_only_whom_the_house_plan_allows() {
    let allowed = |name: &str| -> &[&str] {
        match name {
            "gongdan-domain" => &[],
            "gongdan-documents" => &["gongdan-domain"],
            "gongdan-device" | "gongdan-server" => &["gongdan-domain", "gongdan-documents"],
            "gongdan" | "gongdan-bridge" => &["gongdan-device", "gongdan-domain"],
            // Tests may know all.
            "gongdan-harness" | "gongdan-system-tests" | "gongdan-e2e-together" => {
                &["gongdan-domain", "gongdan-documents", "gongdan-device", "gongdan-server", "gongdan-harness"]
            }
            other => panic!("{other} is a room without an arrow: add it here and to ARCHITECTURE.md"),
        }
    };
    for package in packages() {
        for dependency in dependencies(&package, true) {
            assert!(
                allowed(&package.name).contains(&dependency.as_str()),
                "{} must not depend on {dependency}",
                package.name
            );
        }
    }
}

#[test]
fn domain_stays_free_of_machines() {
    let packages = packages();
    let domain = packages.iter().find(|p| *p.name == "gongdan-domain").expect("domain");
    let banned = ["tokio", "rusqlite", "axum", "tauri", "reqwest", "rand", "refinery"];
    let known = dependencies(domain, false);
    for name in banned {
        assert!(!known.contains(name), "domain must not know {name}");
    }
}

#[test]
fn only_the_shell_knows_tauri() {
    for package in packages() {
        let knows = dependencies(&package, false).iter().any(|d| d.starts_with("tauri"));
        assert_eq!(knows, *package.name == "gongdan", "{} and tauri", package.name);
    }
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the checkout").flatten() {
        let path = entry.path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn sql_is_spoken_only_in_store_and_storage() {
    let root = root();
    let mut files = Vec::new();
    for room in ["domain/src", "documents/src", "device/src", "src-tauri/src", "sync-server/src"] {
        rust_files(&root.join(room), &mut files);
    }
    for file in files {
        let name = file.strip_prefix(&root).expect("inside").to_string_lossy().replace('\\', "/");
        let may = ["device/src/store", "sync-server/src/storage"].iter().any(|room| name.starts_with(room));
        let text = fs::read_to_string(&file).expect("a source file");
        // Turning the database's error into a problem is no SQL.
        let text = text.replace("rusqlite::Error", "").replace("rusqlite::ffi::", "");
        let speaks = text.contains("rusqlite::") || text.contains("SELECT ") || text.contains("INSERT INTO");
        assert!(may || !speaks, "{name} speaks SQL");
    }
}

#[test]
fn proofs_that_the_docs_name_exist() {
    let root = root();
    let mut files = Vec::new();
    for room in ["domain", "device/src", "sync-server", "tests"] {
        rust_files(&root.join(room), &mut files);
    }
    let code: String = files.iter().map(|file| fs::read_to_string(file).expect("a source file")).collect();
    let docs = fs::read_to_string(root.join("docs/sync.md")).expect("docs/sync.md");
    let rows = docs.lines().filter(|line| line.starts_with("| ") && line.matches('|').count() == 4);
    let proofs = rows.filter_map(|row| row.split('|').nth(3)).flat_map(|cell| cell.split('`').skip(1).step_by(2));
    let mut named = 0;
    let name = |proof: &&str| {
        proof.contains('_') && proof.chars().all(|c| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    for proof in proofs.filter(name) {
        assert!(code.contains(&format!("fn {proof}(")), "docs/sync.md names a test that is not there: {proof}");
        named += 1;
    }
    assert!(named > 20, "the table of proofs names its tests");
}

#[test]
fn files_are_small_enough_to_read() {
    let root = root();
    let mut files = Vec::new();
    for room in ["domain/src", "documents/src", "device/src", "src-tauri/src", "sync-server/src", "tests"] {
        rust_files(&root.join(room), &mut files);
    }
    for file in files {
        let lines = fs::read_to_string(&file).expect("a source file").lines().count();
        assert!(lines <= 600, "{} has {lines} lines: which two things is it?", file.display());
    }
}

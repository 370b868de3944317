//! Reads a PDF with tools that know nothing of us.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, process};

/// A folder of its own for one file, removed at the end.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("gongdan-documents-{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("a temporary folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub fn tool(name: &str, args: &[&str], folder: &Path) -> String {
    let out = Command::new(name).args(args).current_dir(folder).output();
    let out = out.unwrap_or_else(|e| panic!("{name} is needed for this test (apt: poppler-utils, qpdf): {e}"));
    assert!(out.status.success(), "{name} {args:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

/// The text of each page, without spaces: where a line breaks is not the question here.
pub fn pages(pdf: &[u8]) -> Vec<String> {
    let folder = Folder::new();
    fs::write(folder.0.join("a.pdf"), pdf).expect("write");
    let text = tool("pdftotext", &["-layout", "a.pdf", "-"], &folder.0);
    let bare = |page: &str| page.chars().filter(|c| !c.is_whitespace() && *c != '\u{200B}').collect::<String>();
    text.trim_end_matches('\u{c}').split('\u{c}').map(bare).collect()
}

#[track_caller]
pub fn shows(pages: &[String], wanted: &[&str]) {
    let all = pages.concat();
    for text in wanted {
        let bare: String = text.split_whitespace().collect();
        assert!(all.contains(&bare), "{text:?} is missing in:\n{all}");
    }
}

/// Checks what every document promises as a file: sound, PDF/A-3b, in its language, all fonts inside, cut down and readable.
/// Answers the uncompressed file as text.
#[track_caller]
pub fn archived(pdf: &[u8], language: &str) -> String {
    let folder = Folder::new();
    fs::write(folder.0.join("a.pdf"), pdf).expect("write");
    tool("qpdf", &["--check", "a.pdf"], &folder.0);
    tool("qpdf", &["--qdf", "--object-streams=disable", "--stream-data=uncompress", "a.pdf", "b.pdf"], &folder.0);
    let bytes = fs::read(folder.0.join("b.pdf")).expect("qpdf wrote it");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    for mark in ["<pdfaid:part>3</pdfaid:part>", "<pdfaid:conformance>B</pdfaid:conformance>"] {
        assert!(text.contains(mark), "{mark} is missing");
    }
    assert!(text.contains(&format!("/Lang ({language})")), "the document's language is {language}");
    let fonts = tool("pdffonts", &["a.pdf"], &folder.0);
    assert!(fonts.lines().count() > 2, "there is text in it");
    for line in fonts.lines().skip(2) {
        let embedded_subset_unicode = line.split_whitespace().rev().skip(2).take(3).all(|word| word == "yes");
        assert!(embedded_subset_unicode, "every font is embedded, cut down and readable: {line}");
    }
    text
}

//! The world that Typst sees: our templates, our fonts, the data as inputs. It refuses to read any other file, the net or a clock.

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Dict, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;

use crate::DocumentError;
use crate::font::fonts;

/// One document to be set: the first source is the main file.
pub struct Press {
    library: LazyHash<Library>,
    sources: Vec<Source>,
}

impl Press {
    /// `sources` are (path, text); `inputs` is what the templates read as `sys.inputs`.
    pub fn new(sources: &[(&str, &str)], inputs: Dict) -> Result<Self, DocumentError> {
        let sources = sources
            .iter()
            .map(|(path, text)| {
                let path = VirtualPath::new(path).map_err(|_| DocumentError::Template(format!("{path} is no path")))?;
                let id = RootedPath::new(VirtualRoot::Project, path).intern();
                Ok(Source::new(id, (*text).to_owned()))
            })
            .collect::<Result<Vec<_>, DocumentError>>()?;
        if sources.is_empty() {
            return Err(DocumentError::Template("no main file".to_owned()));
        }
        Ok(Self { library: LazyHash::new(Library::builder().with_inputs(inputs).build()), sources })
    }

    /// Sets the pages. A warning is an error: it means another font or a page that did not settle.
    pub fn set(&self) -> Result<PagedDocument, DocumentError> {
        let set = typst::compile::<PagedDocument>(self);
        let document = set.output.map_err(|errors| self.refusal(&errors))?;
        if set.warnings.is_empty() { Ok(document) } else { Err(self.refusal(&set.warnings)) }
    }

    /// What Typst said, with the line of the template: for the one who writes templates.
    pub fn refusal(&self, said: &[SourceDiagnostic]) -> DocumentError {
        let line = |d: &SourceDiagnostic| {
            let range = typst::WorldExt::range(self, d.span);
            let place = d.span.id().zip(range).and_then(|(id, range)| {
                let source = self.source(id).ok()?;
                let line = source.lines().byte_to_line(range.start)? + 1;
                Some(format!("{}:{line}: ", id.vpath().get_without_slash()))
            });
            let hints: String = d.hints.iter().map(|hint| format!(" ({})", hint.v)).collect();
            format!("{}{}{hints}", place.unwrap_or_default(), d.message)
        };
        DocumentError::Template(said.iter().map(line).collect::<Vec<_>>().join("; "))
    }
}

impl World for Press {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &fonts().book
    }

    fn main(&self) -> FileId {
        self.sources[0].id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.sources.iter().find(|s| s.id() == id).cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, _: FileId) -> FileResult<Bytes> {
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        fonts().fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

//! A mark beside the database: how many transactions were committed and how many own changes there are. SQLite ends a log silently at
//! the first frame that does not fit, as if what follows had never been; the mark tells that it had. Written after each commit, so that it
//! is never ahead of a whole database; refuses to be more than a count.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};

/// Two places far enough apart to lie in different sectors: a write that is torn costs one of them.
const SLOTS: u64 = 2;
const SLOT: u64 = 4096;
const LENGTH: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Mark {
    pub commits: u64,
    pub last_seq: u64,
}

impl Mark {
    fn bytes(self) -> [u8; LENGTH] {
        let mut bytes = [0; LENGTH];
        bytes[..8].copy_from_slice(&self.commits.to_be_bytes());
        bytes[8..16].copy_from_slice(&self.last_seq.to_be_bytes());
        let check = Sha256::digest(&bytes[..16]);
        bytes[16..].copy_from_slice(&check[..16]);
        bytes
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        let number = |at: usize| Some(u64::from_be_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
        let mark = Self { commits: number(0)?, last_seq: number(8)? };
        (bytes == mark.bytes()).then_some(mark)
    }

    /// The later of those that can be read; `None` where there is none.
    pub fn read(path: &Path) -> Option<Self> {
        let mut bytes = Vec::new();
        File::open(path).ok()?.take(SLOTS * SLOT).read_to_end(&mut bytes).ok()?;
        bytes.chunks(SLOT as usize).filter_map(|slot| Self::of(slot.get(..LENGTH)?)).max()
    }
}

/// The file, held open.
pub(super) struct Marks(File);

impl Marks {
    pub fn open(path: &Path) -> std::io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        if file.metadata()?.len() < SLOTS * SLOT {
            // Its length never changes again: a mark is one write in place.
            file.set_len(SLOTS * SLOT)?;
            file.sync_all()?;
        }
        Ok(Self(file))
    }

    pub fn keep(&mut self, mark: Mark) -> std::io::Result<()> {
        self.0.seek(SeekFrom::Start(mark.commits % SLOTS * SLOT))?;
        self.0.write_all(&mark.bytes())?;
        self.0.sync_data()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entered_is_durable_a_torn_mark_leaves_the_one_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("mark");
        assert_eq!(Mark::read(&path), None, "a database of a version without marks");
        let mut marks = Marks::open(&path).expect("opened");
        assert_eq!(Mark::read(&path), None);
        let mark = |commits| Mark { commits, last_seq: commits / 2 };
        for commits in 1..=5 {
            marks.keep(mark(commits)).expect("kept");
            assert_eq!(Mark::read(&path), Some(mark(commits)));
        }
        let mut bytes = std::fs::read(&path).expect("read");
        bytes[SLOT as usize + 3] ^= 1;
        std::fs::write(&path, bytes).expect("torn");
        assert_eq!(Mark::read(&path), Some(mark(4)));
    }
}

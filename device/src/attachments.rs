//! Photo files on the disk of the device: encrypted, named by the hash of their content, whole or absent. Refuses to hand out a file
//! whose content is not what its name says.

use std::fs;
use std::path::{Path, PathBuf};

use gongdan_domain::problem::Code;
use gongdan_domain::seal::sha256_hex;

use crate::error::{Error, Result};
use crate::vault::{DatabaseKey, derive, remove, sealed, unsealed, write_durably};

/// The folder of files and the key they are encrypted with.
#[derive(Clone)]
pub struct Files {
    dir: PathBuf,
    key: DatabaseKey,
}

impl Files {
    pub fn open(data_dir: &Path, database_key: &DatabaseKey) -> Result<Self> {
        let dir = data_dir.join("files");
        fs::create_dir_all(&dir)?;
        Ok(Self { dir, key: derive(database_key, "gongdan-files/1") })
    }

    /// Keeps a file; on the disk when this returns. Answers its hash.
    pub fn keep(&self, bytes: &[u8]) -> Result<String> {
        let hash = sha256_hex(bytes);
        self.write(&hash, bytes)?;
        Ok(hash)
    }

    /// Keeps the small picture of a stored one.
    pub fn keep_thumb(&self, hash: &str, bytes: &[u8]) -> Result<()> {
        self.write(&thumb_name(hash), bytes)
    }

    pub fn read(&self, hash: &str) -> Result<Vec<u8>> {
        let bytes = self.open_file(hash)?;
        if sha256_hex(&bytes) == hash { Ok(bytes) } else { Err(Error::FileDamaged) }
    }

    pub fn thumb(&self, hash: &str) -> Result<Vec<u8>> {
        self.open_file(&thumb_name(hash))
    }

    pub fn has(&self, hash: &str) -> bool {
        self.path(hash).is_ok_and(|path| path.exists())
    }

    /// Gives the space back and keeps the small picture.
    pub fn free(&self, hash: &str) -> Result<()> {
        remove(&self.path(hash)?)
    }

    pub fn remove(&self, hash: &str) -> Result<()> {
        remove(&self.path(hash)?)?;
        remove(&self.path(&thumb_name(hash))?)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        write_durably(&self.path(name)?, &sealed(&self.key, name, bytes)?)
    }

    fn open_file(&self, name: &str) -> Result<Vec<u8>> {
        let raw = match fs::read(self.path(name)?) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(Code::NotFound.into()),
            other => other?,
        };
        unsealed(&self.key, name, &raw)
    }

    /// A name is a hash of ours and nothing else, so that no record can point outside the folder.
    fn path(&self, name: &str) -> Result<PathBuf> {
        let hash = name.strip_suffix(".thumb").unwrap_or(name);
        if hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            Ok(self.dir.join(name))
        } else {
            Err(Code::AttachmentUnknown.into())
        }
    }
}

fn thumb_name(hash: &str) -> String {
    format!("{hash}.thumb")
}

#[cfg(test)]
mod tests {
    use super::*;
    use zeroize::Zeroizing;

    fn files() -> (tempfile::TempDir, Files) {
        let dir = tempfile::tempdir().expect("a folder");
        let files = Files::open(dir.path(), &Zeroizing::new([7; 32])).expect("opened");
        (dir, files)
    }

    #[test]
    fn l3_a_photo_lies_encrypted_and_comes_back_whole() {
        let (dir, files) = files();
        let hash = files.keep(b"a picture of a worn bearing").expect("kept");
        let raw = fs::read(dir.path().join("files").join(&hash)).expect("the file");
        assert!(!raw.windows(7).any(|w| w == b"picture"), "the disk shows nothing");
        assert_eq!(files.read(&hash).expect("read"), b"a picture of a worn bearing");
    }

    #[test]
    fn blob_whole_an_altered_file_is_refused() {
        let (dir, files) = files();
        let hash = files.keep(b"a picture").expect("kept");
        let path = dir.path().join("files").join(&hash);
        let mut raw = fs::read(&path).expect("the file");
        *raw.last_mut().expect("bytes") ^= 1;
        fs::write(&path, raw).expect("written");
        assert!(matches!(files.read(&hash), Err(Error::FileDamaged)));
    }

    #[test]
    fn l3_a_name_cannot_leave_the_folder() {
        let (_dir, files) = files();
        assert_eq!(files.read("../gongdan.db").expect_err("refused").into_problem().code, Code::AttachmentUnknown);
    }
}

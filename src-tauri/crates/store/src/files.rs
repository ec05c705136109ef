//! Files that are either there whole or not at all: written under a temporary name in the same
//! folder, flushed to the disk, then renamed over the old one.

use crate::{ANCHOR_FILE, DATABASE_FILE, KEYS_FILE, LOCK_FILE, Store, StoreError, audit};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The end of every temporary name.
pub(crate) const PART: &str = "part";

/// A file on its way. Dropped before [`WholeFile::finish`], it leaves nothing behind, and what had
/// the name before stays.
#[derive(Debug)]
pub struct WholeFile {
    file: File,
    part: PathBuf,
    path: PathBuf,
}

impl WholeFile {
    /// Begins under a random temporary name beside `path`, which has none of the store's own names.
    pub fn create(path: &Path) -> io::Result<WholeFile> {
        let own = [DATABASE_FILE, KEYS_FILE, ANCHOR_FILE, LOCK_FILE];
        if own.iter().any(|name| path.ends_with(name)) {
            return Err(io::ErrorKind::InvalidFilename.into());
        }
        WholeFile::create_as(part_of(path)?, path)
    }

    pub(crate) fn create_as(part: PathBuf, path: &Path) -> io::Result<WholeFile> {
        let file = File::options().write(true).create_new(true).open(&part)?;
        let path = path.to_owned();
        Ok(WholeFile { file, part, path })
    }

    /// Gives the file its name, once everything is on the disk.
    pub fn finish(self) -> io::Result<()> {
        self.rename()?;
        sync_folder_of(&self.path)
    }

    fn rename(&self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.part, &self.path)
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        // After finishing there is nothing under this name.
        let _ = fs::remove_file(&self.part);
    }
}

impl Store {
    /// Writes a file that leaves the store, whole or not at all. Its temporary name is noted first,
    /// so that the next opening can remove what an interruption left.
    pub fn write_file(&mut self, path: &Path, content: &[u8]) -> Result<(), StoreError> {
        let part = self.begin_file(path)?;
        let written = WholeFile::create_as(part.clone(), path).and_then(|mut file| {
            file.write_all(content)?;
            file.finish()
        });
        self.end_file(&part)?;
        written.map_err(StoreError::target)
    }

    /// Notes that `path` will be written and gives its temporary name.
    pub(crate) fn begin_file(&mut self, path: &Path) -> Result<PathBuf, StoreError> {
        // The next opening may have another working folder.
        let path = std::path::absolute(path).map_err(StoreError::target)?;
        if self.is_own(&path) {
            return Err(StoreError::OwnFolder);
        }
        let part = part_of(&path).map_err(StoreError::target)?;
        self.connection.execute(
            "INSERT INTO unfinished_files VALUES (?1)",
            [path_text(&part)?],
        )?;
        Ok(part)
    }

    /// True for the names of the store's own files, and in the folders that it clears at the next opening.
    fn is_own(&self, path: &Path) -> bool {
        let real = |folder: Option<&Path>| folder.and_then(|folder| folder.canonicalize().ok());
        let (Some(own), Some(folder)) = (real(Some(&self.folder)), real(path.parent())) else {
            return false;
        };
        let path = folder.join(path.file_name().unwrap_or_default());
        path.strip_prefix(own).is_ok_and(|inside| {
            let first = inside.iter().next().unwrap_or_default();
            first.to_string_lossy().starts_with("spineboard.")
        })
    }

    /// Removes what is left under a temporary name, and the note of it.
    pub(crate) fn end_file(&mut self, part: &Path) -> Result<(), StoreError> {
        remove(part)?;
        self.connection.execute(
            "DELETE FROM unfinished_files WHERE path = ?1",
            [path_text(part)?],
        )?;
        Ok(())
    }

    /// Removes what an interruption left. A drive that is not there now is asked again next time.
    pub(crate) fn clear_unfinished(&mut self) -> Result<(), StoreError> {
        let mut statement = self
            .connection
            .prepare("SELECT path FROM unfinished_files")?;
        let parts: Vec<String> = statement
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        drop(statement);
        for part in parts.iter().map(Path::new) {
            let reachable = part.parent().is_some_and(Path::is_dir);
            if reachable && part.extension().is_some_and(|end| end == PART) {
                let _ = self.end_file(part);
            }
        }
        Ok(())
    }
}

/// Replaces a small file of the data folder. A leftover of an interruption is overwritten. After a
/// power failure it may be the old file, unless [`sync_folder_of`] was called.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let part = path.with_added_extension(PART);
    remove(&part)?;
    let mut file = WholeFile::create_as(part, path)?;
    file.write_all(content)?;
    file.rename()
}

/// The same for a file that only its owner may read, where the system knows owners.
pub(crate) fn replace_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let part = path.with_added_extension(PART);
    remove(&part)?;
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let (file, path) = (options.open(&part)?, path.to_owned());
    let mut file = WholeFile { file, part, path };
    file.write_all(content)?;
    file.finish()
}

/// Makes sure that a closed file is on the disk, then gives it its name for good.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    File::options().write(true).open(from)?.sync_all()?;
    fs::rename(from, to)?;
    sync_folder_of(to)
}

/// Makes a new name last through a power failure; only Unix has a call for that.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => {
            let here = folder.as_os_str().is_empty();
            File::open(if here { Path::new(".") } else { folder })?.sync_all()
        }
        _ => Ok(()),
    }
}

/// Removes a file or folder that may not be there.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

pub(crate) fn path_text(path: &Path) -> Result<&str, StoreError> {
    path.to_str()
        .ok_or(StoreError::Folder(io::ErrorKind::InvalidFilename))
}

/// A name beside `path` that no other file has.
fn part_of(path: &Path) -> io::Result<PathBuf> {
    let mut mark = [0; 4];
    getrandom::fill(&mut mark).map_err(io::Error::other)?;
    Ok(path.with_added_extension(format!("{}.{PART}", audit::digits(&mark))))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::trial;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn a_file_has_its_name_only_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.pdf");
        fs::write(&path, b"old").unwrap();
        let own = WholeFile::create(&folder.path().join(DATABASE_FILE));
        assert_eq!(own.unwrap_err().kind(), io::ErrorKind::InvalidFilename);
        let mut file = WholeFile::create(&path).unwrap();
        file.write_all(b"half").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        drop(file);
        assert_eq!(names(folder.path()), ["report.pdf"]);
        let mut file = WholeFile::create(&path).unwrap();
        file.write_all(b"new").unwrap();
        file.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["report.pdf"]);
    }

    #[test]
    fn no_file_that_leaves_takes_the_place_of_one_of_the_store() {
        let (_folder, mut store) = trial::store();
        let own = store.folder.clone();
        let before = fs::read(own.join(DATABASE_FILE)).unwrap();
        fs::create_dir(own.join("reports")).unwrap();
        for name in [DATABASE_FILE, KEYS_FILE, "spineboard.db-wal"] {
            let refused = store.write_file(&own.join(name), b"%PDF");
            assert_eq!(refused, Err(StoreError::OwnFolder), "{name}");
            let refused = store.write_file(&own.join("reports/..").join(name), b"%PDF");
            assert_eq!(refused, Err(StoreError::OwnFolder), "{name}");
        }
        let refused = store.write_backup(&own.join(DATABASE_FILE), trial::noon());
        assert_eq!(refused.unwrap_err(), StoreError::OwnFolder);
        assert_eq!(fs::read(own.join(DATABASE_FILE)).unwrap(), before);
        for allowed in [
            "reports/a.pdf",
            "reports/spineboard.pdf",
            "spineboard-1.backup",
        ] {
            store.write_file(&own.join(allowed), b"%PDF").unwrap();
        }
        fs::create_dir(own.join("spineboard.checking")).unwrap();
        let cleared = store.write_file(&own.join("spineboard.checking/a.pdf"), b"%PDF");
        assert_eq!(cleared, Err(StoreError::OwnFolder));
    }

    #[test]
    fn a_file_of_the_store_leaves_no_note_and_no_part() {
        let (_folder, mut store) = trial::store();
        let out = tempfile::tempdir().unwrap();
        let listed = |store: &Store| -> i64 {
            let query = "SELECT count(*) FROM unfinished_files";
            store
                .connection
                .query_row(query, [], |row| row.get(0))
                .unwrap()
        };
        store
            .write_file(&out.path().join("a.pdf"), b"%PDF")
            .unwrap();
        let refused = store.write_file(&out.path().join("no/a.pdf"), b"%PDF");
        assert_eq!(
            refused,
            Err(StoreError::Unwritable(io::ErrorKind::NotFound))
        );
        assert_eq!(names(out.path()), ["a.pdf"]);
        assert_eq!(listed(&store), 0);
    }
}

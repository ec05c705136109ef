//! The bytes of one entry: in place where they are stored, inflated where they are packed.

use super::{Archive, DEFLATED, Entry, STORED, directory, is_packed};
use crate::{
    part10::Purpose,
    problem::{Reason, Refusal},
    source::{FileRange, Inflating, Source},
};
use std::{
    fs::{self, File},
    io::{Cursor, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// Up to here an entry is read as a whole and its checksum compared; a larger stored one is read in
/// place, a larger packed one is kept for its next frame.
const SMALL: u64 = 16 << 20;

/// The archive and the entry that a path through an archive names; none where no part of the path is
/// a file.
pub(crate) fn split(path: &Path) -> Option<(PathBuf, String)> {
    for ancestor in path.ancestors().skip(1) {
        match fs::metadata(ancestor) {
            Ok(about) if about.is_file() => {
                let parts: Option<Vec<&str>> = path
                    .strip_prefix(ancestor)
                    .ok()?
                    .iter()
                    .map(|part| part.to_str())
                    .collect();
                return Some((ancestor.to_owned(), parts?.join("/")));
            }
            Ok(_) => return None,
            Err(_) => (),
        }
    }
    None
}

/// Opens an entry of an archive on the disk.
pub(crate) fn open_entry(path: &Path, name: &str, purpose: Purpose) -> Result<Source, Refusal> {
    let archive = super::open(path)?;
    let entry = find(&archive, name)?;
    let mut file = File::open(path)?;
    let start = entry.data_start(&mut file)?;
    let range = FileRange::part(file, start, entry.packed)?;
    let mut source = match (entry.method, purpose) {
        (STORED, Purpose::Header) => Source::File(range),
        (STORED, Purpose::Pixels) if entry.size > SMALL => Source::File(range),
        (STORED, Purpose::Pixels) => Source::Memory(Cursor::new(entry.whole(range)?)),
        (_, Purpose::Header) => Source::Inflating(Inflating::new(range, entry.size)?),
        (_, Purpose::Pixels) if entry.size > SMALL => {
            Source::Shared(Cursor::new(entry.shared(path, range)?))
        }
        (_, Purpose::Pixels) => Source::Memory(Cursor::new(entry.whole(range)?)),
    };
    refuse_nested(&mut source)?;
    Ok(source)
}

fn find<'archive>(archive: &'archive Archive, name: &str) -> Result<&'archive Entry, Refusal> {
    let missing = || Reason::Missing.because("");
    archive.find(name).ok_or_else(missing)
}

fn refuse_nested(source: &mut Source) -> Result<(), Refusal> {
    let mut opening = [0; 132];
    let length = source.length().min(132) as usize;
    source.read_exact(&mut opening[..length])?;
    source.seek_to(0)?;
    if is_packed(&opening) && &opening[128..] != b"DICM" {
        return Err(Reason::NestedArchive.because(""));
    }
    Ok(())
}

/// The inflated entry that was read last.
struct LastInflated {
    archive: PathBuf,
    header: u64,
    check: u32,
    bytes: Arc<Vec<u8>>,
}

static LAST_INFLATED: Mutex<Option<LastInflated>> = Mutex::new(None);

impl Entry {
    /// Compares the local header with the directory and says where the data begin: two readers must
    /// never see two different entries.
    fn data_start(&self, file: &mut File) -> Result<u64, Refusal> {
        let broken = || Reason::BrokenStructure.because("archive: entry and directory differ");
        let mut local = [0; 30];
        file.seek(SeekFrom::Start(self.header))?;
        file.read_exact(&mut local)?;
        let name_length = usize::from(directory::short(&local, 26));
        if !local.starts_with(&directory::LOCAL_SIGNATURE)
            || directory::short(&local, 8) != self.method
            || name_length != self.raw_name.len()
        {
            return Err(broken());
        }
        let mut name = vec![0; name_length];
        file.read_exact(&mut name)?;
        let start = self.header + 30 + name_length as u64 + u64::from(directory::short(&local, 28));
        if *name != *self.raw_name || start.saturating_add(self.packed) > self.end {
            return Err(broken());
        }
        Ok(start)
    }

    /// All bytes, with their checksum compared.
    fn whole(&self, mut range: FileRange) -> Result<Vec<u8>, Refusal> {
        let bytes = if self.method == DEFLATED {
            Inflating::whole(range, self.size)?
        } else {
            let mut bytes = vec![0; self.size as usize];
            range.read_exact(&mut bytes)?;
            bytes
        };
        if checksum(&bytes) != self.check {
            return Err(Reason::DecodingFailed.because("archive: checksum"));
        }
        Ok(bytes)
    }

    /// As [`Entry::whole`], one copy for all who read frames of it. The lock is held while inflating,
    /// so that readers side by side do not each inflate their own.
    fn shared(&self, archive: &Path, range: FileRange) -> Result<Arc<Vec<u8>>, Refusal> {
        let mut last = LAST_INFLATED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*last
            && known.archive == archive
            && (known.header, known.check) == (self.header, self.check)
        {
            return Ok(Arc::clone(&known.bytes));
        }
        *last = None;
        let bytes = Arc::new(self.whole(range)?);
        *last = Some(LastInflated {
            archive: archive.to_owned(),
            header: self.header,
            check: self.check,
            bytes: Arc::clone(&bytes),
        });
        Ok(bytes)
    }
}

/// CRC-32 as in ISO 3309, eight bits at a time.
fn checksum(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut index = 0;
        while index < 256 {
            let mut value = index as u32;
            let mut bit = 0;
            while bit < 8 {
                value = (value >> 1) ^ (0xedb8_8320 & (value & 1).wrapping_neg());
                bit += 1;
            }
            table[index] = value;
            index += 1;
        }
        table
    };
    !bytes.iter().fold(u32::MAX, |value, byte| {
        (value >> 8) ^ TABLE[usize::from(value as u8 ^ byte)]
    })
}

#[cfg(test)]
mod tests {
    use super::checksum;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        // The check value that every catalogue of CRCs gives for CRC-32/ISO-HDLC.
        assert_eq!(checksum(b"123456789"), 0xcbf4_3926);
        assert_eq!(checksum(b""), 0);
    }
}

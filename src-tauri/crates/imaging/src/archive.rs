//! Images in a ZIP archive, read in place: nothing is unpacked to the disk.
//!
//! An image in an archive has the path `<archive>/<entry>`. What an archive may do to a reader is
//! refused before it happens, each entry with its reason: names that leave the archive, links,
//! encryption, archives within archives, entries that overlap or inflate beyond measure, names given
//! twice. An entry is never inflated beyond the length that it declares.

mod directory;
mod names;
mod reading;

pub(crate) use reading::{open_entry, split};

use crate::problem::{Reason, Refusal};
use directory::{Bytes, Directory};
use std::{
    collections::HashMap,
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

/// A packed entry is inflated into memory as a whole before its pixels are read.
pub(crate) const WHOLE_LIMIT: u64 = 256 << 20;
/// Images shrink to a tenth at most, blank slices a thousandfold: the measure begins where it would hurt.
const RATIO_LIMIT: u64 = 100;
const RATIO_FROM: u64 = 32 << 20;
/// All entries of one archive, inflated.
const TOTAL_LIMIT: u64 = 256 << 30;
/// Archives whose directories are kept, and entries in all of them.
const KEPT_ARCHIVES: usize = 8;
const KEPT_ENTRIES: usize = 400_000;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const ENCRYPTED_METHOD: u16 = 99;
/// Encrypted, strongly encrypted, hidden directory (APPNOTE 4.4.4).
const ENCRYPTION_FLAGS: u16 = 1 | 1 << 6 | 1 << 13;
/// The type bits of a Unix mode; anything but a regular file or none is a link or a device.
const MODE_TYPE: u32 = 0o170_000;
const MODE_FILE: u32 = 0o100_000;
const MODE_FOLDER: u32 = 0o040_000;

/// One entry of the central directory.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) name: String,
    raw_name: Box<[u8]>,
    flags: u16,
    method: u16,
    /// Unix mode, zero where the archive was made elsewhere.
    mode: u32,
    /// CRC-32 of the inflated bytes.
    check: u32,
    packed: u64,
    size: u64,
    /// Where the local header begins.
    header: u64,
    /// Where the next entry or the directory begins.
    end: u64,
}

/// The entries that may be read, sorted by name, and those that may not.
#[derive(Default)]
pub(crate) struct Archive {
    pub(crate) entries: Vec<Entry>,
    /// A harmless form of the name, and why.
    pub(crate) refused: Vec<(String, Refusal)>,
}

impl Archive {
    /// Reads the directory. A fault of the archive as a whole is the error.
    fn read(bytes: &mut dyn Bytes) -> Result<Archive, Refusal> {
        let length = bytes.length();
        let Directory { mut entries, start } = directory::read(bytes)?;
        part_by_place(&mut entries, start)?;
        let mut archive = Archive::default();
        let mut counts: HashMap<&[u8], u32> = HashMap::new();
        for entry in &entries {
            *counts.entry(entry.name.as_bytes()).or_default() += 1;
        }
        let doubled: Vec<bool> = entries
            .iter()
            .map(|entry| {
                counts
                    .get(entry.name.as_bytes())
                    .is_some_and(|count| *count > 1)
            })
            .collect();
        for (entry, is_doubled) in entries.into_iter().zip(doubled) {
            match entry.check(is_doubled) {
                Ok(()) if entry.name.ends_with('/') => (),
                Ok(()) => archive.entries.push(entry),
                Err(refusal) => archive.refused.push((names::shown(&entry.name), refusal)),
            }
        }
        refuse_bomb(&archive.entries, length)?;
        archive.entries.sort_by(|a, b| a.name.cmp(&b.name));
        archive.refused.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(archive)
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Entry> {
        let at = self
            .entries
            .binary_search_by(|entry| entry.name.as_str().cmp(name))
            .ok()?;
        self.entries.get(at)
    }
}

impl Entry {
    /// What makes an entry unreadable by itself.
    fn check(&self, is_doubled: bool) -> Result<(), Refusal> {
        names::check(&self.name)?;
        if self.flags & ENCRYPTION_FLAGS != 0 || self.method == ENCRYPTED_METHOD {
            return Err(Reason::Encrypted.because(""));
        }
        if !matches!(self.mode & MODE_TYPE, 0 | MODE_FILE | MODE_FOLDER) {
            return Err(Reason::Link.because(""));
        }
        if is_doubled {
            // Which of them another program would show cannot be known.
            return Err(Reason::BrokenStructure.because("archive: name given twice"));
        }
        if names::is_archive_name(&self.name) {
            return Err(Reason::NestedArchive.because(""));
        }
        match self.method {
            STORED if self.packed != self.size => {
                Err(Reason::BrokenStructure.because("archive: length of an entry"))
            }
            STORED => Ok(()),
            // No packing makes bytes longer by more than an eighth: these hold more than they declare.
            DEFLATED if self.packed / 9 * 8 > self.size.saturating_add(1024) => {
                Err(Reason::Bomb.because(format!("more than {} bytes", self.size)))
            }
            DEFLATED if self.size > RATIO_FROM && self.size / RATIO_LIMIT > self.packed => {
                Err(Reason::Bomb.because(format!("{} bytes out of {}", self.size, self.packed)))
            }
            DEFLATED if self.size > WHOLE_LIMIT => {
                Err(Reason::UnpackFirst.because(format!("{} bytes", self.size)))
            }
            DEFLATED => Ok(()),
            method => {
                Err(Reason::UnsupportedCompression.because(format!("archive: method {method}")))
            }
        }
    }
}

/// Many small entries may be together what no single one is.
fn refuse_bomb(entries: &[Entry], length: u64) -> Result<(), Refusal> {
    let total = entries
        .iter()
        .fold(0_u64, |sum, entry| sum.saturating_add(entry.size));
    if total > TOTAL_LIMIT || (total > RATIO_FROM && total / RATIO_LIMIT > length) {
        return Err(Reason::Bomb.because(format!("{total} bytes out of {length}")));
    }
    Ok(())
}

/// Tells each entry where the next one begins. Entries that share bytes inflate one piece of the
/// archive many times over (D. Fifield, "A better zip bomb", WOOT 2019).
fn part_by_place(entries: &mut [Entry], directory: u64) -> Result<(), Refusal> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(entries[*index].header));
    let mut next = directory;
    for index in order {
        let entry = &mut entries[index];
        let shortest = (30 + entry.raw_name.len() as u64).saturating_add(entry.packed);
        if entry.header.saturating_add(shortest) > next {
            return Err(if next == directory {
                Reason::Truncated.because("archive: entry")
            } else {
                Reason::Bomb.because("entries overlap")
            });
        }
        entry.end = next;
        next = entry.header;
    }
    Ok(())
}

/// What an archive's file looked like when its directory was read.
type Stamp = (u64, Option<SystemTime>);

struct Kept {
    path: Box<Path>,
    stamp: Stamp,
    archive: Arc<Archive>,
}

/// The directories read last: every image of an archive asks for its own again.
static KEPT: Mutex<Vec<Kept>> = Mutex::new(Vec::new());

/// The directory of an archive on the disk.
pub(crate) fn open(path: &Path) -> Result<Arc<Archive>, Refusal> {
    let about = fs::metadata(path)?;
    let stamp = (about.len(), about.modified().ok());
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(at) = kept.iter().position(|known| &*known.path == path) {
        let known = kept.remove(at);
        if known.stamp == stamp {
            let archive = Arc::clone(&known.archive);
            kept.push(known);
            return Ok(archive);
        }
    }
    let archive = Arc::new(Archive::read(&mut OnDisk {
        file: File::open(path)?,
        length: about.len(),
    })?);
    kept.push(Kept {
        path: path.into(),
        stamp,
        archive: Arc::clone(&archive),
    });
    let entries =
        |kept: &[Kept]| -> usize { kept.iter().map(|known| known.archive.entries.len()).sum() };
    while kept.len() > 1 && (kept.len() > KEPT_ARCHIVES || entries(&kept) > KEPT_ENTRIES) {
        kept.remove(0);
    }
    Ok(archive)
}

/// The directory of an archive in memory.
pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Archive, Refusal> {
    Archive::read(&mut &*bytes)
}

/// True for the first bytes of a ZIP archive, also of an empty one.
pub(crate) fn starts_like_one(opening: &[u8]) -> bool {
    opening.starts_with(&directory::LOCAL_SIGNATURE) || opening.starts_with(b"PK\x05\x06")
}

/// True for the first bytes of any common archive.
fn is_packed(opening: &[u8]) -> bool {
    starts_like_one(opening)
        || opening.starts_with(b"7z\xbc\xaf\x27\x1c")
        || opening.starts_with(b"Rar!\x1a\x07")
        || opening.starts_with(&[0x1f, 0x8b, 0x08])
}

struct OnDisk {
    file: File,
    length: u64,
}

impl Bytes for OnDisk {
    fn length(&self) -> u64 {
        self.length
    }

    fn at(&mut self, position: u64, into: &mut [u8]) -> Result<(), Refusal> {
        self.file.seek(SeekFrom::Start(position))?;
        Ok(self.file.read_exact(into)?)
    }
}

impl Bytes for &[u8] {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn at(&mut self, position: u64, into: &mut [u8]) -> Result<(), Refusal> {
        let there = usize::try_from(position)
            .ok()
            .and_then(|start| self.get(start..)?.get(..into.len()))
            .ok_or_else(|| Reason::Truncated.because("archive"))?;
        into.copy_from_slice(there);
        Ok(())
    }
}

//! A ZIP archive (PKWARE APPNOTE 6.3): its list of entries, and the first of them as images.
#![no_main]

use libfuzzer_sys::fuzz_target;
use spineboard_fuzz::{Panics, check_pixels, dicom_file::small, fresh_path, start};
use std::fs;

/// Entries that are opened of one archive.
const OPENED: usize = 3;

/// CRC-32 as in APPNOTE 4.4.7, bit by bit.
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 * (sum & 1))
        })
    })
}

/// An archive of stored files: local headers, central directory, end.
fn stored(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let offset = archive.len() as u32;
        // Flags, method, time, date; then check sum, packed and inflated length, length of the name.
        let mut about = vec![0; 8];
        about.extend_from_slice(&checksum(bytes).to_le_bytes());
        about.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        about.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        about.extend_from_slice(&(name.len() as u16).to_le_bytes());
        archive.extend_from_slice(b"PK\x03\x04\x14\0");
        archive.extend_from_slice(&about);
        archive.extend_from_slice(&[0, 0]);
        archive.extend_from_slice(name.as_bytes());
        archive.extend_from_slice(bytes);
        directory.extend_from_slice(b"PK\x01\x02\x14\0\x14\0");
        directory.extend_from_slice(&about);
        directory.extend_from_slice(&[0; 12]);
        directory.extend_from_slice(&offset.to_le_bytes());
        directory.extend_from_slice(name.as_bytes());
    }
    let (start, length) = (archive.len() as u32, directory.len() as u32);
    archive.extend(directory);
    archive.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    archive.extend_from_slice(&(files.len() as u16).to_le_bytes());
    archive.extend_from_slice(&(files.len() as u16).to_le_bytes());
    archive.extend_from_slice(&length.to_le_bytes());
    archive.extend_from_slice(&start.to_le_bytes());
    archive.extend_from_slice(&[0, 0]);
    archive
}

fuzz_target!(
    init: start(Panics::Ours, || {
        let image = small().bytes();
        vec![
            stored(&[("a", &image)]),
            stored(&[("CT/1", &image), ("../b", &image), ("/c", b"c"), ("CT\\2", b"DICM")]),
            stored(&[]),
        ]
    }),
    |bytes: &[u8]| {
        let listed = imaging::fuzzing::archive(bytes);
        if !listed.is_ok_and(|(readable, _)| readable > 0) {
            return;
        }
        let path = fresh_path(".zip");
        fs::write(&path, bytes).expect("the folder for temporary files is writable");
        let images = imaging::fuzzing::archive_images(&path, OPENED);
        fs::remove_file(&path).expect("the archive was written");
        images.into_iter().flatten().for_each(|pixels| check_pixels(&pixels));
    }
);

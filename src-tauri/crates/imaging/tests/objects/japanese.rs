//! An image of a patient with a Japanese name.

use crate::dicom::element;
use std::{fs, path::Path};

/// A Japanese name in ISO 2022 escape sequences (the example of PS3.5 section H.3.1), rows 2 mm apart and
/// columns 0.5 mm, turned by 30° about x; written element by element.
pub(crate) fn japanese_file(path: &Path, instance: &str) {
    let even = |text: &[u8]| {
        let mut text = text.to_vec();
        if text.len() % 2 == 1 {
            text.push(b' ');
        }
        text
    };
    let text = |tag, vr: &str, value: &[u8]| element(tag, vr, &even(value));
    let uid = |tag, value: &str| {
        let mut bytes = value.as_bytes().to_vec();
        if bytes.len() % 2 == 1 {
            bytes.push(0);
        }
        element(tag, "UI", &bytes)
    };
    let short = |tag, value: u16| element(tag, "US", &value.to_le_bytes());
    let name =
        b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B";
    let pixels = vec![0_u8; 40 * 30 * 2];
    let bytes = [
        vec![0; 128],
        b"DICM".to_vec(),
        uid([2, 0x10], "1.2.840.10008.1.2.1"),
        text([8, 5], "CS", b"\\ISO 2022 IR 87"),
        uid([8, 0x16], "1.2.840.10008.5.1.4.1.1.2"),
        uid([8, 0x18], instance),
        text([8, 0x20], "DA", b"20260301"),
        text([8, 0x30], "TM", b"101112.500"),
        text([8, 0x50], "SH", b"ACC-77"),
        text([8, 0x60], "CS", b"CT"),
        text([8, 0x90], "PN", b"Suzuki^Hanako"),
        text([0x10, 0x10], "PN", name),
        text([0x10, 0x20], "LO", b"JP-1"),
        text([0x10, 0x30], "DA", b"19500102"),
        text([0x10, 0x40], "CS", b"M"),
        text([0x18, 0x50], "DS", b"3.5"),
        uid([0x20, 0xd], "1.2.392.1.1"),
        uid([0x20, 0xe], "1.2.392.1.1.1"),
        text([0x20, 0x10], "SH", b"ST9"),
        text([0x20, 0x13], "IS", b"1"),
        text([0x20, 0x32], "DS", b"-12.5\\31.25\\-400.75"),
        text([0x20, 0x37], "DS", b"1\\0\\0\\0\\0.866025403784\\0.5"),
        uid([0x20, 0x52], "1.2.392.1.1.9"),
        short([0x28, 2], 1),
        text([0x28, 4], "CS", b"MONOCHROME2"),
        short([0x28, 0x10], 30),
        short([0x28, 0x11], 40),
        text([0x28, 0x30], "DS", b"2\\0.5"),
        short([0x28, 0x100], 16),
        short([0x28, 0x101], 16),
        short([0x28, 0x102], 15),
        short([0x28, 0x103], 1),
        vec![0xe0, 0x7f, 0x10, 0x00, b'O', b'W', 0, 0],
        (pixels.len() as u32).to_le_bytes().to_vec(),
        pixels,
    ];
    fs::write(path, bytes.concat()).unwrap();
}

/// Modality, directions of rows and columns, and spacing of [`japanese_file`].
pub(crate) const JAPANESE: (&str, [f64; 3], [f64; 3], [f64; 2]) = (
    "CT",
    [1.0, 0.0, 0.0],
    [0.0, 0.866_025_403_784, 0.5],
    [2.0, 0.5],
);

//! Small and very large files, written element by element (PS3.5 section 7.1), explicit VR little
//! endian.
#![allow(dead_code)]

use imaging::{ImageRef, library::Rescale};
use std::path::Path;

pub(crate) fn element(tag: [u16; 2], vr: &str, value: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = tag.iter().flat_map(|half| half.to_le_bytes()).collect();
    bytes.extend_from_slice(vr.as_bytes());
    bytes.extend_from_slice(&(value.len() as u16).to_le_bytes());
    bytes.extend_from_slice(value);
    bytes
}

fn text(value: &str, padding: u8) -> Vec<u8> {
    let mut bytes = value.as_bytes().to_vec();
    if bytes.len() % 2 == 1 {
        bytes.push(padding);
    }
    bytes
}

/// A CT image of 16 bits, signed, where nothing else was chosen.
pub(crate) struct Dataset {
    rows: u16,
    columns: u16,
    frames: u32,
    colour: bool,
    bits: u16,
    instance: String,
    syntax: &'static str,
}

impl Dataset {
    pub(crate) fn ct(rows: u16, columns: u16, frames: u32) -> Dataset {
        Dataset {
            rows,
            columns,
            frames,
            colour: false,
            bits: 16,
            instance: "2.25.1".to_owned(),
            syntax: "1.2.840.10008.1.2.1",
        }
    }

    /// Eight bits, red, green and blue one plane after the other.
    pub(crate) fn colour_planes(&mut self) {
        self.colour = true;
        self.bits = 8;
    }

    /// Eight bits, unsigned.
    pub(crate) fn eight_bits(&mut self) {
        self.bits = 8;
    }

    pub(crate) fn instance(&mut self, uid: &str) {
        self.instance = uid.to_owned();
    }

    pub(crate) fn syntax(&mut self, uid: &'static str) {
        self.syntax = uid;
    }

    /// Everything before the value of the pixel data; a length of all ones is undefined.
    pub(crate) fn opening(&self, pixel_bytes: u32) -> Vec<u8> {
        let short = |value: u16| value.to_le_bytes();
        let photometric = if self.colour { "RGB" } else { "MONOCHROME2" };
        let number = self.frames.to_string();
        [
            vec![0; 128],
            b"DICM".to_vec(),
            element([2, 0x10], "UI", &text(self.syntax, 0)),
            element([8, 0x16], "UI", &text("1.2.840.10008.5.1.4.1.1.2", 0)),
            element([8, 0x18], "UI", &text(&self.instance, 0)),
            element([8, 0x60], "CS", b"CT"),
            element([0x10, 0x20], "LO", b"A1"),
            element([0x20, 0xd], "UI", &text("2.25.10", 0)),
            element([0x20, 0xe], "UI", &text("2.25.20", 0)),
            element([0x28, 2], "US", &short(if self.colour { 3 } else { 1 })),
            element([0x28, 4], "CS", &text(photometric, b' ')),
            element([0x28, 6], "US", &short(u16::from(self.colour))),
            element([0x28, 8], "IS", &text(&number, b' ')),
            element([0x28, 0x10], "US", &short(self.rows)),
            element([0x28, 0x11], "US", &short(self.columns)),
            element([0x28, 0x100], "US", &short(self.bits)),
            element([0x28, 0x101], "US", &short(self.bits)),
            element([0x28, 0x103], "US", &short(u16::from(self.bits == 16))),
            vec![0xe0, 0x7f, 0x10, 0x00, b'O', b'W', 0, 0],
            pixel_bytes.to_le_bytes().to_vec(),
        ]
        .concat()
    }

    pub(crate) fn bytes(&self, pixels: &[u8]) -> Vec<u8> {
        [&self.opening(pixels.len() as u32), pixels].concat()
    }
}

/// A frame of a file without having opened it.
pub(crate) fn image_of(path: &Path, frame: u32) -> ImageRef {
    ImageRef {
        sop_instance_uid: "2.25.1".to_owned(),
        frame,
        path: path.to_owned(),
        instance_number: None,
        position: None,
        rescale: Rescale::NONE,
    }
}

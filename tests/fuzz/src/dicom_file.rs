//! Writes small DICOM files (PS3.5 section 7.1, PS3.10 section 7.1) that differ in what a target
//! wants to vary.

/// One image, uncompressed or with one compressed frame.
pub struct DicomFile<'a> {
    pub transfer_syntax: &'a str,
    pub instance: String,
    pub rows: u16,
    pub columns: u16,
    pub samples: u16,
    pub bits_allocated: u16,
    pub bits_stored: u16,
    pub signed: bool,
    pub photometric: &'a str,
    /// Further elements of group 0018 and 0020 in order: tag, value representation, value.
    pub geometry: Vec<([u16; 2], &'static str, Vec<u8>)>,
    /// The stored values, or the codestream.
    pub pixels: &'a [u8],
    pub compressed: bool,
}

impl DicomFile<'_> {
    pub fn bytes(&self) -> Vec<u8> {
        let mut file = vec![0; 128];
        file.extend_from_slice(b"DICM");
        element(&mut file, [2, 0x10], "UI", self.transfer_syntax.as_bytes());
        element(&mut file, [8, 0x16], "UI", b"1.2.840.10008.5.1.4.1.1.2");
        element(&mut file, [8, 0x18], "UI", self.instance.as_bytes());
        element(&mut file, [8, 0x60], "CS", b"CT");
        element(&mut file, [0x10, 0x10], "PN", b"SYNTHETIC^FUZZ");
        element(&mut file, [0x10, 0x20], "LO", b"FUZZ");
        for (tag, representation, value) in self.geometry.iter().filter(|(tag, ..)| tag[0] == 0x18)
        {
            element(&mut file, *tag, representation, value);
        }
        element(&mut file, [0x20, 0x0d], "UI", b"2.25.10");
        element(&mut file, [0x20, 0x0e], "UI", b"2.25.20");
        for (tag, representation, value) in self.geometry.iter().filter(|(tag, ..)| tag[0] != 0x18)
        {
            element(&mut file, *tag, representation, value);
        }
        element(&mut file, [0x28, 2], "US", &self.samples.to_le_bytes());
        element(&mut file, [0x28, 4], "CS", self.photometric.as_bytes());
        element(&mut file, [0x28, 0x10], "US", &self.rows.to_le_bytes());
        element(&mut file, [0x28, 0x11], "US", &self.columns.to_le_bytes());
        element(
            &mut file,
            [0x28, 0x100],
            "US",
            &self.bits_allocated.to_le_bytes(),
        );
        element(
            &mut file,
            [0x28, 0x101],
            "US",
            &self.bits_stored.to_le_bytes(),
        );
        element(
            &mut file,
            [0x28, 0x102],
            "US",
            &self.bits_stored.saturating_sub(1).to_le_bytes(),
        );
        element(
            &mut file,
            [0x28, 0x103],
            "US",
            &u16::from(self.signed).to_le_bytes(),
        );
        if !self.compressed {
            element(&mut file, [0x7fe0, 0x10], "OW", self.pixels);
            return file;
        }
        file.extend_from_slice(&[
            0xe0, 0x7f, 0x10, 0, b'O', b'B', 0, 0, 0xff, 0xff, 0xff, 0xff,
        ]);
        item(&mut file, &[]);
        item(&mut file, self.pixels);
        file.extend_from_slice(&[0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]);
        file
    }
}

fn item(file: &mut Vec<u8>, value: &[u8]) {
    file.extend_from_slice(&[0xfe, 0xff, 0x00, 0xe0]);
    let odd = value.len() % 2;
    file.extend_from_slice(&((value.len() + odd) as u32).to_le_bytes());
    file.extend_from_slice(value);
    file.resize(file.len() + odd, 0);
}

fn element(file: &mut Vec<u8>, tag: [u16; 2], representation: &str, value: &[u8]) {
    for half in tag {
        file.extend_from_slice(&half.to_le_bytes());
    }
    file.extend_from_slice(representation.as_bytes());
    let odd = value.len() % 2;
    let length = value.len() + odd;
    if representation == "OW" {
        file.extend_from_slice(&[0, 0]);
        file.extend_from_slice(&(length as u32).to_le_bytes());
    } else {
        file.extend_from_slice(&(length as u16).to_le_bytes());
    }
    file.extend_from_slice(value);
    let padding = if representation == "UI" { 0 } else { b' ' };
    file.resize(file.len() + odd, padding);
}

/// A sound image of two by two pixels.
pub fn small() -> DicomFile<'static> {
    DicomFile {
        transfer_syntax: "1.2.840.10008.1.2.1",
        instance: "2.25.1".to_owned(),
        rows: 2,
        columns: 2,
        samples: 1,
        bits_allocated: 16,
        bits_stored: 16,
        signed: false,
        photometric: "MONOCHROME2",
        geometry: Vec::new(),
        pixels: &[1, 0, 2, 0, 3, 0, 4, 0],
        compressed: false,
    }
}

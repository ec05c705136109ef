//! Bytes made by the tests themselves: a small image, ZIP archives after PKWARE's APPNOTE 6.3.10 and
//! directories of discs after DICOM PS3.10, with every field open to a lie.
#![allow(dead_code)]

/// One element in explicit little endian.
pub(crate) fn element(tag: [u16; 2], vr: &str, value: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = tag.iter().flat_map(|half| half.to_le_bytes()).collect();
    bytes.extend_from_slice(vr.as_bytes());
    if ["SQ", "OW", "OB", "UN"].contains(&vr) {
        bytes.extend_from_slice(&[0, 0]);
        bytes.extend_from_slice(&(value.len() as u32).to_le_bytes());
    } else {
        bytes.extend_from_slice(&(value.len() as u16).to_le_bytes());
    }
    bytes.extend_from_slice(value);
    bytes
}

/// Who and what an image says it is; its pixels are four values.
#[derive(Clone, Copy)]
pub(crate) struct Slice<'text> {
    pub(crate) patient: &'text str,
    pub(crate) study: &'text str,
    pub(crate) series: &'text str,
    pub(crate) instance: &'text str,
    pub(crate) values: [u16; 4],
}

pub(crate) const SLICE: Slice<'static> = Slice {
    patient: "A1",
    study: "2.25.10",
    series: "2.25.20",
    instance: "2.25.1",
    values: [1, 2, 3, 4],
};

impl Slice<'_> {
    /// A data set of two by two pixels without preamble or meta information.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let uid = |uid: &str| {
            let mut bytes = uid.as_bytes().to_vec();
            bytes.resize(bytes.len().next_multiple_of(2), 0);
            bytes
        };
        let pixels: Vec<u8> = self
            .values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        [
            element([0x0008, 0x0016], "UI", b"1.2.840.10008.5.1.4.1.1.2\0"),
            element([0x0008, 0x0018], "UI", &uid(self.instance)),
            element([0x0008, 0x0060], "CS", b"CT"),
            element([0x0010, 0x0020], "LO", self.patient.as_bytes()),
            element([0x0020, 0x000d], "UI", &uid(self.study)),
            element([0x0020, 0x000e], "UI", &uid(self.series)),
            element([0x0028, 0x0002], "US", &[1, 0]),
            element([0x0028, 0x0004], "CS", b"MONOCHROME2 "),
            element([0x0028, 0x0010], "US", &[2, 0]),
            element([0x0028, 0x0011], "US", &[2, 0]),
            element([0x0028, 0x0100], "US", &[16, 0]),
            element([0x0028, 0x0101], "US", &[16, 0]),
            element([0x0028, 0x0103], "US", &[0, 0]),
            element([0x7fe0, 0x0010], "OW", &pixels),
        ]
        .concat()
    }
}

/// One entry of an archive as it will be written.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) name: Vec<u8>,
    pub(crate) local_name: Option<Vec<u8>>,
    pub(crate) data: Vec<u8>,
    pub(crate) method: u16,
    pub(crate) flags: u16,
    pub(crate) check: u32,
    pub(crate) size: u64,
    /// Unix mode; zero for none.
    pub(crate) mode: u32,
    /// Sizes and offset go into the 64-bit extra field.
    pub(crate) is_64: bool,
    /// Where the local header is said to begin, instead of where it does.
    pub(crate) offset: Option<u64>,
}

impl Member {
    pub(crate) fn stored(name: &str, data: &[u8]) -> Member {
        Member {
            name: name.as_bytes().to_vec(),
            local_name: None,
            data: data.to_vec(),
            method: 0,
            flags: 0,
            check: crc32(data),
            size: data.len() as u64,
            mode: 0,
            is_64: false,
            offset: None,
        }
    }

    pub(crate) fn deflated(name: &str, data: &[u8]) -> Member {
        Member {
            data: deflate_stored(data),
            method: 8,
            ..Member::stored(name, data)
        }
    }

    /// Packed zeros.
    pub(crate) fn zeros(name: &str, length: u64) -> Member {
        Member {
            data: deflate_zeros(length),
            method: 8,
            size: length,
            check: 0,
            ..Member::stored(name, b"")
        }
    }
}

/// Writes an archive.
pub(crate) fn zip(members: &[Member]) -> Vec<u8> {
    zip_with(members, |_| ())
}

/// What the end of an archive says.
pub(crate) struct Ending {
    pub(crate) entries: u64,
    pub(crate) size: u64,
    pub(crate) offset: u64,
    pub(crate) is_64: bool,
}

/// Writes an archive whose end may be changed.
pub(crate) fn zip_with(members: &[Member], change: impl FnOnce(&mut Ending)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut central = Vec::new();
    for member in members {
        let offset = member.offset.unwrap_or(bytes.len() as u64);
        let local_name = member.local_name.as_ref().unwrap_or(&member.name);
        let (narrow_size, narrow_packed) = match member.is_64 {
            true => (u32::MAX, u32::MAX),
            false => (member.size as u32, member.data.len() as u32),
        };
        let wide: Vec<u8> = match member.is_64 {
            true => [1_u16, 24]
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .chain(member.size.to_le_bytes())
                .chain((member.data.len() as u64).to_le_bytes())
                .chain(offset.to_le_bytes())
                .collect(),
            false => Vec::new(),
        };
        bytes.extend_from_slice(b"PK\x03\x04");
        for value in [45, member.flags, member.method, 0, 0] {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        for value in [member.check, narrow_packed, narrow_size] {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        bytes.extend_from_slice(&(local_name.len() as u16).to_le_bytes());
        bytes.extend_from_slice(&(wide.len() as u16).to_le_bytes());
        bytes.extend_from_slice(local_name);
        bytes.extend_from_slice(&wide);
        bytes.extend_from_slice(&member.data);

        central.extend_from_slice(b"PK\x01\x02");
        for value in [0x032d, 45, member.flags, member.method, 0, 0] {
            central.extend_from_slice(&value.to_le_bytes());
        }
        for value in [member.check, narrow_packed, narrow_size] {
            central.extend_from_slice(&value.to_le_bytes());
        }
        for value in [member.name.len() as u16, wide.len() as u16, 0, 0, 0] {
            central.extend_from_slice(&value.to_le_bytes());
        }
        central.extend_from_slice(&(member.mode << 16).to_le_bytes());
        let narrow_offset = if member.is_64 {
            u32::MAX
        } else {
            offset as u32
        };
        central.extend_from_slice(&narrow_offset.to_le_bytes());
        central.extend_from_slice(&member.name);
        central.extend_from_slice(&wide);
    }
    let mut ending = Ending {
        entries: members.len() as u64,
        size: central.len() as u64,
        offset: bytes.len() as u64,
        is_64: members.iter().any(|member| member.is_64),
    };
    change(&mut ending);
    bytes.extend_from_slice(&central);
    let record = bytes.len() as u64;
    if ending.is_64 {
        bytes.extend_from_slice(b"PK\x06\x06");
        bytes.extend_from_slice(&44_u64.to_le_bytes());
        bytes.extend_from_slice(&[45, 3, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for value in [ending.entries, ending.entries, ending.size, ending.offset] {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        bytes.extend_from_slice(b"PK\x06\x07\0\0\0\0");
        bytes.extend_from_slice(&record.to_le_bytes());
        bytes.extend_from_slice(&1_u32.to_le_bytes());
        (ending.entries, ending.size, ending.offset) = (0xffff, 0xffff_ffff, 0xffff_ffff);
    }
    bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    for _ in 0..2 {
        bytes.extend_from_slice(&(ending.entries as u16).to_le_bytes());
    }
    bytes.extend_from_slice(&(ending.size as u32).to_le_bytes());
    bytes.extend_from_slice(&(ending.offset as u32).to_le_bytes());
    bytes.extend_from_slice(&[0, 0]);
    bytes
}

/// CRC-32, bit by bit.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let mut value = u32::MAX;
    for byte in bytes {
        value ^= u32::from(*byte);
        for _ in 0..8 {
            value = if value & 1 == 1 {
                value >> 1 ^ 0xedb8_8320
            } else {
                value >> 1
            };
        }
    }
    !value
}

/// RFC 1951 section 3.2.4: blocks without compression.
pub(crate) fn deflate_stored(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut chunks = bytes.chunks(65_535).peekable();
    if chunks.peek().is_none() {
        return vec![1, 0, 0, 0xff, 0xff];
    }
    while let Some(chunk) = chunks.next() {
        packed.push(u8::from(chunks.peek().is_none()));
        packed.extend_from_slice(&(chunk.len() as u16).to_le_bytes());
        packed.extend_from_slice(&(!(chunk.len() as u16)).to_le_bytes());
        packed.extend_from_slice(chunk);
    }
    packed
}

/// RFC 1951 section 3.2.6: one block with fixed codes that repeats a zero, 258 bytes in 13 bits.
pub(crate) fn deflate_zeros(length: u64) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(1, 1);
    bits.put(1, 2);
    if length > 0 {
        // Literal 0: code 00110000, most significant bit first.
        bits.put_code(0x30, 8);
    }
    let mut left = length.saturating_sub(1);
    while left >= 258 {
        // Length 258 is symbol 285 with code 11000101; distance 1 is code 00000.
        bits.put_code(0xc5, 8);
        bits.put_code(0, 5);
        left -= 258;
    }
    for _ in 0..left {
        bits.put_code(0x30, 8);
    }
    // End of block.
    bits.put_code(0, 7);
    bits.finished()
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    fn put(&mut self, value: u32, count: u32) {
        for bit in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let last = self.bytes.len() - 1;
            self.bytes[last] |= ((value >> bit & 1) as u8) << (self.used % 8);
            self.used += 1;
        }
    }

    fn put_code(&mut self, code: u32, count: u32) {
        for bit in (0..count).rev() {
            self.put(code >> bit & 1, 1);
        }
    }

    fn finished(self) -> Vec<u8> {
        self.bytes
    }
}

/// A directory of a disc whose records name the files, with the offsets between records as given.
pub(crate) fn dicomdir(files: &[&str], next_record: u32) -> Vec<u8> {
    let records: Vec<u8> = files
        .iter()
        .flat_map(|file| {
            let mut name = file.as_bytes().to_vec();
            name.resize(name.len().next_multiple_of(2), b' ');
            let record = [
                element([0x0004, 0x1400], "UL", &next_record.to_le_bytes()),
                element([0x0004, 0x1410], "US", &[0xff, 0xff]),
                element([0x0004, 0x1420], "UL", &next_record.to_le_bytes()),
                element([0x0004, 0x1430], "CS", b"IMAGE "),
                element([0x0004, 0x1500], "CS", &name),
            ]
            .concat();
            let mut item = vec![0xfe, 0xff, 0x00, 0xe0];
            item.extend_from_slice(&(record.len() as u32).to_le_bytes());
            item.extend(record);
            item
        })
        .collect();
    let mut bytes = vec![0; 128];
    bytes.extend_from_slice(b"DICM");
    bytes.extend(element([0x0002, 0x0002], "UI", b"1.2.840.10008.1.3.10"));
    bytes.extend(element([0x0002, 0x0010], "UI", b"1.2.840.10008.1.2.1\0"));
    bytes.extend(element([0x0004, 0x1130], "CS", b"TEST"));
    bytes.extend(element([0x0004, 0x1200], "UL", &next_record.to_le_bytes()));
    bytes.extend(element([0x0004, 0x1220], "SQ", &records));
    bytes
}

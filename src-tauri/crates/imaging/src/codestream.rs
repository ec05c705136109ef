//! The frame header of a compressed image, read before a decoder allocates by it.
//!
//! JPEG and JPEG-LS: SOF marker (ISO/IEC 10918-1 section B.2.2, ISO/IEC 14495-1 section C.2.2);
//! JPEG 2000 and HTJ2K: SIZ marker (ISO/IEC 15444-1 section A.5.1), in a bare codestream or inside
//! JP2 boxes.

/// What a codestream says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Codestream {
    pub(crate) columns: u32,
    pub(crate) rows: u32,
    pub(crate) components: u16,
    /// Bits per sample.
    pub(crate) precision: u8,
    /// JPEG 2000 only; the others have no sign.
    pub(crate) signed: bool,
    pub(crate) kind: Kind,
    /// JPEG-LS with one scan per component: samples come plane by plane.
    pub(crate) planar: bool,
    /// JPEG only: a JFIF or Adobe segment says which colours the components are.
    pub(crate) names_colours: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// With the number of the SOF marker: 0 baseline, 1 extended, 3 lossless.
    Jpeg(u8),
    JpegLs,
    Jpeg2000,
}

/// Reads the header; none where there is no such codestream.
pub(crate) fn read(bytes: &[u8]) -> Option<Codestream> {
    match bytes {
        [0xff, 0xd8, ..] => jpeg(bytes),
        [0xff, 0x4f, ..] => siz(bytes, 2),
        [0, 0, 0, 12, b'j', b'P', ..] => {
            let start = bytes
                .windows(4)
                .position(|window| window == [0xff, 0x4f, 0xff, 0x51])?;
            siz(bytes, start + 2)
        }
        _ => None,
    }
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at + 4)?;
    Some(u32::from_be_bytes([four[0], four[1], four[2], four[3]]))
}

fn jpeg(bytes: &[u8]) -> Option<Codestream> {
    let mut at = 2;
    let mut found: Option<Codestream> = None;
    let mut names_colours = false;
    loop {
        while *bytes.get(at)? != 0xff || *bytes.get(at + 1)? == 0xff {
            at += 1;
        }
        let marker = bytes[at + 1];
        let length = usize::from(short(bytes, at + 2)?);
        let kind = match marker {
            0xf7 => Some(Kind::JpegLs),
            // DHT, JPG and DAC share the range without being frame headers.
            0xc4 | 0xc8 | 0xcc => None,
            0xc0..=0xcf => Some(Kind::Jpeg(marker - 0xc0)),
            _ => None,
        };
        if let Some(kind) = kind {
            found = Some(Codestream {
                precision: *bytes.get(at + 4)?,
                rows: u32::from(short(bytes, at + 5)?),
                columns: u32::from(short(bytes, at + 7)?),
                components: u16::from(*bytes.get(at + 9)?),
                signed: false,
                kind,
                planar: false,
                names_colours: false,
            });
        }
        names_colours |= matches!(marker, 0xe0 | 0xee);
        if marker == 0xda {
            // Start of scan: length, number of components, two bytes each, NEAR, interleave mode.
            let codestream = found?;
            let in_scan = usize::from(*bytes.get(at + 4)?);
            let interleave = bytes.get(at + 6 + 2 * in_scan).copied();
            return Some(Codestream {
                planar: codestream.kind == Kind::JpegLs
                    && codestream.components > 1
                    && interleave == Some(0),
                names_colours,
                ..codestream
            });
        }
        at += 2 + length.max(2);
    }
}

fn siz(bytes: &[u8], at: usize) -> Option<Codestream> {
    if short(bytes, at)? != 0xff51 {
        return None;
    }
    let (width, height) = (long(bytes, at + 6)?, long(bytes, at + 10)?);
    let (left, top) = (long(bytes, at + 14)?, long(bytes, at + 18)?);
    let depth = *bytes.get(at + 40)?;
    Some(Codestream {
        columns: width.checked_sub(left)?,
        rows: height.checked_sub(top)?,
        components: short(bytes, at + 38)?,
        precision: (depth & 0x7f) + 1,
        signed: depth & 0x80 != 0,
        kind: Kind::Jpeg2000,
        planar: false,
        names_colours: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frame_headers_are_read() {
        // SOI, APP0 of 4 bytes, SOF3 with 16 bits, 2 rows, 3 columns, 1 component, then SOS
        let jpeg = [
            0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc3, 0, 11, 16, 0, 2, 0, 3, 1, 1, 0x11, 0,
            0xff, 0xda, 0, 8, 1, 1, 0, 0, 0, 0,
        ];
        let found = read(&jpeg).map(|header| (header.rows, header.columns, header.precision));
        assert_eq!(found, Some((2, 3, 16)));
        assert_eq!(read(&jpeg).map(|header| header.kind), Some(Kind::Jpeg(3)));
    }

    #[test]
    fn shortened_headers_are_none() {
        assert_eq!(read(&[0xff, 0xd8, 0xff]), None);
        assert_eq!(read(&[0xff, 0x4f, 0xff, 0x51, 0, 41]), None);
        assert_eq!(read(&[]), None);
    }
}

//! Stored pixel values of one frame, and the description of how they are stored.

use crate::problem::{Reason, Refusal};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The largest frame that is decoded, in bytes.
pub(crate) const FRAME_LIMIT: u64 = 512 << 20;

/// The Image Pixel Module (PS3.3 section C.7.6.3), checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PixelFormat {
    pub samples: u16,
    pub bits_allocated: u16,
    pub bits_stored: u16,
    pub signed: bool,
    /// True for samples stored plane by plane.
    pub planar: bool,
    pub photometric: Photometric,
}

/// Photometric Interpretation (0028,0004).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub enum Photometric {
    /// The lowest value is shown white.
    #[serde(rename = "MONOCHROME1")]
    Monochrome1,
    #[serde(rename = "MONOCHROME2")]
    Monochrome2,
    #[serde(rename = "PALETTE COLOR")]
    Palette,
    #[serde(rename = "RGB")]
    Rgb,
    #[serde(rename = "YBR_FULL")]
    YbrFull,
    #[serde(rename = "YBR_FULL_422")]
    YbrFull422,
    #[serde(rename = "YBR_ICT")]
    YbrIct,
    #[serde(rename = "YBR_RCT")]
    YbrRct,
}

/// The number type of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PixelKind {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
}

/// One decoded frame: rows, then columns, then samples; little endian.
#[derive(Debug, Clone, PartialEq)]
pub struct Pixels {
    pub rows: u32,
    pub columns: u32,
    pub samples: u16,
    pub kind: PixelKind,
    pub photometric: Photometric,
    /// The colours of a palette image.
    pub palette: Option<Palette>,
    pub bytes: Vec<u8>,
}

/// Colours by index, red, green and blue, eight bits each; no channel is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Palette {
    /// The index of the first entry.
    pub first: i64,
    pub channels: [Vec<u8>; 3],
}

impl PixelKind {
    pub fn bytes(self) -> usize {
        match self {
            PixelKind::U8 | PixelKind::I8 => 1,
            PixelKind::U16 | PixelKind::I16 => 2,
            PixelKind::U32 | PixelKind::I32 => 4,
        }
    }
}

impl Photometric {
    pub(crate) fn parse(term: &str, samples: u16) -> Result<Photometric, Refusal> {
        Ok(match (term.trim(), samples) {
            ("MONOCHROME1", 1) => Photometric::Monochrome1,
            ("MONOCHROME2" | "", 1) => Photometric::Monochrome2,
            ("PALETTE COLOR", 1) => Photometric::Palette,
            ("RGB" | "", 3) => Photometric::Rgb,
            ("YBR_FULL", 3) => Photometric::YbrFull,
            ("YBR_FULL_422", 3) => Photometric::YbrFull422,
            ("YBR_ICT", 3) => Photometric::YbrIct,
            ("YBR_RCT", 3) => Photometric::YbrRct,
            _ => {
                return Err(Reason::InvalidAttribute.because("photometric interpretation"));
            }
        })
    }

    pub fn is_grey(self) -> bool {
        matches!(self, Photometric::Monochrome1 | Photometric::Monochrome2)
    }
}

impl PixelFormat {
    /// One bit is handed out as a byte of 0 or 1.
    pub fn kind(&self) -> PixelKind {
        match (self.bits_allocated, self.signed) {
            (32, false) => PixelKind::U32,
            (32, true) => PixelKind::I32,
            (16, false) => PixelKind::U16,
            (16, true) => PixelKind::I16,
            (8, true) => PixelKind::I8,
            _ => PixelKind::U8,
        }
    }

    /// Smallest and largest value that the stored bits can hold.
    pub fn range(&self) -> (i64, i64) {
        let bits = u32::from(self.bits_stored.clamp(1, 32));
        if self.signed {
            (-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
        } else {
            (0, (1 << bits) - 1)
        }
    }
}

impl Pixels {
    pub fn sample_count(&self) -> usize {
        self.rows as usize * self.columns as usize * usize::from(self.samples)
    }

    /// All samples as numbers, in order.
    pub fn values(&self) -> impl Iterator<Item = f64> + '_ {
        let kind = self.kind;
        self.bytes
            .chunks_exact(kind.bytes())
            .map(move |chunk| sample(kind, chunk))
    }

    /// The sample at a row, column and channel; none outside.
    pub fn value(&self, row: u32, column: u32, channel: u16) -> Option<f64> {
        if row >= self.rows || column >= self.columns || channel >= self.samples {
            return None;
        }
        let index = (row as usize * self.columns as usize + column as usize)
            * usize::from(self.samples)
            + usize::from(channel);
        let width = self.kind.bytes();
        let chunk = self.bytes.get(index * width..(index + 1) * width)?;
        Some(sample(self.kind, chunk))
    }
}

fn sample(kind: PixelKind, chunk: &[u8]) -> f64 {
    match (kind, chunk) {
        (PixelKind::U8, [low]) => f64::from(*low),
        (PixelKind::I8, [low]) => f64::from(*low as i8),
        (PixelKind::U16, [low, high]) => f64::from(u16::from_le_bytes([*low, *high])),
        (PixelKind::I16, [low, high]) => f64::from(i16::from_le_bytes([*low, *high])),
        (PixelKind::U32, [a, b, c, d]) => f64::from(u32::from_le_bytes([*a, *b, *c, *d])),
        (PixelKind::I32, [a, b, c, d]) => f64::from(i32::from_le_bytes([*a, *b, *c, *d])),
        _ => 0.0,
    }
}

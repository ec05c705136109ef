//! Decodes frames to stored values: rows, columns, samples, little endian, unused bits cleared.
//!
//! Codecs: native both endians, deflated data sets and frames and RLE here; JPEG baseline, extended
//! 8-bit and lossless, JPEG-LS, JPEG 2000, HTJ2K and JPEG XL through dicom-rs. Not decoded: JPEG
//! extended with 12 bits, MPEG and HEVC video. Dimensions inside a codestream must agree with the
//! header before a decoder runs, and a decoder that panics costs its frame only.

use crate::{
    codestream::{self, Codestream, Kind},
    colour,
    fragments::Fragments,
    header::{FrameShape, ImageHeader, numbers},
    library::ImageRef,
    part10::{self, OpenedFile},
    pixels::{FRAME_LIMIT, Palette, Photometric, Pixels},
    problem::{ImagingError, Reason, Refusal},
    rle,
    wanted::EXTENDED_OFFSET_TABLE,
};
use dicom_core::value::C;
use dicom_encoding::{
    adapters::{PixelDataObject, RawPixelData},
    transfer_syntax::{Codec, TransferSyntaxIndex},
};
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;
use sha2::{Digest, Sha256};
use std::{
    borrow::Cow,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

const RLE: &str = "1.2.840.10008.1.2.5";
const ENCAPSULATED_UNCOMPRESSED: &str = "1.2.840.10008.1.2.1.98";
const DEFLATED_FRAME: &str = "1.2.840.10008.1.2.8.1";

/// Decodes one frame of one file.
pub fn decode(image: &ImageRef) -> Result<Pixels, ImagingError> {
    FrameSource::default().frame(image)
}

/// SHA-256, in hexadecimal, of the stored values of all frames of a file.
pub fn pixel_hash(path: &Path) -> Result<String, ImagingError> {
    let mut reader = FrameReader::open(path)?;
    let mut hasher = Sha256::new();
    for frame in 0..reader.shape.frames {
        hasher.update(&reader.frame(frame)?.bytes);
    }
    let digest = hasher.finalize();
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Decodes frame after frame, keeping a file of many frames open from one to the next.
#[derive(Default)]
pub(crate) struct FrameSource {
    open: Option<(PathBuf, FrameReader)>,
}

impl FrameSource {
    pub(crate) fn frame(&mut self, image: &ImageRef) -> Result<Pixels, ImagingError> {
        let (path, mut reader) = match self.open.take() {
            Some((path, reader)) if path == image.path => (path, reader),
            _ => (image.path.clone(), FrameReader::open(&image.path)?),
        };
        let pixels = reader.frame(image.frame.saturating_sub(1))?;
        if reader.shape.frames > 1 {
            self.open = Some((path, reader));
        }
        Ok(pixels)
    }
}

/// An open file whose frames are decoded one by one; memory is that of one frame.
pub(crate) struct FrameReader {
    pub(crate) shape: FrameShape,
    pub(crate) file: OpenedFile,
    offset: u64,
    fragments: Option<Fragments>,
    palette: Option<Palette>,
}

impl FrameReader {
    pub(crate) fn open(path: &Path) -> Result<FrameReader, Refusal> {
        catch_unwind(AssertUnwindSafe(|| FrameReader::new(part10::open(path)?)))
            .unwrap_or_else(|_| Err(Reason::BrokenStructure.because("header")))
    }

    fn new(mut file: OpenedFile) -> Result<FrameReader, Refusal> {
        let shape = ImageHeader::read(&file)?.shape;
        let location = file.pixels.ok_or_else(|| Reason::NoImage.because(""))?;
        let fragments = match location.length {
            Some(_) => None,
            None => {
                let table = numbers(&file.header, EXTENDED_OFFSET_TABLE);
                let table = table.iter().map(|offset| *offset as u64).collect();
                Some(Fragments::list(&mut file.source, location.offset, table)?)
            }
        };
        let palette = match shape.format.photometric {
            // Indices are stored values without their colours too.
            Photometric::Palette => colour::palette(&file.header).ok(),
            _ => None,
        };
        Ok(FrameReader {
            palette,
            shape,
            file,
            offset: location.offset,
            fragments,
        })
    }

    /// Decodes a frame, counted from 0.
    pub(crate) fn frame(&mut self, frame: u32) -> Result<Pixels, Refusal> {
        if frame >= self.shape.frames {
            return Err(Reason::Truncated.because(format!("frame {}", frame + 1)));
        }
        let encoded = match &self.fragments {
            None => None,
            Some(fragments) => Some(fragments.frame(
                &mut self.file.source,
                frame,
                self.shape.frames,
                FRAME_LIMIT,
            )?),
        };
        match encoded {
            None => self.native(frame),
            Some(encoded) => catch_unwind(AssertUnwindSafe(|| self.encapsulated(&encoded)))
                .unwrap_or_else(|_| Err(Reason::DecodingFailed.because("decoder stopped"))),
        }
    }

    fn native(&mut self, frame: u32) -> Result<Pixels, Refusal> {
        let Some(length) = self.shape.native_frame_bytes() else {
            return self.native_bits(frame);
        };
        let start = u64::from(frame) * length;
        let swapped_pairs = self.file.big_endian
            && self.shape.format.bits_allocated == 8
            && self.file.pixels.is_some_and(|location| location.words);
        let bytes = if swapped_pairs {
            // Bytes written as 16-bit words: a frame may begin and end within a word.
            let from = start - start % 2;
            let to = (start + length).next_multiple_of(2);
            let mut words = self.read(from, to - from)?;
            words.chunks_exact_mut(2).for_each(<[u8]>::reverse);
            let skipped = (start - from) as usize;
            words[skipped..skipped + length as usize].to_vec()
        } else {
            let mut bytes = self.read(start, length)?;
            if self.file.big_endian {
                let width = self.shape.format.kind().bytes();
                bytes.chunks_exact_mut(width).for_each(<[u8]>::reverse);
            }
            bytes
        };
        let bytes = if length as usize != self.shape.samples() * self.shape.format.kind().bytes() {
            spread_colour(&bytes)
        } else {
            self.interleaved(bytes)
        };
        Ok(self.finished(bytes, Cleaning::UnusedBits))
    }

    /// Single bits, the first pixel in the lowest bit (PS3.5 section 8.1.1); frames follow without
    /// padding.
    fn native_bits(&mut self, frame: u32) -> Result<Pixels, Refusal> {
        let samples = self.shape.samples() as u64;
        let first = u64::from(frame) * samples;
        let from = first / 8;
        let to = (first + samples).div_ceil(8);
        let swapped =
            self.file.big_endian && self.file.pixels.is_some_and(|location| location.words);
        let bytes = if swapped {
            let from_word = from - from % 2;
            let mut words = self.read(from_word, to.next_multiple_of(2) - from_word)?;
            words.chunks_exact_mut(2).for_each(<[u8]>::reverse);
            words.split_off((from - from_word) as usize)
        } else {
            self.read(from, to - from)?
        };
        let bits = unpacked_bits(&bytes, (first % 8) as usize, samples as usize);
        Ok(self.finished(bits, Cleaning::None))
    }

    fn read(&mut self, start: u64, length: u64) -> Result<Vec<u8>, Refusal> {
        let available = self.file.source.length() - self.offset;
        // The padding byte of an odd length may be missing at the end of a file.
        let there = length.min(available.saturating_sub(start));
        if there + 1 < length {
            return Err(Reason::Truncated.because("pixel data"));
        }
        let mut bytes = vec![0; length as usize];
        self.file.source.seek_to(self.offset + start)?;
        self.file.source.read_exact(&mut bytes[..there as usize])?;
        Ok(bytes)
    }

    fn encapsulated(&self, encoded: &[u8]) -> Result<Pixels, Refusal> {
        let format = &self.shape.format;
        let width = format.kind().bytes();
        let syntax = self.file.transfer_syntax.as_str();
        match syntax {
            RLE => {
                let pixels = usize::from(self.shape.rows) * usize::from(self.shape.columns);
                let bytes = rle::decode(encoded, pixels, usize::from(format.samples), width)?;
                Ok(self.finished(bytes, Cleaning::UnusedBits))
            }
            ENCAPSULATED_UNCOMPRESSED => self.raw_frame(encoded.to_vec()),
            DEFLATED_FRAME => {
                let expected = (self.shape.samples() * width) as u64;
                let mut packed = encoded;
                self.raw_frame(part10::inflate_bounded(&mut packed, expected + 1)?)
            }
            _ => self.codec(syntax, encoded),
        }
    }

    /// A frame that was packed without an image codec.
    fn raw_frame(&self, bytes: Vec<u8>) -> Result<Pixels, Refusal> {
        let samples = self.shape.samples();
        let format = &self.shape.format;
        let needed = match format.bits_allocated {
            1 => samples.div_ceil(8),
            _ => samples * format.kind().bytes(),
        };
        let Some(frame) = bytes.get(..needed) else {
            return Err(Reason::DecodingFailed.because("frame is too short"));
        };
        if format.bits_allocated == 1 {
            return Ok(self.finished(unpacked_bits(frame, 0, samples), Cleaning::None));
        }
        let bytes = self.interleaved(frame.to_vec());
        Ok(self.finished(bytes, Cleaning::UnusedBits))
    }

    fn codec(&self, syntax: &str, encoded: &[u8]) -> Result<Pixels, Refusal> {
        let unsupported = || Reason::UnsupportedCompression.because(syntax.to_owned());
        let known = TransferSyntaxRegistry.get(syntax).ok_or_else(unsupported)?;
        let Codec::EncapsulatedPixelData(Some(decoder), _) = known.codec() else {
            return Err(unsupported());
        };
        let header = codestream::read(encoded);
        if let Some(header) = header {
            self.check_codestream(header)?;
        } else if !syntax.starts_with("1.2.840.10008.1.2.4.11") {
            return Err(Reason::DecodingFailed.because("no codestream"));
        }
        let labelled = header.and_then(|header| self.labelled_rgb(header, encoded));
        let frame = EncodedFrame {
            shape: &self.shape,
            syntax,
            bytes: labelled.as_deref().unwrap_or(encoded),
        };
        let mut decoded = Vec::new();
        decoder
            .decode_frame(&frame, 0, &mut decoded)
            .map_err(|_| Reason::DecodingFailed.because(syntax.to_owned()))?;
        let width = self.shape.format.kind().bytes();
        let samples = self.shape.samples();
        if decoded.len() == samples && width > 1 {
            // 8-bit codestream for a wider pixel cell.
            decoded = decoded
                .iter()
                .flat_map(|low| (0..width).map(move |byte| if byte == 0 { *low } else { 0 }))
                .collect();
        }
        if decoded.len() != samples * width {
            return Err(Reason::DecodingFailed.because("frame has the wrong size"));
        }
        if header.is_some_and(|header| header.planar) {
            decoded = interleave(&decoded, usize::from(self.shape.format.samples), width);
        }
        Ok(self.finished(decoded, self.cleaning(header)))
    }

    /// A JPEG decoder takes unlabelled colour for luminance with differences; where the header says
    /// RGB, an Adobe segment without transform (ISO/IEC 10918-6 section 6.5.3) tells it so.
    fn labelled_rgb(&self, found: Codestream, encoded: &[u8]) -> Option<Vec<u8>> {
        const ADOBE: &[u8] = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00";
        let is_unlabelled = matches!(found.kind, Kind::Jpeg(_)) && !found.names_colours;
        let is_rgb = self.shape.format.photometric == Photometric::Rgb;
        (is_unlabelled && is_rgb).then(|| [&encoded[..2], ADOBE, &encoded[2..]].concat())
    }

    /// A codestream that describes another image than the header is refused before it is decoded.
    fn check_codestream(&self, found: Codestream) -> Result<(), Refusal> {
        if let Kind::Jpeg(marker) = found.kind
            && found.precision == 12
            && marker != 3
        {
            return Err(Reason::UnsupportedCompression.because("JPEG extended with 12 bits"));
        }
        if found.rows != u32::from(self.shape.rows)
            || found.columns != u32::from(self.shape.columns)
            || found.components != self.shape.format.samples
        {
            return Err(Reason::DecodingFailed.because(format!(
                "compressed image of {} rows, {} columns, {} components",
                found.rows, found.columns, found.components
            )));
        }
        if u16::from(found.precision) > self.shape.format.bits_allocated {
            return Err(Reason::DecodingFailed.because(format!("{} bits", found.precision)));
        }
        Ok(())
    }

    /// JPEG-LS and JPEG 2000 state their own precision; a signed image in an unsigned codestream
    /// has to be extended from there.
    fn cleaning(&self, header: Option<Codestream>) -> Cleaning {
        let format = &self.shape.format;
        match header {
            Some(found) if found.kind == Kind::Jpeg2000 => {
                if format.photometric.is_grey() && found.signed != format.signed {
                    Cleaning::Precision(u16::from(found.precision))
                } else {
                    Cleaning::None
                }
            }
            Some(found) if found.kind == Kind::JpegLs => {
                if format.signed {
                    Cleaning::Precision(u16::from(found.precision))
                } else {
                    Cleaning::None
                }
            }
            _ => Cleaning::UnusedBits,
        }
    }

    fn interleaved(&self, bytes: Vec<u8>) -> Vec<u8> {
        let format = &self.shape.format;
        if format.planar && format.samples > 1 {
            interleave(&bytes, usize::from(format.samples), format.kind().bytes())
        } else {
            bytes
        }
    }

    fn finished(&self, mut bytes: Vec<u8>, cleaning: Cleaning) -> Pixels {
        let format = &self.shape.format;
        let bits = match cleaning {
            Cleaning::None => format.bits_allocated,
            Cleaning::UnusedBits => format.bits_stored,
            Cleaning::Precision(bits) => bits,
        };
        if format.bits_allocated > 1 && bits < format.bits_allocated {
            clear_unused(&mut bytes, format.bits_allocated, bits, format.signed);
        }
        Pixels {
            rows: u32::from(self.shape.rows),
            columns: u32::from(self.shape.columns),
            samples: format.samples,
            kind: format.kind(),
            photometric: self.photometric_after_decoding(),
            palette: self.palette.clone(),
            bytes,
        }
    }

    /// JPEG 2000 undoes its own colour transform, and dicom-rs hands out JPEG colour as RGB.
    fn photometric_after_decoding(&self) -> Photometric {
        let declared = self.shape.format.photometric;
        let is_codec = self.fragments.is_some()
            && !matches!(
                self.file.transfer_syntax.as_str(),
                RLE | ENCAPSULATED_UNCOMPRESSED | DEFLATED_FRAME
            );
        match declared {
            Photometric::YbrFull422 if !is_codec => Photometric::YbrFull,
            Photometric::YbrFull
            | Photometric::YbrFull422
            | Photometric::YbrIct
            | Photometric::YbrRct
                if is_codec =>
            {
                Photometric::Rgb
            }
            other => other,
        }
    }
}

enum Cleaning {
    None,
    /// Bits above Bits Stored hold nothing of the image.
    UnusedBits,
    Precision(u16),
}

/// Zero- or sign-extends every sample from its lowest `bits`.
fn clear_unused(bytes: &mut [u8], allocated: u16, bits: u16, signed: bool) {
    let shift = u32::from(allocated.saturating_sub(bits.max(1)));
    match (allocated, signed) {
        (8, false) => bytes
            .iter_mut()
            .for_each(|byte| *byte = *byte << shift >> shift),
        (8, true) => bytes
            .iter_mut()
            .for_each(|byte| *byte = ((*byte as i8) << shift >> shift) as u8),
        (16, signed) => bytes.chunks_exact_mut(2).for_each(|cell| {
            let word = u16::from_le_bytes([cell[0], cell[1]]);
            let word = if signed {
                ((word as i16) << shift >> shift) as u16
            } else {
                word << shift >> shift
            };
            cell.copy_from_slice(&word.to_le_bytes());
        }),
        (_, signed) => bytes.chunks_exact_mut(4).for_each(|cell| {
            let word = u32::from_le_bytes([cell[0], cell[1], cell[2], cell[3]]);
            let word = if signed {
                ((word as i32) << shift >> shift) as u32
            } else {
                word << shift >> shift
            };
            cell.copy_from_slice(&word.to_le_bytes());
        }),
    }
}

/// Planes one after the other to samples side by side.
fn interleave(planes: &[u8], samples: usize, width: usize) -> Vec<u8> {
    let plane = planes.len() / samples;
    let mut mixed = Vec::with_capacity(planes.len());
    for at in (0..plane).step_by(width) {
        for sample in 0..samples {
            let start = sample * plane + at;
            mixed.extend_from_slice(&planes[start..start + width]);
        }
    }
    mixed
}

/// YBR_FULL_422 stores Y1 Y2 Cb Cr for two pixels; both get the colour.
fn spread_colour(packed: &[u8]) -> Vec<u8> {
    packed
        .chunks_exact(4)
        .flat_map(|four| [four[0], four[2], four[3], four[1], four[2], four[3]])
        .collect()
}

fn unpacked_bits(bytes: &[u8], first: usize, count: usize) -> Vec<u8> {
    (first..first + count)
        .map(|bit| bytes.get(bit / 8).map_or(0, |byte| byte >> (bit % 8) & 1))
        .collect()
}

/// One compressed frame, as dicom-rs wants to see it.
struct EncodedFrame<'frame> {
    shape: &'frame FrameShape,
    syntax: &'frame str,
    bytes: &'frame [u8],
}

impl PixelDataObject for EncodedFrame<'_> {
    fn transfer_syntax_uid(&self) -> &str {
        self.syntax
    }

    fn rows(&self) -> Option<u16> {
        Some(self.shape.rows)
    }

    fn cols(&self) -> Option<u16> {
        Some(self.shape.columns)
    }

    fn samples_per_pixel(&self) -> Option<u16> {
        Some(self.shape.format.samples)
    }

    fn bits_allocated(&self) -> Option<u16> {
        Some(self.shape.format.bits_allocated)
    }

    fn bits_stored(&self) -> Option<u16> {
        Some(self.shape.format.bits_stored)
    }

    fn photometric_interpretation(&self) -> Option<&str> {
        Some(if self.shape.format.samples == 1 {
            "MONOCHROME2"
        } else {
            "RGB"
        })
    }

    fn number_of_frames(&self) -> Option<u32> {
        Some(1)
    }

    fn number_of_fragments(&self) -> Option<u32> {
        Some(1)
    }

    fn fragment(&self, fragment: usize) -> Option<Cow<'_, [u8]>> {
        (fragment == 0).then_some(Cow::Borrowed(self.bytes))
    }

    fn offset_table(&self) -> Option<Cow<'_, [u32]>> {
        Some(Cow::Borrowed(&[]))
    }

    fn raw_pixel_data(&self) -> Option<RawPixelData> {
        Some(RawPixelData {
            fragments: C::from_elem(self.bytes.to_vec(), 1),
            offset_table: C::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unused_bits_are_cleared_by_sign() {
        // 12 bits stored: 0xF800 holds -2048 signed, 0x0800 unsigned
        let mut signed = vec![0x00, 0xf8, 0xff, 0x07];
        clear_unused(&mut signed, 16, 12, true);
        assert_eq!(signed, [0x00, 0xf8, 0xff, 0x07]);
        let mut unsigned = vec![0x00, 0xf8];
        clear_unused(&mut unsigned, 16, 12, false);
        assert_eq!(unsigned, [0x00, 0x08]);
        let mut sign_lost = vec![0x00, 0x08];
        clear_unused(&mut sign_lost, 16, 12, true);
        assert_eq!(sign_lost, [0x00, 0xf8]);
    }

    #[test]
    fn planes_and_shared_colours_become_samples_side_by_side() {
        assert_eq!(interleave(&[1, 2, 3, 4, 5, 6], 3, 1), [1, 3, 5, 2, 4, 6]);
        assert_eq!(spread_colour(&[1, 2, 8, 9]), [1, 8, 9, 2, 8, 9]);
        assert_eq!(unpacked_bits(&[0b0000_0110], 1, 3), [1, 1, 0]);
    }
}

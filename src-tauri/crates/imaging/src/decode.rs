//! Decodes frames to stored values: rows, columns, samples, little endian, unused bits cleared.
//!
//! Codecs: native both endians, deflated data sets and frames and RLE here; JPEG baseline, extended
//! 8-bit and lossless, JPEG-LS, JPEG 2000, HTJ2K and JPEG XL through dicom-rs. Not decoded: JPEG
//! extended with 12 bits, MPEG and HEVC video. Dimensions inside a codestream must agree with the
//! header before a decoder runs, and a decoder that panics costs its frame only.

use crate::{
    cells::{clear_unused, interleave, spread_colour, unpacked_bits},
    codec::Cleaning,
    colour,
    fragments::Fragments,
    fuzzing::EncodedFrame,
    header::{FrameShape, ImageHeader},
    library::ImageRef,
    part10::{self, OpenedFile, Purpose},
    pixels::{FRAME_LIMIT, Palette, Photometric, Pixels},
    problem::{ImagingError, Reason, Refusal},
    rle,
    values::numbers,
    wanted::EXTENDED_OFFSET_TABLE,
};
use sha2::{Digest, Sha256};
use std::{
    io::Read,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

const RLE: &str = "1.2.840.10008.1.2.5";
const ENCAPSULATED_UNCOMPRESSED: &str = "1.2.840.10008.1.2.1.98";
const DEFLATED_FRAME: &str = "1.2.840.10008.1.2.8.1";

/// Decodes one frame of one file in this process; files from outside go through
/// [`Workers`](crate::Workers).
pub fn decode(image: &ImageRef) -> Result<Pixels, ImagingError> {
    let found = FrameSource::default().frame(&image.path, image.frame)?;
    found.of(&image.sop_instance_uid).map_err(Into::into)
}

/// SHA-256, in hexadecimal, of the stored values of all frames of a file, decoded in this process.
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

/// A frame, and the image that its file holds now.
pub(crate) struct FoundFrame {
    pub(crate) pixels: Pixels,
    /// Frames that the file has.
    pub(crate) frames: u32,
    pub(crate) sop_instance_uid: String,
}

impl FoundFrame {
    /// The pixels, if they are those of the image that was asked for: another file may have been put in
    /// the place of the one that was opened.
    pub(crate) fn of(self, sop_instance_uid: &str) -> Result<Pixels, Refusal> {
        match self.sop_instance_uid == sop_instance_uid {
            true => Ok(self.pixels),
            false => Err(Reason::Changed.because("another image")),
        }
    }
}

impl FrameSource {
    /// A frame, counted from 1.
    pub(crate) fn frame(&mut self, path: &Path, frame: u32) -> Result<FoundFrame, Refusal> {
        // Another file is closed before this one takes its memory.
        let mut reader = match self.open.take().filter(|(open, _)| open == path) {
            Some((_, reader)) => reader,
            None => FrameReader::open(path)?,
        };
        let pixels = reader.frame(frame.saturating_sub(1))?;
        let frames = reader.shape.frames;
        let sop_instance_uid = reader.sop_instance_uid.clone();
        if frames > 1 {
            self.open = Some((path.to_owned(), reader));
        }
        Ok(FoundFrame {
            pixels,
            frames,
            sop_instance_uid,
        })
    }
}

/// An open file whose frames are decoded one by one; memory is that of one frame.
pub(crate) struct FrameReader {
    pub(crate) shape: FrameShape,
    sop_instance_uid: String,
    pub(crate) file: OpenedFile,
    offset: u64,
    fragments: Option<Fragments>,
    palette: Option<Palette>,
}

impl FrameReader {
    pub(crate) fn open(path: &Path) -> Result<FrameReader, Refusal> {
        catch_unwind(AssertUnwindSafe(|| {
            FrameReader::new(part10::open(path, Purpose::Pixels)?)
        }))
        .unwrap_or_else(|_| Err(Reason::BrokenStructure.because("header")))
    }

    pub(crate) fn new(mut file: OpenedFile) -> Result<FrameReader, Refusal> {
        let header = ImageHeader::read(&file)?;
        let shape = header.shape;
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
            sop_instance_uid: header.sop_instance_uid,
            file,
            offset: location.offset,
            fragments,
        })
    }

    pub(crate) fn encoded_frame(&mut self) -> Option<EncodedFrame> {
        let fragments = self.fragments.as_mut()?;
        let source = &mut self.file.source;
        let bytes = fragments.frame(source, 0, self.shape.frames, FRAME_LIMIT);
        Some(EncodedFrame {
            transfer_syntax: self.file.transfer_syntax.clone(),
            rows: self.shape.rows,
            columns: self.shape.columns,
            samples: self.shape.format.samples,
            bits_allocated: self.shape.format.bits_allocated,
            bits_stored: self.shape.format.bits_stored,
            signed: self.shape.format.signed,
            bytes: bytes.ok()?,
        })
    }

    /// Decodes a frame, counted from 0.
    pub(crate) fn frame(&mut self, frame: u32) -> Result<Pixels, Refusal> {
        if frame >= self.shape.frames {
            return Err(Reason::Truncated.because(format!("frame {}", frame + 1)));
        }
        let encoded = match &mut self.fragments {
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

    fn interleaved(&self, bytes: Vec<u8>) -> Vec<u8> {
        let format = &self.shape.format;
        if format.planar && format.samples > 1 {
            interleave(&bytes, usize::from(format.samples), format.kind().bytes())
        } else {
            bytes
        }
    }

    pub(crate) fn finished(&self, mut bytes: Vec<u8>, cleaning: Cleaning) -> Pixels {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::{
        phantom::{self, PhantomPlan},
        source::Source,
    };
    use std::io::Cursor;

    fn decodes(bytes: Vec<u8>) -> bool {
        let source = Source::Memory(Cursor::new(bytes));
        part10::read_source(source)
            .and_then(FrameReader::new)
            .and_then(|mut reader| reader.frame(0))
            .is_ok()
    }

    /// Prefixes and thousands of changed bytes: a result or a refusal, never a stop.
    #[test]
    fn damaged_files_never_stop_the_reader() {
        let folder = tempfile::tempdir().unwrap();
        let plan = PhantomPlan {
            ct_matrix: 16,
            ct_slices: 1,
            ..PhantomPlan::SMALL
        };
        phantom::write(folder.path(), &plan, &mut |_, _| {}).unwrap();
        let image = folder.path().join("SPINEBOARD-DEMO/CT/SER00002/IM000001");
        let whole = std::fs::read(image).unwrap();
        assert!(decodes(whole.clone()));
        for end in (0..whole.len()).step_by(7) {
            assert!(!decodes(whole[..end].to_vec()), "{end} bytes");
        }
        let header = whole.len() - 512;
        let mut state = 12_345_u32;
        let mut refused = 0;
        for _ in 0..4000 {
            let mut bytes = whole.clone();
            for _ in 0..3 {
                // Numerical Recipes' linear congruential generator
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                bytes[(state >> 8) as usize % header] = state.to_le_bytes()[3];
            }
            refused += u32::from(!decodes(bytes));
        }
        assert!((100..3900).contains(&refused), "{refused} refused");
    }
}

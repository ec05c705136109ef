//! Compressed frames through the codecs of dicom-rs, checked before and put right after.

use crate::{
    cells::interleave,
    codestream::{self, Codestream, Kind},
    decode::FrameReader,
    header::FrameShape,
    pixels::{Photometric, Pixels},
    problem::{Reason, Refusal},
};
use dicom_core::value::C;
use dicom_encoding::{
    adapters::{PixelDataObject, RawPixelData},
    transfer_syntax::{Codec, TransferSyntaxIndex},
};
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;
use std::borrow::Cow;

/// Which bits of a decoded cell belong to the image.
pub(crate) enum Cleaning {
    None,
    /// Bits above Bits Stored hold nothing of the image.
    UnusedBits,
    Precision(u16),
}

impl FrameReader {
    pub(crate) fn codec(&self, syntax: &str, encoded: &[u8]) -> Result<Pixels, Refusal> {
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

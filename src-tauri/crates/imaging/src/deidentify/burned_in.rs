//! Signs that a picture holds writing of its own. The Clean Pixel Data Option is not claimed: pixels are
//! never changed, so a person has to look and confirm.

use super::tree::{Content, Element};
use crate::{header::ImageHeader, pixels::Photometric};
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BurnedIn {
    /// Burned In Annotation (0028,0301) says so.
    Stated,
    /// Secondary capture, ultrasound, photographs, radiographs: these often carry names.
    Kind,
    /// A derived picture such as a screen capture, a report page or a drawing.
    ImageType,
    /// A tomogram in colour is a rendered picture.
    Colour,
    /// An overlay is stored in unused bits of the pixels.
    Overlay,
}

/// Tomograms show no writing unless somebody added it.
const TOMOGRAMS: [&str; 5] = ["CT", "MR", "PT", "NM", "SEG"];
const SECONDARY_CAPTURE: &str = "1.2.840.10008.5.1.4.1.1.7";
/// Parts of Image Type that name pictures made of other pictures.
const CAPTURES: [&str; 8] = [
    "SCREEN", "CAPTURE", "SAVE", "PASTED", "REPORT", "RESULT", "TABLE", "OVERLAY",
];

pub(crate) fn signs(elements: &[Element], facts: &ImageHeader) -> Vec<BurnedIn> {
    let text = |tag: Tag| {
        let bytes = elements.iter().find_map(|element| match &element.value {
            Content::Bytes(bytes) if element.tag == tag => Some(bytes),
            _ => None,
        });
        let text = String::from_utf8_lossy(bytes.map_or(&[], Vec::as_slice)).into_owned();
        text.trim_matches([' ', '\0']).to_ascii_uppercase()
    };
    let image_type = text(tags::IMAGE_TYPE);
    let mut signs = Vec::new();
    if text(tags::BURNED_IN_ANNOTATION) == "YES" {
        signs.push(BurnedIn::Stated);
    }
    if !TOMOGRAMS.contains(&facts.modality.as_str())
        || text(tags::SOP_CLASS_UID).starts_with(SECONDARY_CAPTURE)
        || !text(tags::CONVERSION_TYPE).is_empty()
    {
        signs.push(BurnedIn::Kind);
    }
    if CAPTURES.iter().any(|word| image_type.contains(word)) {
        signs.push(BurnedIn::ImageType);
    }
    let is_grey = matches!(
        facts.shape.format.photometric,
        Photometric::Monochrome1 | Photometric::Monochrome2
    );
    if !is_grey && facts.modality != "SEG" {
        signs.push(BurnedIn::Colour);
    }
    if has_overlay_in_pixels(elements) {
        signs.push(BurnedIn::Overlay);
    }
    signs
}

/// Overlay Bit Position (60xx,0102) above 0, or more than one bit allocated: the retired way of
/// keeping an overlay inside the pixel cells.
fn has_overlay_in_pixels(elements: &[Element]) -> bool {
    elements.iter().any(|element| {
        let is_overlay = (0x6000..=0x60ff).contains(&element.tag.0);
        let Content::Bytes(bytes) = &element.value else {
            return false;
        };
        let value = bytes
            .first()
            .copied()
            .unwrap_or(0)
            .max(bytes.get(1).copied().unwrap_or(0));
        match element.tag.1 {
            0x0100 => is_overlay && value > 1,
            0x0102 => is_overlay && value > 0,
            _ => false,
        }
    })
}

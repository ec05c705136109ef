//! From drawn pages to the bytes of a PDF file.
//!
//! The same pages, title and time give the same bytes: printpdf's random file identifiers are
//! replaced by ones made from the arguments. printpdf embeds whole fonts unless its layout
//! engine is compiled in, so fonts are reduced to the used glyphs here.

use crate::{
    ReportError,
    canvas::Sheet,
    fonts::{Face, Typeface},
    frame,
    standing::Standing,
    style::{PAGE_HEIGHT_MM, PAGE_WIDTH_MM},
    subset,
    voice::Voice,
};
use chrono::{DateTime, Utc};
use printpdf::{
    DictItem, FontId, Mm, Op, PdfDocument, PdfDocumentInfo, PdfFont, PdfFontHandle, PdfPage,
    PdfSaveOptions, RawImage, RawImageData, RawImageFormat, TextItem, XObject, XObjectId,
};
use std::collections::{BTreeMap, BTreeSet};

/// What the file says about itself.
#[derive(Debug)]
pub(crate) struct Properties {
    pub(crate) title: String,
    pub(crate) subject: String,
    /// Who sends it; the application where no centre is known.
    pub(crate) author: String,
    /// What it is about, without anything that names a patient.
    pub(crate) keywords: Vec<String>,
    /// The application and its version.
    pub(crate) application: String,
    /// BCP 47 tag of the language of the text.
    pub(crate) language: String,
    pub(crate) created_at: DateTime<Utc>,
    /// Text that tells this file from others; hashed into the file identifier.
    pub(crate) fingerprint: String,
}

impl Properties {
    /// `about` says of which case, meeting or year it is, without naming a patient.
    pub(crate) fn of(
        voice: &Voice,
        standing: &Standing,
        kind: &str,
        about: &str,
        fingerprint: &str,
    ) -> Properties {
        let paper = &voice.paper;
        let application = frame::application(voice);
        let centre = voice.free(paper.letterhead.centre.trim());
        let product = voice.say("report.product", &[]);
        Properties {
            title: standing.title(voice, &format!("{kind}: {about}")),
            subject: kind.to_owned(),
            author: if centre.is_empty() {
                application.clone()
            } else {
                centre
            },
            keywords: vec![product, kind.to_owned(), about.to_owned()],
            application,
            language: paper.language.to_owned(),
            created_at: paper.generated_at,
            fingerprint: format!("{fingerprint} {}", paper.generated_at),
        }
    }
}

/// Pixels to be embedded under a name, without loss.
#[derive(Debug)]
pub(crate) struct EmbeddedPicture {
    pub(crate) name: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// One byte (grey) or three bytes (red, green, blue) a pixel, row by row.
    pub(crate) bytes: Vec<u8>,
    pub(crate) is_grey: bool,
}

/// Writes the file.
pub(crate) fn write(
    typeface: &'static Typeface,
    sheets: Vec<Sheet>,
    pictures: Vec<EmbeddedPicture>,
    properties: &Properties,
) -> Result<Vec<u8>, ReportError> {
    let pages: Vec<PdfPage> = sheets
        .into_iter()
        .map(|sheet| {
            PdfPage::new(
                Mm(PAGE_WIDTH_MM),
                Mm(PAGE_HEIGHT_MM),
                sheet.into_operations(),
            )
        })
        .collect();

    let mut document = PdfDocument::new(&properties.title);
    document.metadata.info = information(properties);
    for face in typeface.faces() {
        if let Some(font) = reduced(face, &pages)? {
            document
                .resources
                .fonts
                .map
                .insert(FontId(face.name().to_owned()), font);
        }
    }
    for picture in pictures {
        document
            .resources
            .xobjects
            .map
            .insert(XObjectId(picture.name.clone()), embedded(picture));
    }
    document.pages = pages;

    let options = PdfSaveOptions {
        optimize: true,
        subset_fonts: false,
        secure: true,
        image_optimization: None,
    };
    let mut file = printpdf::to_lopdf_doc(&document, &options, &mut Vec::new());
    file.version = "1.7".to_owned();
    file.trailer
        .set("ID", identifiers(&properties.fingerprint).to_lopdf());
    let catalog = file.catalog_mut().map_err(|_| ReportError::Structure)?;
    catalog.set("Lang", text(&properties.language).to_lopdf());
    catalog.set("ViewerPreferences", viewer_preferences().to_lopdf());
    if let Ok(id) = file
        .trailer
        .get(b"Info")
        .and_then(|entry| entry.as_reference())
        && let Ok(information) = file
            .get_object_mut(id)
            .and_then(|object| object.as_dict_mut())
    {
        // printpdf writes an empty version of a prepress standard that this file does not claim.
        for key in ["GTS_PDFXVersion", "Trapped", "Identifier"] {
            information.remove(key.as_bytes());
        }
        if properties.keywords.is_empty() {
            information.remove(b"Keywords");
        }
    }
    for object in file.objects.values_mut() {
        if let Ok(stream) = object.as_stream_mut()
            && stream
                .dict
                .get(b"Subtype")
                .is_ok_and(|subtype| subtype.as_name().is_ok_and(|name| name == b"Image"))
        {
            // ISO 32000-1, 8.9.5.3: a coarse picture is smoothed and not shown as squares.
            stream
                .dict
                .set("Interpolate", DictItem::Bool(true).to_lopdf());
        }
    }
    file.compress();
    let mut bytes = Vec::new();
    file.save_to(&mut bytes)
        .map_err(|_| ReportError::Structure)?;
    Ok(bytes)
}

fn information(properties: &Properties) -> PdfDocumentInfo {
    let created = printpdf::OffsetDateTime::from_unix_timestamp(properties.created_at.timestamp())
        .unwrap_or_else(|_| printpdf::OffsetDateTime::epoch());
    PdfDocumentInfo {
        creation_date: created,
        modification_date: created,
        metadata_date: created,
        document_title: properties.title.clone(),
        author: properties.author.clone(),
        creator: properties.application.clone(),
        producer: properties.application.clone(),
        subject: properties.subject.clone(),
        keywords: properties.keywords.clone(),
        ..PdfDocumentInfo::default()
    }
}

/// The face with the glyphs that the pages use, or none when they use none of it.
fn reduced(face: &Face, pages: &[PdfPage]) -> Result<Option<PdfFont>, ReportError> {
    let characters = characters_set_in(face, pages);
    if characters.is_empty() {
        return Ok(None);
    }
    let glyphs: BTreeMap<u32, u16> = characters
        .iter()
        .filter_map(|character| Some((u32::from(*character), face.glyph(*character)?)))
        .collect();
    let used: BTreeSet<u16> = glyphs.values().copied().collect();
    let whole = face.parsed();
    let mut font = whole.clone();
    font.original_bytes = subset::keep_glyphs(face.bytes(), &used).ok_or(ReportError::Font)?;
    font.glyph_widths.retain(|glyph, _| used.contains(glyph));
    font.codepoint_to_glyph = glyphs;
    // ISO 32000-1, 9.6.4: a reduced font is named with a tag of six capitals.
    font.font_name = Some(format!("SPINEB+{}", face.name()));
    Ok(Some(PdfFont::new(font)))
}

fn characters_set_in(face: &Face, pages: &[PdfPage]) -> BTreeSet<char> {
    let mut characters = BTreeSet::new();
    for page in pages {
        let mut selected = false;
        for operation in &page.ops {
            match operation {
                Op::SetFont {
                    font: PdfFontHandle::External(id),
                    ..
                } => selected = id.0 == face.name(),
                Op::ShowText { items } if selected => {
                    for item in items {
                        if let TextItem::Text(text) = item {
                            characters.extend(text.chars());
                        }
                    }
                }
                _ => {}
            }
        }
    }
    characters
}

fn embedded(picture: EmbeddedPicture) -> XObject {
    XObject::Image(RawImage {
        pixels: RawImageData::U8(picture.bytes),
        width: picture.width as usize,
        height: picture.height as usize,
        data_format: if picture.is_grey {
            RawImageFormat::R8
        } else {
            RawImageFormat::RGB8
        },
        tag: Vec::new(),
    })
}

/// ISO 32000-1, 14.4: two byte strings; equal when a file is new.
fn identifiers(fingerprint: &str) -> DictItem {
    let identifier = || DictItem::Bytes(hash(fingerprint).to_be_bytes().to_vec());
    DictItem::Array(vec![identifier(), identifier()])
}

/// FNV-1a with 128 bits (Fowler, Noll, Vo): tells files apart, protects nothing.
fn hash(text: &str) -> u128 {
    const OFFSET_BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0100_0000_0000_0000_0000_013B;
    text.bytes().fold(OFFSET_BASIS, |state, byte| {
        (state ^ u128::from(byte)).wrapping_mul(PRIME)
    })
}

/// A viewer shows the title instead of the file name.
fn viewer_preferences() -> DictItem {
    let map = BTreeMap::from([("DisplayDocTitle".to_owned(), DictItem::Bool(true))]);
    DictItem::Dict { map }
}

fn text(value: &str) -> DictItem {
    DictItem::String {
        data: value.as_bytes().to_vec(),
        literal: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_published_one() {
        // Test vectors of draft-eastlake-fnv: the empty text and "a".
        assert_eq!(hash(""), 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
        assert_eq!(hash("a"), 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
    }
}

//! What of a mark becomes a segment, and how a segment is described (PS3.3 section C.8.20.4).

use super::{
    codes::{self, Code, coded},
    elements::{Element, plain, sequence, short, text, uid},
    report::tracking,
};
use clinical::marks::{Mark, MarkKind};
use dicom_core::VR;
use dicom_dictionary_std::tags;

/// What a part of a mark outlines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tissue {
    Canal,
    /// What narrows the canal.
    Narrowing,
    Lesion,
    PsoasRight,
    PsoasLeft,
}

impl Tissue {
    /// Of a part of a mark, by its place; none where the tool does not say what it outlines.
    pub(super) fn of(kind: MarkKind, part: usize) -> Option<Tissue> {
        match (kind, part) {
            (MarkKind::CanalCompromise, 0) => Some(Tissue::Canal),
            (MarkKind::CanalCompromise, 1) => Some(Tissue::Narrowing),
            (MarkKind::Volume, _) => Some(Tissue::Lesion),
            (MarkKind::PsoasArea, 0) => Some(Tissue::PsoasRight),
            (MarkKind::PsoasArea, 1) => Some(Tissue::PsoasLeft),
            _ => None,
        }
    }

    fn label(self) -> &'static str {
        match self {
            Tissue::Canal => "Vertebral canal",
            Tissue::Narrowing => "Narrowing of the canal",
            Tissue::Lesion => "Lesion",
            Tissue::PsoasRight => "Psoas muscle, right",
            Tissue::PsoasLeft => "Psoas muscle, left",
        }
    }

    /// Category (CID 7150), type and side.
    fn property(self) -> (Code, Code, Option<Code>) {
        let anatomy = codes::ANATOMICAL_STRUCTURE;
        let abnormal = codes::ABNORMAL_STRUCTURE;
        match self {
            Tissue::Canal => (anatomy, codes::VERTEBRAL_CANAL, None),
            Tissue::Narrowing => (abnormal, codes::CANAL_NARROWING, None),
            Tissue::Lesion => (abnormal, codes::LESION, None),
            Tissue::PsoasRight => (anatomy, codes::PSOAS, Some(codes::RIGHT)),
            Tissue::PsoasLeft => (anatomy, codes::PSOAS, Some(codes::LEFT)),
        }
    }

    /// CIELab as 16 bits each (PS3.3 section C.10.7.1.1): chosen to be told apart.
    fn colour(self) -> [u16; 3] {
        match self {
            Tissue::Canal => [48_000, 27_000, 21_000],
            Tissue::Narrowing => [42_000, 44_000, 43_000],
            Tissue::Lesion => [52_000, 33_000, 50_000],
            Tissue::PsoasRight => [46_000, 20_000, 42_000],
            Tissue::PsoasLeft => [50_000, 24_000, 30_000],
        }
    }
}

/// An item of the Segment Sequence; numbers count from 1.
pub(super) fn described(number: u16, tissue: Tissue, mark: &Mark) -> Vec<Element> {
    let (category, property, side) = tissue.property();
    let (name, tracking_uid) = tracking(mark);
    let label = match mark.level {
        Some(level) => format!("{} {}", tissue.label(), level.name()),
        None => tissue.label().to_owned(),
    };
    let mut property = codes::elements(property);
    property
        .extend(side.map(|side| coded(tags::SEGMENTED_PROPERTY_TYPE_MODIFIER_CODE_SEQUENCE, side)));
    let mut elements = vec![
        short(tags::SEGMENT_NUMBER, number),
        text(tags::SEGMENT_LABEL, VR::LO, &label),
        coded(tags::SEGMENTED_PROPERTY_CATEGORY_CODE_SEQUENCE, category),
        sequence(tags::SEGMENTED_PROPERTY_TYPE_CODE_SEQUENCE, vec![property]),
        text(tags::TRACKING_ID, VR::UT, &name),
        uid(tags::TRACKING_UID, &tracking_uid),
        dicom_core::DataElement::new(
            tags::RECOMMENDED_DISPLAY_CIE_LAB_VALUE,
            VR::US,
            dicom_core::PrimitiveValue::U16(tissue.colour().as_slice().into()),
        ),
    ];
    elements.extend(algorithm(mark));
    elements.extend(
        mark.level
            .map(|level| coded(tags::ANATOMIC_REGION_SEQUENCE, codes::level(level))),
    );
    elements
}

/// Whether a person drew it or corrected what a model proposed, whose name fits 64 letters (LO).
fn algorithm(mark: &Mark) -> Vec<Element> {
    if mark.proposed_by.is_empty() {
        return vec![plain(tags::SEGMENT_ALGORITHM_TYPE, VR::CS, "MANUAL")];
    }
    let models = mark
        .proposed_by
        .iter()
        .map(|model| format!("{} {}", model.pack, model.version));
    let name: String = models.collect::<Vec<_>>().join("; ");
    let name: String = name.chars().take(64).collect();
    vec![
        plain(tags::SEGMENT_ALGORITHM_TYPE, VR::CS, "SEMIAUTOMATIC"),
        text(tags::SEGMENT_ALGORITHM_NAME, VR::LO, &name),
    ]
}

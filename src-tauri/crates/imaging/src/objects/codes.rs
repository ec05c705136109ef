//! Codes of DICOM PS3.16 (edition as in pydicom 3.0.2's tables of it), and our own where it has none.

use super::elements::{Element, plain, sequence, text};
use clinical::{
    level::Level,
    marks::{MarkKind, Quantity, Unit},
};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;

/// Of the codes that are ours; the prefix 99 is for such (PS3.16 section 8.2).
pub(super) const OWN_SCHEME: &str = "99SPINEBOARD";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) value: &'static str,
    pub(super) scheme: &'static str,
    pub(super) meaning: &'static str,
}

const fn dcm(value: &'static str, meaning: &'static str) -> Code {
    Code {
        value,
        scheme: "DCM",
        meaning,
    }
}

const fn sct(value: &'static str, meaning: &'static str) -> Code {
    Code {
        value,
        scheme: "SCT",
        meaning,
    }
}

const fn own(value: &'static str, meaning: &'static str) -> Code {
    Code {
        value,
        scheme: OWN_SCHEME,
        meaning,
    }
}

pub(super) const MEASUREMENT_REPORT: Code = dcm("126000", "Imaging Measurement Report");
pub(super) const FOR_CONFERENCE: Code = dcm("113005", "For Conference");
pub(super) const KEY_OBJECT_DESCRIPTION: Code = dcm("113012", "Key Object Description");
pub(super) const LANGUAGE: Code = dcm("121049", "Language of Content Item and Descendants");
pub(super) const OBSERVER_TYPE: Code = dcm("121005", "Observer Type");
pub(super) const PERSON: Code = dcm("121006", "Person");
pub(super) const PERSON_OBSERVER_NAME: Code = dcm("121008", "Person Observer Name");
pub(super) const PROCEDURE_REPORTED: Code = dcm("121058", "Procedure reported");
pub(super) const IMAGING_MEASUREMENTS: Code = dcm("126010", "Imaging Measurements");
pub(super) const MEASUREMENT_GROUP: Code = dcm("125007", "Measurement Group");
pub(super) const TRACKING_IDENTIFIER: Code = dcm("112039", "Tracking Identifier");
pub(super) const TRACKING_UID: Code = dcm("112040", "Tracking Unique Identifier");
pub(super) const FINDING_SITE: Code = sct("363698007", "Finding Site");
pub(super) const LATERALITY: Code = sct("272741003", "Laterality");
pub(super) const IMAGE_REGION: Code = dcm("111030", "Image Region");
pub(super) const SOURCE_OF_MEASUREMENT: Code = dcm("121112", "Source of Measurement");
pub(super) const DERIVATION: Code = dcm("121401", "Derivation");
pub(super) const ALGORITHM_NAME: Code = dcm("111001", "Algorithm Name");
pub(super) const ALGORITHM_VERSION: Code = dcm("111003", "Algorithm Version");
pub(super) const ALGORITHM_PARAMETERS: Code = dcm("111002", "Algorithm Parameters");
pub(super) const COMMENT: Code = dcm("121106", "Comment");
pub(super) const SEGMENTATION: Code = dcm("113076", "Segmentation");
pub(super) const SOURCE_IMAGE_FOR_PROCESSING: Code =
    dcm("121322", "Source image for image processing operation");
pub(super) const ANATOMICAL_STRUCTURE: Code = sct("91723000", "Anatomical Structure");
pub(super) const ABNORMAL_STRUCTURE: Code = sct("49755003", "Morphologically Abnormal Structure");
pub(super) const VERTEBRAL_CANAL: Code = sct("61853006", "Vertebral canal");
pub(super) const LESION: Code = sct("52988006", "Lesion");
pub(super) const RIGHT: Code = sct("24028007", "Right");
pub(super) const LEFT: Code = sct("7771000", "Left");
pub(super) const ENGLISH: Code = Code {
    value: "en",
    scheme: "RFC5646",
    meaning: "English",
};
/// PS3.16 has the muscle only together with the iliacus.
pub(super) const PSOAS: Code = own("PSOAS", "Psoas major muscle");
/// Tissue of whatever kind within the bony canal; what it is nobody has said.
pub(super) const CANAL_NARROWING: Code = own("CANALNARROWING", "What narrows the vertebral canal");

/// Of the images (PS3.16 CID 100).
pub(super) fn procedure(modality: &str) -> Code {
    let loinc = |value, meaning| Code {
        value,
        scheme: "LN",
        meaning,
    };
    match modality {
        "CT" => loinc("25045-6", "CT unspecified body region"),
        "MR" => loinc("25056-3", "MRI unspecified body region"),
        "PT" => loinc("44136-0", "PET unspecified body region"),
        "NM" => loinc("49118-3", "NM unspecified body region"),
        "CR" | "DX" => loinc("43468-8", "XR unspecified body region"),
        _ => sct("363679005", "Imaging procedure"),
    }
}

/// PS3.16 CID 7603 for C1 to L5, CID 7151 for the occiput; the variants and the segments of the sacrum have
/// no code there.
pub(super) fn level(level: Level) -> Code {
    match level.name() {
        "C0" => sct("31640002", "Occipital bone"),
        "C1" => sct("14806007", "C1 vertebra"),
        "C2" => sct("39976000", "C2 vertebra"),
        "C3" => sct("113205007", "C3 vertebra"),
        "C4" => sct("5329002", "C4 vertebra"),
        "C5" => sct("36978003", "C5 vertebra"),
        "C6" => sct("36054005", "C6 vertebra"),
        "C7" => sct("87391001", "C7 vertebra"),
        "T1" => sct("64864005", "T1 vertebra"),
        "T2" => sct("53733008", "T2 vertebra"),
        "T3" => sct("1626008", "T3 vertebra"),
        "T4" => sct("73071006", "T4 vertebra"),
        "T5" => sct("56401006", "T5 vertebra"),
        "T6" => sct("45296009", "T6 vertebra"),
        "T7" => sct("62487009", "T7 vertebra"),
        "T8" => sct("11068009", "T8 vertebra"),
        "T9" => sct("82687006", "T9 vertebra"),
        "T10" => sct("7610001", "T10 vertebra"),
        "T11" => sct("12989004", "T11 vertebra"),
        "T12" => sct("23215003", "T12 vertebra"),
        "T13" => own("T13", "T13 vertebra"),
        "L1" => sct("66794005", "L1 vertebra"),
        "L2" => sct("14293000", "L2 vertebra"),
        "L3" => sct("36470004", "L3 vertebra"),
        "L4" => sct("11994002", "L4 vertebra"),
        "L5" => sct("49668003", "L5 vertebra"),
        "L6" => own("L6", "L6 vertebra"),
        "S1" => own("S1", "S1 vertebra"),
        "S2" => own("S2", "S2 vertebra"),
        "S3" => own("S3", "S3 vertebra"),
        "S4" => own("S4", "S4 vertebra"),
        _ => own("S5", "S5 vertebra"),
    }
}

/// The meanings are those of PS3.16 CID 7181 and CID 7460 where they are there.
pub(super) fn unit(unit: Unit) -> Code {
    let meaning = match unit {
        Unit::Millimetre => "millimeter",
        Unit::SquareMillimetre => "square millimeter",
        Unit::Millilitre => "milliliter",
        Unit::Degree => "degree",
        Unit::Percent => "Percent",
        Unit::Hounsfield => "Hounsfield unit",
        Unit::None => "no units",
    };
    Code {
        value: unit.ucum(),
        scheme: "UCUM",
        meaning,
    }
}

/// What a value is of: its name, how it was derived (CID 7464) and where it was measured, with the side.
pub(super) struct Concept {
    pub(super) name: Code,
    pub(super) derivation: Option<Code>,
    pub(super) site: Option<(Code, Option<Code>)>,
}

pub(super) fn concept(quantity: Quantity, kind: MarkKind, unit: Unit, modality: &str) -> Concept {
    let area = sct("42798000", "Area");
    let of_pixels = match (unit, modality) {
        (Unit::Hounsfield, _) => dcm("112031", "Attenuation Coefficient"),
        (_, "MR") => dcm("110852", "MR signal intensity"),
        _ => own("PIXELVALUE", "Pixel value"),
    };
    let (name, derivation, site) = match quantity {
        Quantity::Length => (sct("410668003", "Length"), None, None),
        Quantity::Angle if kind == MarkKind::CobbAngle => {
            (sct("285285000", "Cobb angle"), None, None)
        }
        Quantity::Angle => (sct("1483009", "Angle"), None, None),
        Quantity::Area => (area, None, None),
        Quantity::Mean => (of_pixels, Some(sct("373098007", "Mean")), None),
        Quantity::StandardDeviation => {
            let derivation = sct("386136009", "Standard Deviation");
            (of_pixels, Some(derivation), None)
        }
        Quantity::Minimum => (of_pixels, Some(sct("255605001", "Minimum")), None),
        Quantity::Maximum => (of_pixels, Some(sct("56851009", "Maximum")), None),
        Quantity::LongDiameter => (sct("103339001", "Long axis"), None, None),
        Quantity::ShortDiameter => (sct("103340004", "Short axis"), None, None),
        Quantity::Height => (dcm("121207", "Height"), None, None),
        Quantity::ExpectedHeight => {
            let name = own(
                "EXPECTEDHEIGHT",
                "Mean height of the neighbouring vertebral bodies",
            );
            (name, None, None)
        }
        Quantity::HeightLoss => {
            let name = own("HEIGHTLOSS", "Loss of vertebral body height");
            (name, None, None)
        }
        Quantity::Translation => {
            let name = own(
                "TRANSLATION",
                "Translation of the upper vertebra to the front",
            );
            (name, None, None)
        }
        Quantity::CanalArea => (area, None, Some((VERTEBRAL_CANAL, None))),
        Quantity::CanalCompromise => {
            let name = own(
                "CANALCOMPROMISE",
                "Share of the vertebral canal's area taken",
            );
            (name, None, Some((VERTEBRAL_CANAL, None)))
        }
        Quantity::Volume => (sct("118565006", "Volume"), None, None),
        Quantity::PsoasAreaRight => (area, None, Some((PSOAS, Some(RIGHT)))),
        Quantity::PsoasAreaLeft => (area, None, Some((PSOAS, Some(LEFT)))),
    };
    Concept {
        name,
        derivation,
        site,
    }
}

/// A sequence of one code (PS3.3 section 8.8).
pub(super) fn coded(tag: Tag, code: Code) -> Element {
    sequence(tag, vec![elements(code)])
}

pub(super) fn elements(code: Code) -> Vec<Element> {
    vec![
        plain(tags::CODE_VALUE, VR::SH, code.value),
        plain(tags::CODING_SCHEME_DESIGNATOR, VR::SH, code.scheme),
        plain(tags::CODE_MEANING, VR::LO, code.meaning),
    ]
}

/// Says whose the codes of [`OWN_SCHEME`] are.
pub(super) fn own_scheme() -> Element {
    let item = vec![
        plain(tags::CODING_SCHEME_DESIGNATOR, VR::SH, OWN_SCHEME),
        text(
            tags::CODING_SCHEME_NAME,
            VR::ST,
            "SpineBoard measurements of the spine",
        ),
        text(
            tags::CODING_SCHEME_RESPONSIBLE_ORGANIZATION,
            VR::ST,
            "SpineBoard",
        ),
    ];
    sequence(tags::CODING_SCHEME_IDENTIFICATION_SEQUENCE, vec![item])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_has_its_own_code_and_says_its_name() {
        let codes: Vec<Code> = Level::all().map(level).collect();
        for (index, code) in codes.iter().enumerate() {
            assert!(!codes[..index].iter().any(|other| other.value == code.value));
            assert!(code.value.len() <= 16 && code.meaning.len() <= 64);
        }
        for (wanted, code) in Level::all().zip(&codes).skip(1) {
            assert_eq!(code.meaning, format!("{wanted} vertebra"));
        }
    }

    #[test]
    fn own_codes_fit_into_their_representation() {
        let concept = |quantity| concept(quantity, MarkKind::HeightLoss, Unit::None, "XA").name;
        for code in [
            concept(Quantity::ExpectedHeight),
            concept(Quantity::HeightLoss),
            concept(Quantity::Translation),
            concept(Quantity::CanalCompromise),
            concept(Quantity::Mean),
            PSOAS,
            CANAL_NARROWING,
        ] {
            assert_eq!(code.scheme, OWN_SCHEME);
            assert!(
                code.value.len() <= 16 && code.meaning.len() <= 64,
                "{code:?}"
            );
        }
    }
}

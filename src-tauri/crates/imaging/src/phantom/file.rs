//! The DICOM files of the phantom: CT Image Storage and MR Image Storage (PS3.3 annexes A.3, A.4),
//! explicit VR little endian, in a folder per series.

use super::{
    FAMILY_NAME, GIVEN_NAME, MR_OFFSET, PATIENT_ID, SEX, Sampling, appearance::Contrast,
    birth_date, study_date,
};
use crate::{header::derived_uid, part10::EXPLICIT_LITTLE, problem::ImagingError};
use dicom_core::{DataElement, PrimitiveValue, Tag, VR, dicom_value};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use std::{fs, path::Path};

pub(crate) struct SeriesFacts {
    is_ct: bool,
    number: u16,
    description: &'static str,
}

impl SeriesFacts {
    pub(crate) fn ct() -> SeriesFacts {
        SeriesFacts {
            is_ct: true,
            number: 2,
            description: "AXIAL BONE (SYNTHETIC)",
        }
    }

    pub(crate) fn mr(number: u16, description: &'static str) -> SeriesFacts {
        SeriesFacts {
            is_ct: false,
            number,
            description,
        }
    }

    fn modality(&self) -> &'static str {
        if self.is_ct { "CT" } else { "MR" }
    }

    fn uid(&self, what: &str) -> String {
        derived_uid(&[
            b"SpineBoard phantom",
            self.modality().as_bytes(),
            what.as_bytes(),
        ])
    }

    pub(crate) fn series_uid(&self) -> String {
        self.uid(&format!("series {}", self.number))
    }

    /// Writes one slice, counted from 0.
    pub(crate) fn write(
        &self,
        folder: &Path,
        sampling: &Sampling,
        index: usize,
        pixels: &[i16],
    ) -> Result<(), ImagingError> {
        let series = folder
            .join(PATIENT_ID)
            .join(self.modality())
            .join(format!("SER{:05}", self.number));
        let failed = |kind| ImagingError::Write {
            folder: folder.to_owned(),
            kind,
        };
        fs::create_dir_all(&series).map_err(|error| failed(error.kind()))?;
        let sop_class = if self.is_ct {
            uids::CT_IMAGE_STORAGE
        } else {
            uids::MR_IMAGE_STORAGE
        };
        let instance = self.uid(&format!("series {} image {}", self.number, index + 1));
        let mut elements = self.identity(sop_class, &instance, sampling, index);
        elements.extend(self.image(sampling, index));
        elements.extend(if self.is_ct {
            ct_elements()
        } else {
            mr_elements(sampling.contrast)
        });
        let words = pixels.iter().map(|value| *value as u16).collect();
        elements.push(DataElement::new(
            tags::PIXEL_DATA,
            VR::OW,
            PrimitiveValue::U16(words),
        ));
        let meta = FileMetaTableBuilder::new()
            .transfer_syntax(EXPLICIT_LITTLE)
            .media_storage_sop_class_uid(sop_class)
            .media_storage_sop_instance_uid(instance);
        let object = InMemDicomObject::from_element_iter(elements)
            .with_meta(meta)
            .map_err(|_| failed(std::io::ErrorKind::InvalidData))?;
        let path = series.join(format!("IM{:06}", index + 1));
        object
            .write_to_file(path)
            .map_err(|_| failed(std::io::ErrorKind::Other))
    }

    fn identity(
        &self,
        sop_class: &str,
        instance: &str,
        sampling: &Sampling,
        index: usize,
    ) -> Vec<Element> {
        let date = study_date().format("%Y%m%d").to_string();
        let study = if self.is_ct {
            "CT SPINE (SYNTHETIC)"
        } else {
            "MR SPINE (SYNTHETIC)"
        };
        let hour = if self.is_ct { "101500" } else { "113000" };
        let mut elements = vec![
            text(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192"),
            text(
                tags::IMAGE_TYPE,
                VR::CS,
                if self.is_ct {
                    "ORIGINAL\\PRIMARY\\AXIAL"
                } else {
                    "ORIGINAL\\PRIMARY\\OTHER"
                },
            ),
            text(tags::SOP_CLASS_UID, VR::UI, sop_class),
            text(tags::SOP_INSTANCE_UID, VR::UI, instance),
            text(tags::STUDY_DATE, VR::DA, &date),
            text(tags::SERIES_DATE, VR::DA, &date),
            text(tags::ACQUISITION_DATE, VR::DA, &date),
            text(tags::CONTENT_DATE, VR::DA, &date),
            text(tags::STUDY_TIME, VR::TM, hour),
            text(tags::SERIES_TIME, VR::TM, hour),
            text(tags::ACQUISITION_TIME, VR::TM, hour),
            text(tags::CONTENT_TIME, VR::TM, hour),
            text(tags::ACCESSION_NUMBER, VR::SH, ""),
            text(tags::MODALITY, VR::CS, self.modality()),
            text(tags::MANUFACTURER, VR::LO, "SpineBoard phantom"),
            text(tags::REFERRING_PHYSICIAN_NAME, VR::PN, ""),
            text(tags::STUDY_DESCRIPTION, VR::LO, study),
            text(tags::SERIES_DESCRIPTION, VR::LO, self.description),
            text(
                tags::PATIENT_NAME,
                VR::PN,
                &format!("{FAMILY_NAME}^{GIVEN_NAME}"),
            ),
            text(tags::PATIENT_ID, VR::LO, PATIENT_ID),
            text(
                tags::PATIENT_BIRTH_DATE,
                VR::DA,
                &birth_date().format("%Y%m%d").to_string(),
            ),
            text(tags::PATIENT_SEX, VR::CS, SEX),
            text(tags::PATIENT_COMMENTS, VR::LT, "SYNTHETIC: not a person"),
            text(tags::BODY_PART_EXAMINED, VR::CS, "TLSPINE"),
            text(tags::PATIENT_POSITION, VR::CS, "HFS"),
            text(tags::STUDY_INSTANCE_UID, VR::UI, &self.uid("study")),
            text(tags::SERIES_INSTANCE_UID, VR::UI, &self.series_uid()),
            text(tags::STUDY_ID, VR::SH, "1"),
            text(tags::SERIES_NUMBER, VR::IS, &self.number.to_string()),
            text(tags::ACQUISITION_NUMBER, VR::IS, "1"),
            text(tags::INSTANCE_NUMBER, VR::IS, &(index + 1).to_string()),
            text(
                tags::FRAME_OF_REFERENCE_UID,
                VR::UI,
                &self.uid("frame of reference"),
            ),
            text(tags::POSITION_REFERENCE_INDICATOR, VR::LO, ""),
        ];
        elements.push(text(
            tags::SLICE_THICKNESS,
            VR::DS,
            &decimal(sampling.thickness),
        ));
        elements
    }

    fn image(&self, sampling: &Sampling, index: usize) -> Vec<Element> {
        let offset = if self.is_ct { [0.0; 3] } else { MR_OFFSET };
        let place = sampling.positions[index];
        let position = [0, 1, 2].map(|axis| decimal(place[axis] + offset[axis]));
        let orientation = sampling.orientation.map(decimal);
        let (center, width) = match sampling.contrast {
            Contrast::Ct => ("400\\50", "1800\\350"),
            Contrast::T1 => ("430", "860"),
            Contrast::T2 => ("430", "860"),
        };
        let mut elements = vec![
            text(tags::IMAGE_POSITION_PATIENT, VR::DS, &position.join("\\")),
            text(
                tags::IMAGE_ORIENTATION_PATIENT,
                VR::DS,
                &orientation.join("\\"),
            ),
            number(tags::SAMPLES_PER_PIXEL, 1),
            text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2"),
            number(tags::ROWS, sampling.rows),
            number(tags::COLUMNS, sampling.columns),
            text(
                tags::PIXEL_SPACING,
                VR::DS,
                &[decimal(sampling.pixel), decimal(sampling.pixel)].join("\\"),
            ),
            number(tags::BITS_ALLOCATED, 16),
            number(tags::BITS_STORED, 16),
            number(tags::HIGH_BIT, 15),
            number(tags::PIXEL_REPRESENTATION, 1),
            text(tags::BURNED_IN_ANNOTATION, VR::CS, "YES"),
            text(tags::WINDOW_CENTER, VR::DS, center),
            text(tags::WINDOW_WIDTH, VR::DS, width),
        ];
        if self.is_ct {
            elements.push(text(
                tags::WINDOW_CENTER_WIDTH_EXPLANATION,
                VR::LO,
                "BONE\\SOFT TISSUE",
            ));
        } else {
            elements.push(text(
                tags::SPACING_BETWEEN_SLICES,
                VR::DS,
                &decimal(sampling.spacing),
            ));
        }
        elements
    }
}

type Element = DataElement<InMemDicomObject>;

fn text(tag: Tag, vr: VR, value: &str) -> Element {
    let value = if value.is_empty() {
        PrimitiveValue::Empty
    } else if value.contains('\\') {
        PrimitiveValue::Strs(value.split('\\').map(str::to_owned).collect())
    } else {
        PrimitiveValue::from(value)
    };
    DataElement::new(tag, vr, value)
}

fn number(tag: Tag, value: u16) -> Element {
    DataElement::new(tag, VR::US, dicom_value!(U16, [value]))
}

/// A decimal string of at most 16 characters (PS3.5 section 6.2).
fn decimal(value: f64) -> String {
    let text = format!("{value:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

fn ct_elements() -> Vec<Element> {
    vec![
        text(tags::KVP, VR::DS, "120"),
        text(tags::CONVOLUTION_KERNEL, VR::SH, "SYNTHETIC"),
        text(tags::RESCALE_INTERCEPT, VR::DS, "0"),
        text(tags::RESCALE_SLOPE, VR::DS, "1"),
        text(tags::RESCALE_TYPE, VR::LO, "HU"),
    ]
}

fn mr_elements(contrast: Contrast) -> Vec<Element> {
    let (repetition, echo) = match contrast {
        Contrast::T1 => ("620", "11"),
        Contrast::Ct | Contrast::T2 => ("3600", "104"),
    };
    vec![
        text(tags::SCANNING_SEQUENCE, VR::CS, "SE"),
        text(tags::SEQUENCE_VARIANT, VR::CS, "SK"),
        text(tags::SCAN_OPTIONS, VR::CS, ""),
        text(tags::MR_ACQUISITION_TYPE, VR::CS, "2D"),
        text(tags::REPETITION_TIME, VR::DS, repetition),
        text(tags::ECHO_TIME, VR::DS, echo),
        text(tags::ECHO_TRAIN_LENGTH, VR::IS, "15"),
        text(tags::ECHO_NUMBERS, VR::IS, "1"),
        text(tags::MAGNETIC_FIELD_STRENGTH, VR::DS, "1.5"),
    ]
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn decimals_are_short_and_have_no_negative_zero() {
        assert_eq!(decimal(-127.5), "-127.5");
        assert_eq!(decimal(2.0), "2");
        assert_eq!(decimal(-0.0000001), "0");
        assert_eq!(decimal(0.75), "0.75");
    }
}

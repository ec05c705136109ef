//! Every file of the shared manifest: lossless pixels equal pydicom's by hash, and what is not
//! decoded is in the table below with its cause.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use imaging::{ImagingError, Reason, pixel_hash};
use std::{collections::BTreeMap, fs};

mod shared;

/// Files that pydicom decodes and this crate does not, with the cause.
const NOT_DECODED: &[(&str, Reason, &str)] = &[(
    "conformance/pydicom/test_files/JPGExtended.dcm",
    Reason::UnsupportedCompression,
    "JPEG extended with 12 bits: no permissively licensed decoder in Rust",
)];

#[test]
fn stored_values_equal_the_manifest() {
    let Some(root) = shared::folder("dicom") else {
        return;
    };
    let manifest = fs::read_to_string(root.join("manifest.jsonl")).unwrap();
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in manifest.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        let path = entry["path"].as_str().unwrap();
        let decodes = entry["decodes_with_pydicom"] == true;
        let expected = entry
            .get("pixel_sha256_raw")
            .or_else(|| entry.get("pixel_sha256"))
            .and_then(|hash| hash.as_str());
        let listed = NOT_DECODED.iter().find(|(name, _, _)| *name == path);
        let outcome = pixel_hash(&root.join(path));
        let class = match (&outcome, decodes, entry["ts_lossy"] == true) {
            (Ok(_), true, true) => "lossy, decoded",
            (Ok(hash), true, false) if Some(hash.as_str()) == expected => "lossless, equal",
            (Ok(hash), true, false) => {
                wrong.push(format!("{path}: {hash} instead of {expected:?}"));
                "lossless, different"
            }
            (Ok(_), false, _) => "decoded here, not by pydicom",
            (Err(ImagingError::Image(refusal)), true, _) => {
                if listed.is_none_or(|(_, reason, _)| *reason != refusal.reason) {
                    wrong.push(format!("{path}: {refusal}"));
                }
                "decoded by pydicom, refused here"
            }
            (Err(ImagingError::Image(_)), false, _) => "neither",
            (Err(error), _, _) => panic!("{path}: {error}"),
        };
        *counts.entry(class).or_default() += 1;
    }
    eprintln!("{counts:#?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

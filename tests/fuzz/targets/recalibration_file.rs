//! A recalibration beside the packs: what is read is within its limits and was signed over a part of it.
#![no_main]

use inference::RecalibrationFile;
use libfuzzer_sys::fuzz_target;
use spineboard_fuzz::{Panics, start};

const SEED: &str = r#"format = 1
pack = "spine-ensemble"
version = "0.1.0"
pack_sha256 = "00"
public_key = "00"

[recalibration]
intercept = 0.31
slope = 0.9
patients = 212
deaths = 98
person = "Dr Test"
date = "2026-03-02"

[recalibration.follow_up]
median_months = 14
longest_months = 40

[recalibration.gain]
per_patient = 0.02
low = 0.01
high = 0.03
interval_level = 0.95

[signature]
ed25519 = "00"
"#;

fuzz_target!(
    init: start(Panics::All, || vec![SEED.as_bytes().to_vec()]),
    |bytes: &[u8]| {
        if let Ok(file) = RecalibrationFile::parse(bytes) {
            let moved = &file.recalibration;
            assert!(moved.slope > 0.0 && moved.slope.is_finite() && moved.intercept.is_finite());
            assert!(moved.gain.low > 0.0 && moved.patients >= moved.deaths);
            assert!(bytes.starts_with(file.signed_bytes()) && file.signed_bytes().len() < bytes.len());
        }
    }
);

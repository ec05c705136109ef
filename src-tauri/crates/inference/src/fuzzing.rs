//! Doors for fuzzing: what a pack holds beside its manifest, without a pack around it. Nothing else
//! uses them.

use crate::{
    PackError,
    benefit::{BenefitDraws, PatientPaths},
    manifest::Output,
    survival::MemberPaths,
};
use clinical::{
    assessment::{BenefitGrid, PackIdentity},
    catalogue::Catalogue,
    conditions::KnownFacts,
};

/// Monthly hazard of the first made-up sample path; the n-th has n times as much.
const HAZARD: f64 = 0.02;

/// Reads `benefit.json` and puts it together with the facts of each patient and made-up paths.
pub fn benefit(
    bytes: &[u8],
    output: &Output,
    catalogue: &Catalogue,
    patients: &[impl KnownFacts],
) -> Result<Vec<BenefitGrid>, PackError> {
    let draws = BenefitDraws::parse(bytes, output, catalogue)?;
    let alive = |(path, months): (usize, &f64)| (-HAZARD * path as f64 * months).exp() as f32;
    let paths: Vec<f32> = (1..=output.samples)
        .flat_map(|path| {
            output
                .time_grid_months
                .iter()
                .map(move |months| (path, months))
        })
        .map(alive)
        .collect();
    let paths = PatientPaths {
        members: &[MemberPaths {
            paths: &paths,
            weight: 1.0,
        }],
        grid: &output.time_grid_months,
        interval_level: output.interval_level,
    };
    let pack = PackIdentity {
        name: String::new(),
        version: String::new(),
        sha256: String::new(),
        rests_on: Vec::new(),
        recalibration: None,
    };
    let grids = patients.iter().map(|facts| draws.grid(facts, paths, &pack));
    Ok(grids.collect())
}

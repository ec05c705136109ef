//! What lies in the bony canal: sac, cord, roots, and the epidural mass behind L1.
//!
//! `x` points to the left, `behind` from the canal's centre to the back, `z` to the head; mm.

use super::{
    anatomy::Tissue,
    shapes::ellipse,
    vertebra::{CANAL_HALF_DEPTH, CANAL_HALF_WIDTH},
};

/// Half the length of the epidural mass along the spine.
const EPIDURAL_HALF_LENGTH: f64 = 15.0;
/// How far behind the canal's centre its surface reaches at the middle of L1.
const EPIDURAL_REACH: f64 = 0.2;
/// The spinal cord ends here (disc L1/L2).
const CONUS: f64 = -17.0;

/// The tissue at a point of the canal.
pub(crate) fn tissue(x: f64, behind: f64, z: f64) -> Tissue {
    let front = epidural_surface(x, z);
    if behind < front {
        return Tissue::Epidural;
    }
    let midline = epidural_surface(0.0, z);
    let pushed = (midline + 7.2).max(0.0) * 0.42;
    let sac = ellipse(x, behind - 0.2 * pushed, 8.9, 6.5);
    if sac >= 1.0 {
        return if behind > 0.0 {
            Tissue::Fat
        } else {
            Tissue::Ligament
        };
    }
    let taper = ((z - CONUS) / 36.0).clamp(0.0, 1.0);
    if z > CONUS {
        let flattened = 1.0 - 0.05 * pushed;
        let width = 4.7 * (0.25 + 0.75 * taper.sqrt()) / flattened;
        let depth = 3.6 * (0.25 + 0.75 * taper.sqrt()) * flattened;
        if ellipse(x, behind - pushed, width, depth) < 1.0 {
            return Tissue::Cord;
        }
    }
    if z < CONUS + 22.0 && is_root(x, behind, z) {
        return Tissue::Cord;
    }
    Tissue::Fluid
}

/// Where the epidural mass ends, from the canal's centre to the back. The ligament holds it in the
/// midline, so it bulges on both sides, more on the left.
fn epidural_surface(x: f64, z: f64) -> f64 {
    let along = z / EPIDURAL_HALF_LENGTH;
    if along.abs() >= 1.0 {
        return -CANAL_HALF_DEPTH;
    }
    let bulge = (1.0 - along * along).sqrt();
    let held = 1.8 * (-(x / 2.4).powi(2)).exp();
    let full = EPIDURAL_REACH + CANAL_HALF_DEPTH - held + 0.14 * x;
    -CANAL_HALF_DEPTH + bulge * full
}

/// Areas of the canal and of the mass in it at the centre of L1, mm², on a grid of 0.02 mm.
pub(crate) fn areas() -> (f64, f64) {
    const STEP: f64 = 0.02;
    let mut mass = 0.0;
    let columns = (CANAL_HALF_WIDTH / STEP) as i32;
    for column in -columns..columns {
        let x = (f64::from(column) + 0.5) * STEP;
        let half = CANAL_HALF_DEPTH * (1.0 - (x / CANAL_HALF_WIDTH).powi(2)).sqrt();
        mass += (epidural_surface(x, 0.0).min(half) + half).max(0.0) * STEP;
    }
    let canal = std::f64::consts::PI * CANAL_HALF_WIDTH * CANAL_HALF_DEPTH;
    (canal, mass)
}

/// Nerve roots below the cord, settled to the back of the sac.
fn is_root(x: f64, behind: f64, z: f64) -> bool {
    const ROOTS: [(f64, f64); 9] = [
        (0.0, 3.4),
        (1.9, 3.0),
        (-1.9, 3.1),
        (3.6, 2.2),
        (-3.6, 2.0),
        (2.8, 3.9),
        (-2.7, 4.0),
        (5.0, 1.0),
        (-5.0, 1.2),
    ];
    let drift = 0.25 * (z / 9.0).sin();
    ROOTS.iter().any(|(across, back)| {
        ellipse(
            x - across * (1.0 + 0.05 * drift),
            behind - back - drift,
            0.75,
            0.75,
        ) < 1.0
    })
}

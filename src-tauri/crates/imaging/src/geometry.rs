//! Where slices lie: normals, planes, order and evenness, in millimetres of the patient
//! coordinate system (PS3.3 section C.7.6.2.1.1).

use crate::library::{Plane, StackNote};

/// Two directions count as one within 0.1 degrees: over a field of 500 mm the edges then differ by
/// less than 0.9 mm, about one pixel.
pub(crate) const ANGLE_TOLERANCE: f64 = 0.1 * std::f64::consts::PI / 180.0;
/// Direction cosines are written with few decimals; farther from unit length they are not cosines.
const COSINE_TOLERANCE: f64 = 0.01;
/// A distance between neighbours may differ from the median by 1 % and by the rounding of decimal
/// strings; what is beyond is said, never resampled away.
const SPACING_TOLERANCE: f64 = 0.01;
const ROUNDING: f64 = 0.005;
/// Nearer than this two slices are the same place.
const SAME_PLACE: f64 = 0.01;

pub(crate) fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(crate) fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

pub(crate) fn subtract(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

pub(crate) fn length(a: [f64; 3]) -> f64 {
    dot(a, a).sqrt()
}

pub(crate) fn scaled(a: [f64; 3], factor: f64) -> [f64; 3] {
    [a[0] * factor, a[1] * factor, a[2] * factor]
}

pub(crate) fn row_and_column(orientation: [f64; 6]) -> ([f64; 3], [f64; 3]) {
    let [a, b, c, d, e, f] = orientation;
    ([a, b, c], [d, e, f])
}

/// Unit vectors at right angles, or none where the cosines are not such.
pub(crate) fn checked_orientation(orientation: [f64; 6]) -> Option<[f64; 6]> {
    let (row, column) = row_and_column(orientation);
    let is_unit = |a| (length(a) - 1.0).abs() < COSINE_TOLERANCE;
    if !is_unit(row) || !is_unit(column) || dot(row, column).abs() > COSINE_TOLERANCE {
        return None;
    }
    let row = scaled(row, 1.0 / length(row));
    let column = scaled(column, 1.0 / length(column));
    Some([row[0], row[1], row[2], column[0], column[1], column[2]])
}

pub(crate) fn normal(orientation: [f64; 6]) -> [f64; 3] {
    let (row, column) = row_and_column(orientation);
    let direction = cross(row, column);
    scaled(direction, 1.0 / length(direction))
}

pub(crate) fn same_orientation(a: [f64; 6], b: [f64; 6]) -> bool {
    let (row_a, column_a) = row_and_column(a);
    let (row_b, column_b) = row_and_column(b);
    length(subtract(row_a, row_b)) <= ANGLE_TOLERANCE
        && length(subtract(column_a, column_b)) <= ANGLE_TOLERANCE
}

/// The nearest anatomical plane. Axial slices along a lumbosacral disc are tilted by 30 degrees and
/// more and are still called axial, so a plane keeps its name up to 45 degrees.
pub(crate) fn plane(orientation: [f64; 6]) -> Plane {
    let [x, y, z] = normal(orientation).map(f64::abs);
    let limit = std::f64::consts::FRAC_1_SQRT_2;
    if z >= limit {
        Plane::Axial
    } else if x >= limit {
        Plane::Sagittal
    } else if y >= limit {
        Plane::Coronal
    } else {
        Plane::Oblique
    }
}

/// How evenly slices lie that are already in order along their normal.
pub(crate) struct Evenness {
    pub(crate) is_volume: bool,
    pub(crate) spacing: Option<f64>,
    pub(crate) notes: Vec<StackNote>,
}

/// Judges ordered positions; `pixel` is the smaller pixel spacing.
pub(crate) fn evenness(positions: &[[f64; 3]], normal: [f64; 3], pixel: f64) -> Evenness {
    let mut steps = Vec::with_capacity(positions.len());
    let mut duplicates = 0;
    for pair in positions.windows(2) {
        let step = dot(subtract(pair[1], pair[0]), normal);
        if step < SAME_PLACE {
            duplicates += 1;
        } else {
            steps.push(step);
        }
    }
    let mut notes = Vec::new();
    if duplicates > 0 {
        notes.push(StackNote::DuplicatePositions { count: duplicates });
    }
    let spacing = median(&steps).map(without_noise);
    let Some(usual) = spacing else {
        return Evenness {
            is_volume: false,
            spacing,
            notes,
        };
    };
    let smallest = steps.iter().copied().fold(f64::INFINITY, f64::min);
    let largest = steps.iter().copied().fold(0.0, f64::max);
    let tolerance = SPACING_TOLERANCE * usual + ROUNDING;
    let is_even = largest - usual <= tolerance && usual - smallest <= tolerance;
    if !is_even {
        // A gap is a whole number of missing slices among otherwise even ones.
        let fits = |step: &f64| {
            let multiple = (step / usual).round().max(1.0);
            (step - multiple * usual).abs() <= tolerance * multiple
        };
        notes.push(if largest > 1.5 * usual && steps.iter().all(fits) {
            StackNote::Gap { largest, usual }
        } else {
            StackNote::UnevenSpacing { smallest, largest }
        });
    }
    let shear = shear(positions, normal);
    let is_sheared = shear * positions.len().saturating_sub(1) as f64 > pixel / 2.0;
    if is_sheared {
        notes.push(StackNote::Sheared { shift: shear });
    }
    Evenness {
        is_volume: positions.len() >= 3 && duplicates == 0 && is_even && !is_sheared,
        spacing,
        notes,
    }
}

/// Mean shift within the plane from slice to slice.
fn shear(positions: &[[f64; 3]], normal: [f64; 3]) -> f64 {
    let (Some(first), Some(last)) = (positions.first(), positions.last()) else {
        return 0.0;
    };
    let lateral = |position: &[f64; 3]| {
        let across = subtract(*position, *first);
        length(subtract(across, scaled(normal, dot(across, normal))))
    };
    let worst = positions.iter().map(lateral).fold(lateral(last), f64::max);
    worst / (positions.len().saturating_sub(1)).max(1) as f64
}

/// Rounds to a nanometre: what is beyond comes from decimal strings and binary fractions.
pub(crate) fn without_noise(millimetres: f64) -> f64 {
    (millimetres * 1e6).round() / 1e6
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        count if count % 2 == 1 => Some(sorted[middle]),
        _ => Some((sorted[middle - 1] + sorted[middle]) / 2.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AXIAL: [f64; 6] = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0];

    fn along_z(places: &[f64]) -> Vec<[f64; 3]> {
        places.iter().map(|z| [-10.0, 5.0, *z]).collect()
    }

    #[test]
    fn planes_are_named_by_their_normal() {
        assert_eq!(plane(AXIAL), Plane::Axial);
        assert_eq!(plane([0.0, 1.0, 0.0, 0.0, 0.0, -1.0]), Plane::Sagittal);
        assert_eq!(plane([1.0, 0.0, 0.0, 0.0, 0.0, -1.0]), Plane::Coronal);
        // tilted 40 degrees about x: still axial; normal (1,1,1) is no plane's neighbour
        assert_eq!(plane([1.0, 0.0, 0.0, 0.0, 0.7660, 0.6428]), Plane::Axial);
        let (a, b) = (0.5_f64.sqrt(), (1.0_f64 / 6.0).sqrt());
        assert_eq!(plane([a, -a, 0.0, b, b, -2.0 * b]), Plane::Oblique);
    }

    #[test]
    fn even_slices_are_a_volume_and_missing_ones_are_said() {
        let even = evenness(&along_z(&[0.0, 2.0, 4.0, 6.001]), normal(AXIAL), 0.5);
        assert!(even.is_volume && even.notes.is_empty());
        assert_eq!(even.spacing, Some(2.0));
        let gap = evenness(&along_z(&[0.0, 2.0, 6.0, 8.0]), normal(AXIAL), 0.5);
        assert!(!gap.is_volume);
        assert_eq!(
            gap.notes,
            [StackNote::Gap {
                largest: 4.0,
                usual: 2.0
            }]
        );
        let uneven = evenness(&along_z(&[0.0, 2.0, 4.3, 6.0]), normal(AXIAL), 0.5);
        assert!(matches!(
            uneven.notes[..],
            [StackNote::UnevenSpacing { .. }]
        ));
        let two = evenness(&along_z(&[0.0, 2.0]), normal(AXIAL), 0.5);
        assert!(!two.is_volume, "two slices are no volume");
    }

    #[test]
    fn slices_at_one_place_and_tilted_gantries_are_no_volume() {
        let doubled = evenness(&along_z(&[0.0, 0.0, 2.0, 4.0]), normal(AXIAL), 0.5);
        assert!(!doubled.is_volume);
        assert_eq!(doubled.notes, [StackNote::DuplicatePositions { count: 1 }]);
        let tilted: Vec<_> = (0..5)
            .map(|n| [0.0, f64::from(n), f64::from(n) * 2.0])
            .collect();
        let tilted = evenness(&tilted, normal(AXIAL), 0.5);
        assert!(!tilted.is_volume);
        assert_eq!(tilted.notes, [StackNote::Sheared { shift: 1.0 }]);
    }

    #[test]
    fn cosines_must_be_unit_vectors_at_right_angles() {
        assert!(checked_orientation([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]).is_none());
        assert!(checked_orientation([0.0; 6]).is_none());
        assert!(checked_orientation([2.0, 0.0, 0.0, 0.0, 1.0, 0.0]).is_none());
        assert!(same_orientation(AXIAL, [1.0, 0.0, 0.001, 0.0, 1.0, 0.0]));
        assert!(!same_orientation(AXIAL, [1.0, 0.0, 0.002, 0.0, 1.0, 0.0]));
    }
}

//! Letters for the patient's sides at the edges of a picture, from its direction cosines
//! (DICOM PS3.3 section C.7.6.2.1.1: x to the left, y to the back, z to the head).

use crate::geometry::row_and_column;

/// The letters at the edges of an image as stored, for example R, L, A, P for an axial one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edges {
    pub left: String,
    pub right: String,
    pub top: String,
    pub bottom: String,
}

/// The negative and the positive end of each axis.
const AXES: [[char; 2]; 3] = [['R', 'L'], ['A', 'P'], ['F', 'H']];

/// A component below this is not worth a letter: about 6 degrees.
const NEGLIGIBLE: f64 = 0.1;

/// Letters from the direction cosines of a row and of a column.
pub fn edges(orientation: [f64; 6]) -> Edges {
    let (row, column) = row_and_column(orientation);
    let opposite = |direction: [f64; 3]| direction.map(|component| -component);
    Edges {
        left: letters(opposite(row)),
        right: letters(row),
        top: letters(opposite(column)),
        bottom: letters(column),
    }
}

/// The strongest component first.
fn letters(direction: [f64; 3]) -> String {
    let mut parts: Vec<(f64, char)> = direction
        .into_iter()
        .zip(AXES)
        .filter(|(component, _)| component.abs() > NEGLIGIBLE)
        .map(|(component, ends)| (component.abs(), ends[usize::from(component > 0.0)]))
        .collect();
    parts.sort_by(|first, second| second.0.total_cmp(&first.0));
    parts.into_iter().map(|(_, letter)| letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn four(orientation: [f64; 6]) -> [String; 4] {
        let Edges {
            left,
            right,
            top,
            bottom,
        } = edges(orientation);
        [left, right, top, bottom]
    }

    #[test]
    fn names_the_sides_of_axial_sagittal_and_coronal_pictures() {
        assert_eq!(four([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]), ["R", "L", "A", "P"]);
        assert_eq!(four([0.0, 1.0, 0.0, 0.0, 0.0, -1.0]), ["A", "P", "H", "F"]);
        assert_eq!(four([1.0, 0.0, 0.0, 0.0, 0.0, -1.0]), ["R", "L", "H", "F"]);
    }

    #[test]
    fn an_oblique_picture_has_two_letters_with_the_stronger_first() {
        let [left, right, ..] = four([0.5, 0.866, 0.0, 0.0, 0.0, -1.0]);
        assert_eq!((left.as_str(), right.as_str()), ("AR", "PL"));
    }
}

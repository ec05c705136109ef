//! The letters that name marks, as strokes on a grid 4 wide and 6 high, from the upper left.

/// One stroke: corners joined by straight lines.
type Stroke = &'static [(u8, u8)];

pub(super) const WIDTH: f64 = 4.0;
pub(super) const HEIGHT: f64 = 6.0;

const LETTERS: [&[Stroke]; 26] = [
    &[&[(0, 6), (2, 0), (4, 6)], &[(1, 4), (3, 4)]],
    &[
        &[(0, 3), (3, 3), (4, 2), (4, 1), (3, 0), (0, 0)],
        &[(0, 0), (0, 6), (3, 6), (4, 5), (4, 4), (3, 3)],
    ],
    &[&[
        (4, 1),
        (3, 0),
        (1, 0),
        (0, 1),
        (0, 5),
        (1, 6),
        (3, 6),
        (4, 5),
    ]],
    &[&[(0, 0), (0, 6), (2, 6), (4, 4), (4, 2), (2, 0), (0, 0)]],
    &[&[(4, 0), (0, 0), (0, 6), (4, 6)], &[(0, 3), (3, 3)]],
    &[&[(4, 0), (0, 0), (0, 6)], &[(0, 3), (3, 3)]],
    &[&[
        (4, 1),
        (3, 0),
        (1, 0),
        (0, 1),
        (0, 5),
        (1, 6),
        (3, 6),
        (4, 5),
        (4, 3),
        (2, 3),
    ]],
    &[&[(0, 0), (0, 6)], &[(4, 0), (4, 6)], &[(0, 3), (4, 3)]],
    &[&[(1, 0), (3, 0)], &[(2, 0), (2, 6)], &[(1, 6), (3, 6)]],
    &[&[(4, 0), (4, 5), (3, 6), (1, 6), (0, 5)]],
    &[&[(0, 0), (0, 6)], &[(4, 0), (0, 3), (4, 6)]],
    &[&[(0, 0), (0, 6), (4, 6)]],
    &[&[(0, 6), (0, 0), (2, 3), (4, 0), (4, 6)]],
    &[&[(0, 6), (0, 0), (4, 6), (4, 0)]],
    &[ROUND],
    &[&[(0, 6), (0, 0), (3, 0), (4, 1), (4, 2), (3, 3), (0, 3)]],
    &[ROUND, &[(2, 4), (4, 6)]],
    &[
        &[(0, 6), (0, 0), (3, 0), (4, 1), (4, 2), (3, 3), (0, 3)],
        &[(2, 3), (4, 6)],
    ],
    &[&[
        (4, 1),
        (3, 0),
        (1, 0),
        (0, 1),
        (0, 2),
        (1, 3),
        (3, 3),
        (4, 4),
        (4, 5),
        (3, 6),
        (1, 6),
        (0, 5),
    ]],
    &[&[(0, 0), (4, 0)], &[(2, 0), (2, 6)]],
    &[&[(0, 0), (0, 5), (1, 6), (3, 6), (4, 5), (4, 0)]],
    &[&[(0, 0), (2, 6), (4, 0)]],
    &[&[(0, 0), (1, 6), (2, 3), (3, 6), (4, 0)]],
    &[&[(0, 0), (4, 6)], &[(4, 0), (0, 6)]],
    &[&[(0, 0), (2, 3), (4, 0)], &[(2, 3), (2, 6)]],
    &[&[(0, 0), (4, 0), (0, 6), (4, 6)]],
];

const ROUND: Stroke = &[
    (1, 0),
    (3, 0),
    (4, 1),
    (4, 5),
    (3, 6),
    (1, 6),
    (0, 5),
    (0, 1),
    (1, 0),
];

/// A to Z, then AA, AB and so on.
pub(super) fn name(mut index: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + (index % 26) as u8));
        if index < 26 {
            return letters.iter().rev().collect();
        }
        index = index / 26 - 1;
    }
}

/// The strokes of a capital letter; none of anything else.
pub(super) fn strokes(letter: char) -> &'static [Stroke] {
    let index = u32::from(letter).wrapping_sub(u32::from('A')) as usize;
    LETTERS.get(index).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_on_after_z() {
        let names = [0, 1, 25, 26, 27, 51, 52, 701, 702].map(name);
        assert_eq!(
            names,
            ["A", "B", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA"].map(str::to_owned)
        );
    }

    #[test]
    fn every_letter_fills_its_height_within_the_grid() {
        for letter in 'A'..='Z' {
            let corners = || strokes(letter).iter().copied().flatten();
            assert!(corners().all(|(x, y)| *x <= 4 && *y <= 6), "{letter}");
            assert!(corners().any(|(_, y)| *y == 0), "{letter}");
            assert!(corners().any(|(_, y)| *y == 6), "{letter}");
        }
        assert!(strokes('a').is_empty());
    }
}

//! A window of pixels around a place: distances, connected regions and their outlines.

use super::{BONE, REACH};

/// Row after row.
type Mask = Vec<bool>;

pub(super) struct Grid {
    rows: usize,
    columns: usize,
    /// Between rows, then between columns, mm.
    spacing: [f64; 2],
    /// Row and column of the image in the first cell.
    origin: [u32; 2],
    /// Row and column of the seed in the window.
    seed: [usize; 2],
    /// HU; padding is as far from bone as air.
    values: Vec<f64>,
}

/// Steps over the upper, right, lower and left side of a cell: row, column.
const SIDES: [[isize; 2]; 4] = [[-1, 0], [0, 1], [1, 0], [0, -1]];

impl Grid {
    /// The window that holds everything within [`REACH`] of a place, given as column and row of the
    /// image, as far as the image does; none for a place outside.
    pub(super) fn around(
        [column, row]: [f64; 2],
        spacing: [f64; 2],
        size: [u32; 2],
        value: impl Fn(u32, u32) -> Option<f64>,
    ) -> Option<Grid> {
        let middle = [row.round(), column.round()];
        let mut origin = [0; 2];
        let mut ends = [0; 2];
        for axis in 0..2 {
            if middle[axis] < 0.0 || middle[axis] >= f64::from(size[axis]) {
                return None;
            }
            let at = middle[axis] as u32;
            let reach = (REACH / spacing[axis]).ceil() as u32 + 1;
            origin[axis] = at.saturating_sub(reach);
            ends[axis] = at.saturating_add(reach + 1).min(size[axis]);
        }
        let values = (origin[0]..ends[0])
            .flat_map(|row| (origin[1]..ends[1]).map(move |column| (row, column)))
            .map(|(row, column)| value(row, column).unwrap_or(f64::NEG_INFINITY))
            .collect();
        Some(Grid {
            rows: (ends[0] - origin[0]) as usize,
            columns: (ends[1] - origin[1]) as usize,
            spacing,
            origin,
            seed: [0, 1].map(|axis| (middle[axis] as u32 - origin[axis]) as usize),
            values,
        })
    }

    pub(super) fn is_bone(&self, cell: usize) -> bool {
        self.values[cell] >= BONE
    }

    pub(super) fn is_seed_in_bone(&self) -> bool {
        self.is_bone(self.seed[0] * self.columns + self.seed[1])
    }

    fn place(&self, cell: usize) -> [usize; 2] {
        [cell / self.columns, cell % self.columns]
    }

    /// Distance of a cell from the seed, mm.
    fn apart(&self, cell: usize) -> f64 {
        let place = self.place(cell);
        let [down, along] =
            [0, 1].map(|axis| place[axis].abs_diff(self.seed[axis]) as f64 * self.spacing[axis]);
        down.hypot(along)
    }

    /// Distance of every cell to the nearest one of a kind, mm, from centre to centre; infinite where
    /// there is none. First down each column, then along each row.
    pub(super) fn distances(&self, is_kind: impl Fn(usize) -> bool) -> Vec<f64> {
        let mut down = vec![f64::INFINITY; self.values.len()];
        for column in 0..self.columns {
            let mut last = f64::INFINITY;
            let cells = (0..self.rows).map(|row| row * self.columns + column);
            for cell in cells.clone() {
                last = if is_kind(cell) {
                    0.0
                } else {
                    last + self.spacing[0]
                };
                down[cell] = last;
            }
            let mut last = f64::INFINITY;
            for cell in cells.rev() {
                last = if is_kind(cell) {
                    0.0
                } else {
                    last + self.spacing[0]
                };
                down[cell] = down[cell].min(last);
            }
        }
        let mut distances = Vec::with_capacity(down.len());
        for row in down.chunks_exact(self.columns) {
            distances.extend((0..self.columns).map(|column| {
                let over = |(other, down): (usize, &f64)| {
                    let along = column.abs_diff(other) as f64 * self.spacing[1];
                    along * along + down * down
                };
                let nearest = row.iter().enumerate().map(over);
                nearest.fold(f64::INFINITY, f64::min).sqrt()
            }));
        }
        distances
    }

    /// The cell of a kind that is nearest to the seed, if one lies within a distance and a cell's
    /// diagonal, mm.
    pub(super) fn nearest_to_seed(
        &self,
        is_kind: impl Fn(usize) -> bool,
        within: f64,
    ) -> Option<usize> {
        let within = within + self.spacing[0].hypot(self.spacing[1]);
        (0..self.values.len())
            .filter(|cell| is_kind(*cell) && self.apart(*cell) <= within)
            .min_by(|a, b| self.apart(*a).total_cmp(&self.apart(*b)))
    }

    /// Cells of a kind that are joined to one by their sides.
    pub(super) fn connected(&self, start: usize, is_kind: impl Fn(usize) -> bool) -> Mask {
        let mut region = vec![false; self.values.len()];
        let mut open = vec![start];
        while let Some(cell) = open.pop() {
            if region[cell] || !is_kind(cell) {
                continue;
            }
            region[cell] = true;
            let place = self.place(cell);
            open.extend(
                SIDES
                    .into_iter()
                    .filter_map(|side| self.beside(place, side)),
            );
        }
        region
    }

    fn beside(&self, [row, column]: [usize; 2], [down, along]: [isize; 2]) -> Option<usize> {
        let row = row
            .checked_add_signed(down)
            .filter(|row| *row < self.rows)?;
        let column = column
            .checked_add_signed(along)
            .filter(|column| *column < self.columns)?;
        Some(row * self.columns + column)
    }

    /// How far a region reaches from the seed, mm; without end where it reaches the edge of the window.
    pub(super) fn reach(&self, region: &Mask) -> f64 {
        let cells = (0..region.len()).filter(|cell| region[*cell]);
        let far = |cell: usize| {
            let place = self.place(cell);
            match SIDES.iter().all(|side| self.beside(place, *side).is_some()) {
                true => self.apart(cell),
                false => f64::INFINITY,
            }
        };
        cells.map(far).fold(0.0, f64::max)
    }

    /// The outer outline of a region that is joined by sides, as columns and rows of the image: one
    /// point for each side of a cell beyond which there is bone, between the two cells. Where the
    /// region ends without bone there is no point. Second, the share of sides with bone.
    pub(super) fn outline(&self, region: &Mask) -> (Vec<[f64; 2]>, f64) {
        let Some(first) = region.iter().position(|inside| *inside) else {
            return (Vec::new(), 0.0);
        };
        let is_inside = |place, step| {
            self.beside(place, step)
                .filter(|cell| region[*cell])
                .map(|cell| self.place(cell))
        };
        // Nothing of the region lies above its first cell. Going clockwise round it, the region stays to
        // the right; it comes back to this side after at most four sides of every cell.
        let start = (self.place(first), 0);
        let (mut place, mut side) = start;
        let mut points = Vec::new();
        let mut sides = 0.0;
        for _ in 0..4 * region.len() {
            sides += 1.0;
            points.extend(self.edge_of_bone(place, SIDES[side]));
            let onward = SIDES[(side + 1) % 4];
            let across = [0, 1].map(|axis| onward[axis] + SIDES[side][axis]);
            (place, side) = match (is_inside(place, onward), is_inside(place, across)) {
                (Some(_), Some(corner)) => (corner, (side + 3) % 4),
                (Some(next), None) => (next, side),
                (None, _) => (place, (side + 1) % 4),
            };
            if (place, side) == start {
                break;
            }
        }
        let share = points.len() as f64 / sides;
        (points, share)
    }

    /// Where between a cell and the one beyond its side the value is that of bone.
    fn edge_of_bone(&self, place: [usize; 2], side: [isize; 2]) -> Option<[f64; 2]> {
        let inside = self.values[place[0] * self.columns + place[1]];
        let beyond = self.values[self.beside(place, side)?];
        if beyond < BONE {
            return None;
        }
        let share = match inside.is_finite() {
            true => (BONE - inside) / (beyond - inside),
            false => 0.5,
        };
        let [row, column] = [0, 1].map(|axis| {
            (self.origin[axis] as usize + place[axis]) as f64 + share * side[axis] as f64
        });
        Some([column, row])
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    /// Seed in the middle of a picture whose `#` is bone; rows 2 mm apart, columns 1 mm.
    fn drawn(rows: &[&str]) -> Grid {
        let size = [rows.len() as u32, rows[0].len() as u32];
        let value = |row: u32, column: u32| {
            let letter = rows[row as usize].as_bytes()[column as usize];
            Some(if letter == b'#' { 2.0 * BONE } else { 0.0 })
        };
        let middle = [f64::from(size[1] / 2), f64::from(size[0] / 2)];
        Grid::around(middle, [2.0, 1.0], size, value).unwrap()
    }

    #[test]
    fn distances_are_millimetres_in_both_directions() {
        let grid = drawn(&["#....", ".....", "....."]);
        let found = grid.distances(|cell| grid.is_bone(cell));
        assert_eq!(found[3], 3.0);
        assert_eq!(found[10], 4.0);
        assert_eq!(found[13], 5.0, "3 mm along and 4 mm down");
    }

    #[test]
    fn an_outline_runs_between_cells_and_takes_no_corner_that_only_touches() {
        let grid = drawn(&["#####", "#..##", "###.#", "#####"]);
        let open = |cell: usize| !grid.is_bone(cell);
        let region = grid.connected(6, open);
        assert_eq!(region.iter().filter(|inside| **inside).count(), 2);
        // 0 to 452 HU: 226 is half way; clockwise from above the first cell
        let expected = vec![
            [1.0, 0.5],
            [2.0, 0.5],
            [2.5, 1.0],
            [2.0, 1.5],
            [1.0, 1.5],
            [0.5, 1.0],
        ];
        assert_eq!(grid.outline(&region), (expected, 1.0));
    }

    #[test]
    fn an_outline_turns_into_bays_and_passes_over_holes() {
        let grid = drawn(&["#####", "#...#", "#.#.#", "#...#", "#.#.#", "#####"]);
        let region = grid.connected(6, |cell| !grid.is_bone(cell));
        // sides: 3 above, 4 right, 1 + 3 + 1 below with the bay, 4 left
        assert_eq!(grid.outline(&region).0.len(), 3 + 4 + 5 + 4);
    }

    #[test]
    fn an_outline_has_no_points_where_there_is_no_bone() {
        let grid = drawn(&["#####", "#...#", "#...#", "#...#", "##.##", "##.##"]);
        let upper = grid.connected(6, |cell| !grid.is_bone(cell) && cell < 20);
        let (points, share) = grid.outline(&upper);
        assert_eq!(points.len(), 11);
        assert_eq!(share, 11.0 / 12.0);
    }

    #[test]
    fn a_region_at_the_edge_reaches_without_end() {
        let grid = drawn(&["#.#", "#.#", "###"]);
        let region = grid.connected(4, |cell| !grid.is_bone(cell));
        assert_eq!(grid.reach(&region), f64::INFINITY);
    }
}

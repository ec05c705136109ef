//! A window of values around a place: distances, connected regions and their outlines.

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
    /// Padding lies infinitely low.
    values: Vec<f64>,
}

/// Steps over the upper, right, lower and left side of a cell: row, column.
const SIDES: [[isize; 2]; 4] = [[-1, 0], [0, 1], [1, 0], [0, -1]];

impl Grid {
    /// The window that holds everything within a distance (mm) of a place, given as column and row of the
    /// image, as far as the image does; none for a place outside.
    pub(super) fn around(
        [column, row]: [f64; 2],
        spacing: [f64; 2],
        size: [u32; 2],
        within: f64,
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
            let reach = (within / spacing[axis]).ceil() as u32 + 1;
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

    /// A whole picture, row after row, of so many columns; the seed is a row and a column of it.
    pub(super) fn of(
        values: Vec<f64>,
        columns: usize,
        spacing: [f64; 2],
        seed: [usize; 2],
    ) -> Grid {
        Grid {
            rows: values.len().checked_div(columns).unwrap_or_default(),
            columns,
            spacing,
            origin: [0; 2],
            seed,
            values,
        }
    }

    pub(super) fn value(&self, cell: usize) -> f64 {
        self.values[cell]
    }

    /// The value at the seed.
    pub(super) fn at_seed(&self) -> f64 {
        self.values[self.seed[0] * self.columns + self.seed[1]]
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

    /// The outer outline of a region that is joined by sides and lies on one side of a level, as columns and
    /// rows of the image: one point for each side of a cell beyond which the values lie on the other side
    /// of the level, where between the two cells they reach it. Two cells of the region that only touch at a corner
    /// are not joined there. Where the region ends otherwise there is no point. Second, the share of sides
    /// with one.
    pub(super) fn outline(&self, region: &Mask, level: f64) -> (Vec<[f64; 2]>, f64) {
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
            points.extend(self.crossing(place, SIDES[side], level));
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

    /// Where between a cell and the one beyond its side the value is that of a level, if it lies between them.
    fn crossing(&self, place: [usize; 2], side: [isize; 2], level: f64) -> Option<[f64; 2]> {
        let inside = self.values[place[0] * self.columns + place[1]];
        let beyond = self.values[self.beside(place, side)?];
        if (inside < level) == (beyond < level) {
            return None;
        }
        let share = match (beyond - inside).is_finite() {
            true => (level - inside) / (beyond - inside),
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

    const LEVEL: f64 = 226.0;

    /// Seed in the middle of a picture whose `#` is twice the level; rows 2 mm apart, columns 1 mm.
    fn drawn(rows: &[&str]) -> Grid {
        let size = [rows.len() as u32, rows[0].len() as u32];
        let value = |row: u32, column: u32| {
            let letter = rows[row as usize].as_bytes()[column as usize];
            Some(if letter == b'#' { 2.0 * LEVEL } else { 0.0 })
        };
        let middle = [f64::from(size[1] / 2), f64::from(size[0] / 2)];
        Grid::around(middle, [2.0, 1.0], size, 20.0, value).unwrap()
    }

    fn is_bone(grid: &Grid, cell: usize) -> bool {
        grid.value(cell) >= LEVEL
    }

    #[test]
    fn distances_are_millimetres_in_both_directions() {
        let grid = drawn(&["#....", ".....", "....."]);
        let found = grid.distances(|cell| is_bone(&grid, cell));
        assert_eq!(found[3], 3.0);
        assert_eq!(found[10], 4.0);
        assert_eq!(found[13], 5.0, "3 mm along and 4 mm down");
    }

    #[test]
    fn an_outline_runs_between_cells_and_takes_no_corner_that_only_touches() {
        let grid = drawn(&["#####", "#..##", "###.#", "#####"]);
        let open = |cell: usize| !is_bone(&grid, cell);
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
        assert_eq!(grid.outline(&region, LEVEL), (expected, 1.0));
    }

    #[test]
    fn an_outline_turns_into_bays_and_passes_over_holes() {
        let grid = drawn(&["#####", "#...#", "#.#.#", "#...#", "#.#.#", "#####"]);
        let region = grid.connected(6, |cell| !is_bone(&grid, cell));
        // sides: 3 above, 4 right, 1 + 3 + 1 below with the bay, 4 left
        assert_eq!(grid.outline(&region, LEVEL).0.len(), 3 + 4 + 5 + 4);
    }

    #[test]
    fn an_outline_has_no_points_where_there_is_no_bone() {
        let grid = drawn(&["#####", "#...#", "#...#", "#...#", "##.##", "##.##"]);
        let upper = grid.connected(6, |cell| !is_bone(&grid, cell) && cell < 20);
        let (points, share) = grid.outline(&upper, LEVEL);
        assert_eq!(points.len(), 11);
        assert_eq!(share, 11.0 / 12.0);
    }

    #[test]
    fn a_region_at_the_edge_reaches_without_end() {
        let grid = drawn(&["#.#", "#.#", "###"]);
        let region = grid.connected(4, |cell| !is_bone(&grid, cell));
        assert_eq!(grid.reach(&region), f64::INFINITY);
    }
}

//! One vertebra in its own coordinates: x to the left, y to the back, z along the spine, origin in
//! the centre of its body. Both sides mirror each other.

use super::shapes::{Point, ellipse, ellipsoid, meet, rod};

pub(crate) struct Vertebra {
    pub(crate) name: &'static str,
    /// Centre in phantom coordinates.
    pub(crate) centre: Point,
    /// Slope of the spine here, dy/dz.
    pub(crate) slope: f64,
    pub(crate) half_height: f64,
    pub(crate) half_width: f64,
    pub(crate) half_depth: f64,
    pub(crate) is_thoracic: bool,
}

/// The bony canal, an ellipse across the spine, and how far its centre lies behind the body's wall.
pub(crate) const CANAL_HALF_WIDTH: f64 = 10.5;
pub(crate) const CANAL_HALF_DEPTH: f64 = 8.0;
pub(crate) const CANAL_BEHIND_BODY: f64 = 6.2;

impl Vertebra {
    pub(crate) fn local(&self, point: Point) -> Point {
        let [x, y, z] = [0, 1, 2].map(|axis| point[axis] - self.centre[axis]);
        let scale = 1.0 / (1.0 + self.slope * self.slope).sqrt();
        [
            x,
            (y - self.slope * z) * scale,
            (self.slope * y + z) * scale,
        ]
    }

    pub(crate) fn global(&self, local: Point) -> Point {
        let scale = 1.0 / (1.0 + self.slope * self.slope).sqrt();
        let [x, y, z] = local;
        [
            self.centre[0] + x,
            self.centre[1] + (y + self.slope * z) * scale,
            self.centre[2] + (z - self.slope * y) * scale,
        ]
    }

    /// How deep inside the bone a point lies; negative outside.
    pub(crate) fn depth(&self, local: Point) -> f64 {
        let [x, y, z] = local;
        let mirrored = [x.abs(), y, z];
        [
            self.body(local),
            self.pedicle(mirrored),
            self.lamina(mirrored),
            self.transverse_process(mirrored),
            self.articular_processes(mirrored),
            self.spinous_process(mirrored),
        ]
        .into_iter()
        .fold(f64::NEG_INFINITY, f64::max)
    }

    /// An elliptic cylinder with a waist.
    pub(crate) fn body(&self, [x, y, z]: Point) -> f64 {
        let end = self.half_height - z.abs();
        if end < -2.0 {
            return end;
        }
        let waist = 0.92 + 0.08 * (z / self.half_height).powi(2).min(1.2);
        let side = (1.0 - ellipse(x, y, self.half_width * waist, self.half_depth * waist))
            * self.half_depth;
        meet(side, end, 2.2)
    }

    fn pedicle(&self, [x, y, z]: Point) -> f64 {
        let b = self.half_depth;
        let across = CANAL_HALF_WIDTH + 3.9;
        let r = ellipse(x - across, z - 0.35 * self.half_height, 4.4, 6.8);
        meet((1.0 - r) * 4.4, b + 13.0 - y, 2.0).min(y - (b - 6.0))
    }

    fn lamina(&self, [x, y, z]: Point) -> f64 {
        let behind = y - self.half_depth - CANAL_BEHIND_BODY;
        let outer = (1.0 - ellipse(x, behind, 16.0, 13.0)) * 13.0;
        let inner = (ellipse(x, behind, CANAL_HALF_WIDTH, CANAL_HALF_DEPTH) - 1.0) * 8.0;
        let height = 8.5 - (z + 1.0 + 0.35 * behind).abs();
        meet(meet(outer, inner, 2.0), height, 2.5).min(behind + 2.0)
    }

    fn transverse_process(&self, point: Point) -> f64 {
        let b = self.half_depth;
        let z = 0.25 * self.half_height;
        if self.is_thoracic {
            rod(point, [13.0, b + 10.0, z], [27.0, b + 19.0, z + 3.0], 4.2)
        } else {
            rod(point, [14.0, b + 9.0, z], [40.0, b + 13.0, z], 3.8)
        }
    }

    fn articular_processes(&self, point: Point) -> f64 {
        let b = self.half_depth;
        let h = self.half_height;
        let upper = ellipsoid(point, [16.0, b + 12.5, h], [5.2, 5.4, 8.5]);
        let lower = ellipsoid(point, [13.5, b + 17.5, -h - 2.5], [4.6, 4.6, 9.0]);
        upper.max(lower)
    }

    fn spinous_process(&self, [x, y, z]: Point) -> f64 {
        let start = self.half_depth + 15.0;
        let along = y - start;
        let (length, slope, half_height) = if self.is_thoracic {
            (24.0, -0.75, 5.0)
        } else {
            (23.0, -0.2, 9.0)
        };
        let thickness = 2.9 + 0.06 * along.max(0.0);
        let height = half_height - (z + 5.0 - slope * along).abs();
        let blade = meet(thickness - x, height, 2.5);
        meet(blade, length - along, 2.8).min(along + 4.0)
    }

    /// A rib from its head to where it meets the chest wall.
    pub(crate) fn rib_neck(&self, [x, y, z]: Point) -> f64 {
        let b = self.half_depth;
        let h = self.half_height;
        let from = [self.half_width + 1.0, b - 3.0, 0.5 * h];
        rod([x.abs(), y, z], from, [34.0, b + 24.0, 0.2 * h], 3.8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_and_global_coordinates_undo_each_other() {
        let vertebra = Vertebra {
            name: "L1",
            centre: [1.0, 2.0, 3.0],
            slope: 0.12,
            half_height: 12.5,
            half_width: 21.5,
            half_depth: 16.5,
            is_thoracic: false,
        };
        let there = vertebra.global([4.0, -5.0, 6.0]);
        let back = vertebra.local(there);
        for (found, expected) in back.into_iter().zip([4.0, -5.0, 6.0]) {
            assert!((found - expected).abs() < 1e-9);
        }
        assert!(vertebra.depth([0.0, 0.0, 0.0]) > 10.0);
        assert!(
            vertebra.depth([0.0, 16.5 + 6.2, 0.0]) < 0.0,
            "the canal is open"
        );
    }
}

//! Muscles, vessels, organs and fat around the spine; see [`super::anatomy`] for coordinates.

use super::{
    anatomy::{Anatomy, FAT, Tissue},
    shapes::{Point, ellipse, ellipsoid},
    texture::smooth,
};

impl Anatomy {
    pub(crate) fn muscle(&self, x: f64, dy: f64, z: f64, inside: f64) -> Option<Tissue> {
        let b = self.half_depth(z);
        let side = x.abs();
        let low = ((28.0 - z) / 140.0).clamp(0.0, 1.2);
        let is_muscle = ellipse(
            side - 31.0,
            dy - b - 26.0 - 0.06 * (side - 31.0),
            20.0,
            13.5,
        ) < 1.0
            || ellipse(side - 10.5, dy - b - 26.0, 8.5, 13.0) < 1.0
            || (low > 0.0
                && ellipse(
                    side - 24.0 - 17.0 * low,
                    dy - 3.0,
                    5.0 + 15.0 * low,
                    7.0 + 13.0 * low,
                ) < 1.0)
            || (z < 14.0 && ellipse(side - 64.0, dy - 27.0, 18.0, 7.5) < 1.0)
            || crus(side, dy + b, z);
        // The wall of the trunk in layers parted by thin fat, thinning out towards the back muscles.
        let reach = if dy < 0.0 {
            1.0
        } else {
            ((side - 34.0) / 22.0).clamp(0.0, 1.0)
        };
        let wall = inside < FAT + 13.0 * reach;
        let in_layer = (inside - FAT).rem_euclid(4.6) > 0.7;
        (is_muscle || (wall && in_layer)).then_some(Tissue::Muscle)
    }

    pub(crate) fn great_vessel(&self, x: f64, dy: f64, z: f64) -> Option<Tissue> {
        let b = self.half_depth(z);
        let aorta = ellipse(x - 13.0, dy + b + 15.0, 10.0, 10.0);
        let cava = ellipse(x + 18.0, dy + b + 13.0, 12.0, 8.5);
        if (0.88..1.0).contains(&aorta) || (0.9..1.0).contains(&cava) {
            return Some(Tissue::Muscle);
        }
        (aorta < 1.0 || cava < 1.0).then_some(Tissue::Vessel)
    }

    pub(crate) fn organ(&self, point: Point) -> Option<Tissue> {
        self.organs.iter().find_map(|(centre, axes, tissue)| {
            // Most organs are far away: comparing is cheaper than measuring.
            if (0..3).any(|axis| (point[axis] - centre[axis]).abs() > axes[axis]) {
                return None;
            }
            let depth = ellipsoid(point, *centre, *axes);
            if depth <= 0.0 {
                return None;
            }
            Some(match tissue {
                Tissue::Bowel if depth < 2.2 => Tissue::Muscle,
                Tissue::Bowel if point[1] < centre[1] - 0.35 * axes[1] => Tissue::Gas,
                Tissue::Kidney => {
                    let hilum = [
                        centre[0] - 9.0 * centre[0].signum(),
                        centre[1] - 3.0,
                        centre[2],
                    ];
                    if ellipsoid(point, hilum, [10.0, 7.0, 24.0]) > 0.0 {
                        Tissue::Fat
                    } else {
                        Tissue::Kidney
                    }
                }
                other => *other,
            })
        })
    }
}

/// The legs of the diaphragm beside the aorta, thinner downwards.
fn crus(side: f64, front: f64, z: f64) -> bool {
    let size = ((z + 40.0) / 60.0).clamp(0.0, 1.0);
    size > 0.1 && ellipse(side - 11.0, front + 3.5, 5.5 * size, 9.0 * size) < 1.0
}

/// Fat with the small vessels and folds that run through it inside the belly.
pub(crate) fn fat(point: Point, inside: f64) -> Tissue {
    let is_strand = inside > FAT + 13.0 && point[1] < -18.0 && smooth(point, 4.0) > 0.62;
    if is_strand {
        Tissue::Bowel
    } else {
        Tissue::Fat
    }
}

pub(crate) fn lung(point: Point, inside: f64) -> Option<Tissue> {
    if inside < FAT + 15.0 || point[2] < 40.0 {
        return None;
    }
    [-1.0, 1.0].into_iter().find_map(|side| {
        let depth = ellipsoid(point, [side * 66.0, 16.0, 130.0], [38.0, 40.0, 78.0]);
        match depth {
            depth if depth > 0.0 => Some(Tissue::Lung),
            depth if depth > -2.5 => Some(Tissue::Muscle),
            _ => None,
        }
    })
}

/// The first one that holds a point wins.
pub(crate) fn organs() -> Vec<(Point, Point, Tissue)> {
    let mut organs = vec![
        ([-62.0, 6.0, -14.0], [25.0, 22.0, 50.0], Tissue::Kidney),
        ([62.0, 6.0, -4.0], [25.0, 22.0, 50.0], Tissue::Kidney),
        ([-52.0, -48.0, 66.0], [58.0, 50.0, 76.0], Tissue::Liver),
        ([80.0, 4.0, 84.0], [20.0, 32.0, 38.0], Tissue::Spleen),
        ([40.0, -62.0, 72.0], [44.0, 30.0, 36.0], Tissue::Bowel),
    ];
    let loops: [(Point, Point); 18] = [
        ([28.0, -64.0, 8.0], [24.0, 15.0, 13.0]),
        ([-12.0, -72.0, -22.0], [22.0, 14.0, 13.0]),
        ([-46.0, -62.0, -48.0], [20.0, 16.0, 14.0]),
        ([62.0, -50.0, -28.0], [17.0, 17.0, 15.0]),
        ([22.0, -58.0, -40.0], [24.0, 15.0, 13.0]),
        ([-20.0, -62.0, -78.0], [26.0, 15.0, 14.0]),
        ([40.0, -56.0, -82.0], [24.0, 16.0, 15.0]),
        ([-78.0, -38.0, -82.0], [18.0, 22.0, 26.0]),
        ([82.0, -12.0, -70.0], [14.0, 17.0, 38.0]),
        ([-8.0, -62.0, -108.0], [28.0, 15.0, 13.0]),
        ([50.0, -58.0, -112.0], [22.0, 15.0, 13.0]),
        ([4.0, -52.0, 34.0], [30.0, 11.0, 11.0]),
        ([70.0, -42.0, 8.0], [16.0, 18.0, 16.0]),
        ([2.0, -78.0, 28.0], [34.0, 11.0, 12.0]),
        ([-30.0, -40.0, -20.0], [14.0, 11.0, 13.0]),
        ([14.0, -84.0, -8.0], [30.0, 10.0, 13.0]),
        ([54.0, -76.0, -6.0], [18.0, 12.0, 14.0]),
        ([-6.0, -44.0, -58.0], [18.0, 11.0, 13.0]),
    ];
    organs.extend(loops.map(|(centre, axes)| (centre, axes, Tissue::Bowel)));
    organs
}

//! Which tissue is where. Points are phantom coordinates: x to the left, y to the back, z to the
//! head, origin in the centre of L1.

use super::{
    MR_OFFSET, PATIENT_ID, PhantomTruth,
    shapes::{Point, ellipse, ellipsoid, ellipsoid_volume, radius},
    texture::smooth,
    vertebra::{CANAL_BEHIND_BODY, CANAL_HALF_DEPTH, CANAL_HALF_WIDTH, Vertebra},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tissue {
    Air,
    Skin,
    Fat,
    Muscle,
    Cortical,
    Cancellous,
    Vein,
    Nucleus,
    Annulus,
    Ligament,
    Fluid,
    Cord,
    Lytic,
    Blastic,
    Epidural,
    Vessel,
    Kidney,
    Liver,
    Spleen,
    Bowel,
    Gas,
    Lung,
}

/// Middle of the body from front to back.
pub(crate) const BODY_CENTRE: f64 = -18.0;
const BODY_HALF_WIDTH: f64 = 121.0;
const BODY_HALF_DEPTH: f64 = 92.0;
const SKIN: f64 = 1.8;
const FAT: f64 = 11.0;
const CORTEX: f64 = 1.3;

/// Name, half height, disc below, half width, half depth; from the head down.
const LEVELS: [(&str, f64, f64, f64, f64); 8] = [
    ("T9", 10.0, 4.5, 15.5, 14.0),
    ("T10", 10.5, 5.0, 16.5, 14.5),
    ("T11", 11.0, 6.0, 18.0, 15.0),
    ("T12", 12.0, 7.5, 20.0, 15.8),
    ("L1", 12.5, 9.0, 21.5, 16.5),
    ("L2", 13.0, 10.0, 22.5, 17.0),
    ("L3", 13.25, 11.0, 23.5, 17.5),
    ("L4", 13.25, 11.0, 24.5, 17.5),
];
const L1: usize = 4;
const T11: usize = 2;

/// Lytic lesion in L1 and blastic lesion in T11, in the coordinates of their vertebra.
const LYTIC_CENTRE: Point = [7.0, 3.5, 0.5];
const LYTIC_AXES: Point = [9.0, 8.0, 8.5];
const BLASTIC_CENTRE: Point = [-6.0, -3.0, -1.0];
const BLASTIC_AXES: Point = [5.0, 4.5, 5.0];
/// Half the length of the epidural mass along the spine.
const EPIDURAL_HALF_LENGTH: f64 = 15.0;
/// How far behind the canal's centre its surface reaches at the middle of L1.
const EPIDURAL_REACH: f64 = 0.2;
/// The spinal cord ends here (disc L1/L2).
const CONUS: f64 = -17.0;

pub(crate) struct Anatomy {
    vertebrae: Vec<Vertebra>,
    organs: Vec<(Point, Point, Tissue)>,
}

/// The spine's curve: convex to the back above L1, to the front below.
fn curve(z: f64) -> f64 {
    10.0 * (z * std::f64::consts::PI / 260.0).sin()
}

fn curve_slope(z: f64) -> f64 {
    let rate = std::f64::consts::PI / 260.0;
    10.0 * rate * (z * rate).cos()
}

impl Anatomy {
    pub(crate) fn new() -> Anatomy {
        let mut heights = [0.0; LEVELS.len()];
        for level in (0..L1).rev() {
            heights[level] =
                heights[level + 1] + LEVELS[level + 1].1 + LEVELS[level].2 + LEVELS[level].1;
        }
        for level in L1 + 1..LEVELS.len() {
            heights[level] =
                heights[level - 1] - LEVELS[level - 1].1 - LEVELS[level - 1].2 - LEVELS[level].1;
        }
        let vertebrae = LEVELS
            .iter()
            .zip(heights)
            .map(
                |((name, half_height, _, half_width, half_depth), z)| Vertebra {
                    name,
                    centre: [0.0, curve(z), z],
                    slope: curve_slope(z),
                    half_height: *half_height,
                    half_width: *half_width,
                    half_depth: *half_depth,
                    is_thoracic: name.starts_with('T'),
                },
            )
            .collect();
        Anatomy {
            vertebrae,
            organs: organs(),
        }
    }

    /// The tissue at a point. Soft tissues are shifted by `wander`, so that no outline is an
    /// ellipse; bones, discs and the canal stay where the truth says.
    pub(crate) fn tissue(&self, point: Point, wander: Point) -> Tissue {
        let [x, y, z] = point;
        let shifted = [0, 1, 2].map(|axis| point[axis] + wander[axis]);
        let inside = body_depth(x + 0.4 * wander[0], y + 0.4 * wander[1]);
        if inside < 0.0 {
            return Tissue::Air;
        }
        if inside < SKIN {
            return Tissue::Skin;
        }
        if inside < FAT {
            return Tissue::Fat;
        }
        let dy = y - curve(z);
        if x.abs() < 48.0
            && (-22.0..62.0).contains(&dy)
            && let Some(tissue) = self.spine(point, dy)
        {
            return tissue;
        }
        if let Some(bone) = self.rib(point) {
            return bone;
        }
        let [x, y, z] = shifted;
        let dy = y - curve(z);
        self.muscle(x, dy, z, inside)
            .or_else(|| self.great_vessel(x, dy, z))
            .or_else(|| lung(shifted, inside))
            .or_else(|| self.organ(shifted))
            .unwrap_or_else(|| fat(shifted, inside))
    }

    /// Half depth of the column at a height, between the levels.
    fn half_depth(&self, z: f64) -> f64 {
        let above = self
            .vertebrae
            .iter()
            .rev()
            .find(|vertebra| vertebra.centre[2] >= z);
        let below = self
            .vertebrae
            .iter()
            .find(|vertebra| vertebra.centre[2] < z);
        match (above, below) {
            (Some(upper), Some(lower)) => {
                let share = (z - lower.centre[2]) / (upper.centre[2] - lower.centre[2]);
                lower.half_depth + share * (upper.half_depth - lower.half_depth)
            }
            (Some(only), None) | (None, Some(only)) => only.half_depth,
            (None, None) => 0.0,
        }
    }

    fn canal_centre(&self, z: f64) -> f64 {
        curve(z) + self.half_depth(z) + CANAL_BEHIND_BODY
    }

    fn spine(&self, point: Point, dy: f64) -> Option<Tissue> {
        let [x, y, z] = point;
        let behind = y - self.canal_centre(z);
        if ellipse(x, behind, CANAL_HALF_WIDTH, CANAL_HALF_DEPTH) < 1.0 {
            return Some(self.canal(x, behind, z));
        }
        let mut deepest: Option<(f64, usize, Point)> = None;
        for (level, vertebra) in self.vertebrae.iter().enumerate() {
            if (z - vertebra.centre[2]).abs() > 48.0 {
                continue;
            }
            let local = vertebra.local(point);
            let depth = vertebra.depth(local);
            if depth > 0.0 && deepest.is_none_or(|(deep, _, _)| depth > deep) {
                deepest = Some((depth, level, local));
            }
        }
        match deepest {
            Some((depth, level, local)) => Some(self.bone(depth, level, local)),
            None => self.disc(x, dy, z).or_else(|| ligament(x, behind)),
        }
    }

    fn bone(&self, depth: f64, level: usize, local: Point) -> Tissue {
        let [x, y, z] = local;
        if level == L1 {
            if radius(local, LYTIC_CENTRE, LYTIC_AXES) < 1.0 {
                return Tissue::Lytic;
            }
            // The posterior wall is destroyed between the lesion and the epidural mass.
            if y > 8.0 && y < 18.0 && z.abs() < 7.5 && (0.5..13.5).contains(&x) {
                return Tissue::Epidural;
            }
        }
        if level == T11 && radius(local, BLASTIC_CENTRE, BLASTIC_AXES) < 1.0 {
            return Tissue::Blastic;
        }
        if depth < CORTEX {
            return Tissue::Cortical;
        }
        let vertebra = &self.vertebrae[level];
        let in_body = vertebra.body(local) > 0.0;
        if in_body && y > 1.0 && ellipse(x, z, 0.8 + 0.25 * y, 0.5 + 0.09 * y) < 1.0 {
            return Tissue::Vein;
        }
        Tissue::Cancellous
    }

    fn disc(&self, x: f64, dy: f64, z: f64) -> Option<Tissue> {
        let y = dy + curve(z);
        let pair = self.vertebrae.windows(2).find(|pair| {
            let above = pair[0].local([x, y, z])[2] < 0.0;
            let below = pair[1].local([x, y, z])[2] > 0.0;
            above && below
        })?;
        let width = (pair[0].half_width + pair[1].half_width) / 2.0;
        let depth = (pair[0].half_depth + pair[1].half_depth) / 2.0;
        let r = ellipse(x, dy, width * 0.99, depth * 0.99);
        if r >= 1.0 {
            return None;
        }
        let top = pair[0].local([x, y, z])[2] + pair[0].half_height;
        let bottom = pair[1].local([x, y, z])[2] - pair[1].half_height;
        let middle = (top + bottom) / (bottom - top).abs().max(1.0);
        let across = ellipse(x, dy - 1.5, width * 0.7, depth * 0.64);
        let nucleus = ellipse(across, middle, 1.0, 0.95);
        Some(if nucleus < 1.0 {
            Tissue::Nucleus
        } else {
            Tissue::Annulus
        })
    }

    fn canal(&self, x: f64, behind: f64, z: f64) -> Tissue {
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

    fn rib(&self, point: Point) -> Option<Tissue> {
        let [x, y, z] = point;
        let chest = (x / 103.0, (y - BODY_CENTRE) / 74.0);
        let around = chest.0.abs().atan2(chest.1);
        let out = (chest.0.powi(2) + chest.1.powi(2)).sqrt();
        for (level, end) in [(0, 2.3), (1, 2.0), (2, 1.45), (3, 1.0)] {
            let vertebra = &self.vertebrae[level];
            if !(-75.0..30.0).contains(&(z - vertebra.centre[2])) {
                continue;
            }
            let mut depth = vertebra.rib_neck(vertebra.local(point));
            if around > 0.33 && around < end {
                let middle = vertebra.centre[2] + 2.0 - 30.0 * (around - 0.33);
                let r = ellipse((out - 1.0) * 85.0, z - middle, 3.6, 6.5);
                depth = depth.max((1.0 - r) * 3.6);
            }
            if depth > 0.0 {
                return Some(if depth < 1.1 {
                    Tissue::Cortical
                } else {
                    Tissue::Cancellous
                });
            }
        }
        None
    }

    fn muscle(&self, x: f64, dy: f64, z: f64, inside: f64) -> Option<Tissue> {
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

    fn great_vessel(&self, x: f64, dy: f64, z: f64) -> Option<Tissue> {
        let b = self.half_depth(z);
        let aorta = ellipse(x - 13.0, dy + b + 15.0, 10.0, 10.0);
        let cava = ellipse(x + 18.0, dy + b + 13.0, 12.0, 8.5);
        if (0.88..1.0).contains(&aorta) || (0.9..1.0).contains(&cava) {
            return Some(Tissue::Muscle);
        }
        (aorta < 1.0 || cava < 1.0).then_some(Tissue::Vessel)
    }

    fn organ(&self, point: Point) -> Option<Tissue> {
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

    pub(crate) fn truth(&self, mut series: Vec<String>) -> PhantomTruth {
        let mr_series_uids = series.split_off(1);
        let (canal, mass) = canal_areas();
        PhantomTruth {
            patient_id: PATIENT_ID.to_owned(),
            body_centres: self
                .vertebrae
                .iter()
                .map(|vertebra| (vertebra.name.to_owned(), vertebra.centre))
                .collect(),
            l1_height: 2.0 * self.vertebrae[L1].half_height,
            lytic_lesion_centre: self.vertebrae[L1].global(LYTIC_CENTRE),
            lytic_lesion_volume: ellipsoid_volume(LYTIC_AXES) / 1000.0,
            lytic_lesion_hu: 30.0,
            blastic_lesion_volume: ellipsoid_volume(BLASTIC_AXES) / 1000.0,
            blastic_lesion_hu: 650.0,
            canal_compromise: 100.0 * mass / canal,
            canal_area: canal,
            canal_depth: 2.0 * CANAL_HALF_DEPTH,
            mr_offset: MR_OFFSET,
            ct_series_uid: series.pop().unwrap_or_default(),
            mr_series_uids,
        }
    }
}

/// True well outside the skin, where nothing has to be computed.
pub(crate) fn is_outside([x, y, _]: Point) -> bool {
    ellipse(
        x,
        y - BODY_CENTRE,
        BODY_HALF_WIDTH + 12.0,
        BODY_HALF_DEPTH + 12.0,
    ) > 1.06
}

/// Distance from the skin; the back has a groove over the spine.
fn body_depth(x: f64, y: f64) -> f64 {
    let y = y - BODY_CENTRE;
    let groove = if y > 0.0 {
        5.0 * (-(x / 15.0).powi(2)).exp()
    } else {
        0.0
    };
    let power = |t: f64| t * t * t.sqrt();
    let r = power(x.abs() / BODY_HALF_WIDTH) + power((y.abs() + groove) / BODY_HALF_DEPTH);
    (1.0 - r.powf(0.4)) * BODY_HALF_DEPTH
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
fn canal_areas() -> (f64, f64) {
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

fn ligament(x: f64, behind: f64) -> Option<Tissue> {
    let shell = ellipse(x, behind, CANAL_HALF_WIDTH + 2.5, CANAL_HALF_DEPTH + 2.5);
    (shell < 1.0).then_some(Tissue::Ligament)
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

/// The legs of the diaphragm beside the aorta, thinner downwards.
fn crus(side: f64, front: f64, z: f64) -> bool {
    let size = ((z + 40.0) / 60.0).clamp(0.0, 1.0);
    size > 0.1 && ellipse(side - 11.0, front + 3.5, 5.5 * size, 9.0 * size) < 1.0
}

/// Fat with the small vessels and folds that run through it inside the belly.
fn fat(point: Point, inside: f64) -> Tissue {
    let is_strand = inside > FAT + 13.0 && point[1] < -18.0 && smooth(point, 4.0) > 0.62;
    if is_strand {
        Tissue::Bowel
    } else {
        Tissue::Fat
    }
}

fn lung(point: Point, inside: f64) -> Option<Tissue> {
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
fn organs() -> Vec<(Point, Point, Tissue)> {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn tissues_lie_where_a_reader_expects_them() {
        let anatomy = Anatomy::new();
        let tissue = |point| anatomy.tissue(point, [0.0; 3]);
        assert_eq!(tissue([0.0, -200.0, 0.0]), Tissue::Air);
        assert_eq!(tissue([-8.0, -4.0, 4.0]), Tissue::Cancellous);
        assert_eq!(tissue([0.0, 0.0, 17.0]), Tissue::Nucleus, "disc T12/L1");
        let cord = anatomy.canal_centre(60.0);
        assert_eq!(tissue([0.0, cord, 60.0]), Tissue::Cord);
        assert_eq!(tissue([6.5, cord, 60.0]), Tissue::Fluid);
        let mass = anatomy.canal_centre(0.0) - 5.0;
        assert_eq!(tissue([3.0, mass, 0.0]), Tissue::Epidural);
    }

    /// The lesion must not reach the surface of the body, or its volume would be cut.
    #[test]
    fn lesions_lie_wholly_in_their_bodies() {
        let anatomy = Anatomy::new();
        for (level, centre, axes, tissue) in [
            (L1, LYTIC_CENTRE, LYTIC_AXES, Tissue::Lytic),
            (T11, BLASTIC_CENTRE, BLASTIC_AXES, Tissue::Blastic),
        ] {
            for step in 0..1000 {
                let (a, b) = (
                    f64::from(step) * 0.618,
                    f64::from(step) / 1000.0 * 2.0 - 1.0,
                );
                let across = (1.0 - b * b).sqrt() * 0.999;
                let local = [
                    centre[0] + axes[0] * across * a.cos(),
                    centre[1] + axes[1] * across * a.sin(),
                    centre[2] + axes[2] * b * 0.999,
                ];
                let point = anatomy.vertebrae[level].global(local);
                assert_eq!(anatomy.tissue(point, [0.0; 3]), tissue, "{local:?}");
            }
        }
    }
}

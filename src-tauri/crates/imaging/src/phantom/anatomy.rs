//! Which tissue is where. Points are phantom coordinates: x to the left, y to the back, z to the
//! head, origin in the centre of L1.

use super::{
    MR_OFFSET, PATIENT_ID, PhantomTruth, canal,
    shapes::{Point, ellipse, ellipsoid_volume, radius},
    soft_tissue::{fat, lung, organs},
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
pub(super) const FAT: f64 = 11.0;
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

pub(crate) struct Anatomy {
    vertebrae: Vec<Vertebra>,
    pub(super) organs: Vec<(Point, Point, Tissue)>,
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
    pub(super) fn half_depth(&self, z: f64) -> f64 {
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
            return Some(canal::tissue(x, behind, z));
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

    pub(crate) fn truth(&self, mut series: Vec<String>) -> PhantomTruth {
        let mr_series_uids = series.split_off(1);
        let (canal, mass) = canal::areas();
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

fn ligament(x: f64, behind: f64) -> Option<Tissue> {
    let shell = ellipse(x, behind, CANAL_HALF_WIDTH + 2.5, CANAL_HALF_DEPTH + 2.5);
    (shell < 1.0).then_some(Tissue::Ligament)
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

//! What each tissue looks like: CT numbers in HU, signal in T1 and T2 weighted MR, texture, noise.
//!
//! The grey values are chosen for the phantom; they are typical, not measured.

use super::{anatomy::Tissue, shapes::Point, texture::smooth};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contrast {
    Ct,
    T1,
    T2,
}

/// Standard deviation of the CT's noise, HU, and of the MR's, arbitrary units.
const CT_NOISE: f64 = 11.0;
const MR_NOISE: f64 = 13.0;

impl Contrast {
    /// Grey value of a tissue at a point, without noise.
    pub(crate) fn grey(self, tissue: Tissue, point: Point) -> f64 {
        match self {
            Contrast::Ct => ct_number(tissue) + ct_texture(tissue, point),
            Contrast::T1 => signal(tissue, 0, point),
            Contrast::T2 => signal(tissue, 1, point),
        }
    }

    /// With noise, rounded to what is stored.
    pub(crate) fn stored(self, grey: f64, noise: f64) -> i16 {
        match self {
            Contrast::Ct => (grey + CT_NOISE * noise).clamp(-1024.0, 3071.0).round() as i16,
            // The magnitude of a noisy signal is never negative.
            Contrast::T1 | Contrast::T2 => {
                let across = MR_NOISE * noise;
                (grey + 0.7 * across).hypot(0.7 * across).round() as i16
            }
        }
    }

    fn text_value(self) -> i16 {
        match self {
            Contrast::Ct => 700,
            Contrast::T1 | Contrast::T2 => 800,
        }
    }
}

fn ct_number(tissue: Tissue) -> f64 {
    match tissue {
        Tissue::Air | Tissue::Gas => -1000.0,
        Tissue::Lung => -830.0,
        Tissue::Fat => -90.0,
        Tissue::Fluid => 10.0,
        Tissue::Bowel => 15.0,
        Tissue::Lytic | Tissue::Skin | Tissue::Kidney => 30.0,
        Tissue::Cord | Tissue::Vessel => 40.0,
        Tissue::Vein | Tissue::Epidural => 45.0,
        Tissue::Muscle | Tissue::Spleen => 50.0,
        Tissue::Liver => 58.0,
        Tissue::Ligament => 70.0,
        Tissue::Nucleus => 75.0,
        Tissue::Annulus => 95.0,
        Tissue::Cancellous => 180.0,
        Tissue::Blastic => 650.0,
        Tissue::Cortical => 900.0,
    }
}

/// T1 and T2 weighted signal.
fn mr_signal(tissue: Tissue) -> [f64; 2] {
    match tissue {
        Tissue::Air | Tissue::Gas => [0.0, 0.0],
        Tissue::Lung => [25.0, 25.0],
        Tissue::Cortical => [60.0, 35.0],
        Tissue::Ligament => [90.0, 60.0],
        Tissue::Vessel => [60.0, 45.0],
        Tissue::Blastic => [130.0, 90.0],
        Tissue::Annulus => [250.0, 130.0],
        Tissue::Nucleus => [300.0, 430.0],
        Tissue::Fluid => [170.0, 860.0],
        Tissue::Cord => [390.0, 330.0],
        Tissue::Muscle => [300.0, 150.0],
        Tissue::Lytic => [240.0, 520.0],
        Tissue::Epidural => [255.0, 470.0],
        Tissue::Vein => [330.0, 560.0],
        Tissue::Cancellous => [560.0, 340.0],
        Tissue::Fat => [820.0, 560.0],
        Tissue::Skin => [350.0, 240.0],
        Tissue::Kidney => [330.0, 430.0],
        Tissue::Liver => [420.0, 220.0],
        Tissue::Spleen => [310.0, 330.0],
        Tissue::Bowel => [280.0, 420.0],
    }
}

fn ct_texture(tissue: Tissue, point: Point) -> f64 {
    match tissue {
        Tissue::Cancellous => {
            55.0 * smooth(point, 1.9) + 35.0 * smooth([point[0], point[1], point[2] * 0.4], 3.5)
        }
        Tissue::Muscle => 14.0 * smooth([point[0], point[1], point[2] * 0.25], 4.0),
        Tissue::Lung => 60.0 * smooth(point, 3.0),
        Tissue::Fat => 10.0 * smooth(point, 6.0),
        Tissue::Liver | Tissue::Spleen | Tissue::Kidney => 6.0 * smooth(point, 5.0),
        _ => 0.0,
    }
}

/// Signal with texture, under a surface coil at the back and a saturation band over the belly.
fn signal(tissue: Tissue, weighting: usize, point: Point) -> f64 {
    let texture = match tissue {
        Tissue::Cancellous => 0.13 * smooth(point, 2.6) + 0.05 * smooth(point, 7.0),
        Tissue::Muscle => 0.35 * smooth([point[0], point[1], point[2] * 0.2], 3.5).max(-0.4),
        Tissue::Fat => 0.07 * smooth(point, 5.0),
        Tissue::Lytic | Tissue::Epidural => 0.08 * smooth(point, 3.0),
        Tissue::Fluid => 0.05 * smooth(point, 6.0),
        Tissue::Nucleus => 0.10 * smooth(point, 3.5),
        _ => 0.06 * smooth(point, 4.0),
    };
    let coil = (0.7 + 0.3 * ((point[1] - 10.0) / 55.0).exp()).min(1.4);
    let band = 1.0 / (1.0 + ((-48.0 - point[1]) / 7.0).exp());
    let saturation = 0.22 + 0.78 * band;
    mr_signal(tissue)[weighting] * (1.0 + texture) * coil * saturation
}

/// Letters of five columns and seven rows, one byte per row.
const LETTERS: [(char, [u8; 7]); 8] = [
    ('S', [0x0f, 0x10, 0x10, 0x0e, 0x01, 0x01, 0x1e]),
    ('Y', [0x11, 0x11, 0x0a, 0x04, 0x04, 0x04, 0x04]),
    ('N', [0x11, 0x19, 0x15, 0x13, 0x11, 0x11, 0x11]),
    ('T', [0x1f, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04]),
    ('H', [0x11, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11]),
    ('E', [0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x1f]),
    ('I', [0x0e, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0e]),
    ('C', [0x0f, 0x10, 0x10, 0x10, 0x10, 0x10, 0x0f]),
];

/// Writes SYNTHETIC into the upper left corner of the pixels themselves.
pub(crate) fn burn_in(pixels: &mut [i16], columns: usize, contrast: Contrast) {
    for (place, letter) in "SYNTHETIC".chars().enumerate() {
        let Some((_, rows)) = LETTERS.iter().find(|(known, _)| *known == letter) else {
            continue;
        };
        for (down, bits) in rows.iter().enumerate() {
            for across in 0..5 {
                if bits >> (4 - across) & 1 == 1 {
                    let at = (down + 3) * columns + 3 + place * 6 + across;
                    if let Some(pixel) = pixels.get_mut(at) {
                        *pixel = contrast.text_value();
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_is_in_the_pixels() {
        let mut pixels = vec![0; 64 * 16];
        burn_in(&mut pixels, 64, Contrast::Ct);
        // top stroke of the first T, fourth letter: columns 3 + 3 * 6 to + 4
        assert_eq!(pixels[3 * 64 + 21..3 * 64 + 26], [700; 5]);
        assert_eq!(pixels[3 * 64 + 26], 0);
    }
}

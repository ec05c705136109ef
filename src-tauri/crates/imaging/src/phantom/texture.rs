//! Fixed randomness: smooth texture, the wandering of outlines, and noise.

use super::shapes::Point;

/// A fixed scrambling of numbers (the finaliser of MurmurHash3), the source of all randomness here.
fn scramble(mut value: u32) -> u32 {
    value ^= value >> 16;
    value = value.wrapping_mul(0x85eb_ca6b);
    value ^= value >> 13;
    value = value.wrapping_mul(0xc2b2_ae35);
    value ^ (value >> 16)
}

fn lattice(x: i32, y: i32, z: i32) -> f64 {
    let mixed = (x as u32)
        .wrapping_mul(0x9e37_79b1)
        .wrapping_add((y as u32).wrapping_mul(0x85eb_ca77))
        .wrapping_add((z as u32).wrapping_mul(0xc2b2_ae3d));
    f64::from(scramble(mixed)) / f64::from(u32::MAX) * 2.0 - 1.0
}

/// Smooth values between -1 and 1 with details of about `scale` mm.
pub(crate) fn smooth(point: Point, scale: f64) -> f64 {
    let scaled = point.map(|place| place / scale);
    let corner = scaled.map(f64::floor);
    let within = [0, 1, 2].map(|axis| {
        let t: f64 = scaled[axis] - corner[axis];
        t * t * (3.0 - 2.0 * t)
    });
    let [x, y, z] = corner.map(|place| place as i32);
    let mut sum = 0.0;
    for dz in 0..2 {
        for dy in 0..2 {
            for dx in 0..2 {
                let share = [(dx, within[0]), (dy, within[1]), (dz, within[2])]
                    .into_iter()
                    .map(|(side, t)| if side == 1 { t } else { 1.0 - t })
                    .product::<f64>();
                sum += share * lattice(x + dx, y + dy, z + dz);
            }
        }
    }
    sum
}

/// Nearly Gaussian noise of mean 0 and deviation 1, alike in neighbours as after a soft kernel.
pub(crate) fn noise(seed: u32, slice: u32, column: u32, row: u32) -> f64 {
    let white = |column: u32, row: u32| {
        let key = scramble(seed.wrapping_mul(0x9e37_79b1) ^ slice.wrapping_mul(0x85eb_ca77));
        let bits = scramble(key ^ column.wrapping_mul(0xc2b2_ae3d) ^ row.wrapping_mul(0x27d4_eb2f));
        let sum: u32 = bits.to_le_bytes().into_iter().map(u32::from).sum();
        // Four uniform bytes: mean 510, variance 4 × (256² − 1) / 12.
        (f64::from(sum) - 510.0) / 147.8
    };
    let here = white(column, row);
    let near = white(column + 1, row) + white(column, row + 1);
    // 0.8² + 2 × 0.424² = 1
    0.8 * here + 0.424 * near
}

/// A slow shift of up to about 4 mm, for outlines that no instrument drew.
pub(crate) fn wandering(point: Point) -> Point {
    let slow =
        |x: f64, y: f64, z: f64| smooth([point[0] + x, point[1] + y, point[2] * 0.7 + z], 31.0);
    [
        6.0 * slow(0.0, 0.0, 0.0),
        6.0 * slow(113.0, 17.0, 41.0),
        4.0 * slow(31.0, 211.0, 7.0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_has_mean_zero_and_unit_deviation() {
        let mut sum = 0.0;
        let mut squares = 0.0;
        for row in 0..200 {
            for column in 0..200 {
                let value = noise(1, 5, column, row);
                sum += value;
                squares += value * value;
            }
        }
        assert!((sum / 40_000.0).abs() < 0.03);
        assert!((squares / 40_000.0 - 1.0).abs() < 0.05);
    }
}

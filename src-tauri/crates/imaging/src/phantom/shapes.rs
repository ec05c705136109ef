//! Distances into simple solids: positive inside, in mm, near enough for shells of a millimetre.

pub(crate) type Point = [f64; 3];

pub(crate) fn ellipsoid(point: Point, centre: Point, axes: Point) -> f64 {
    let r = radius(point, centre, axes);
    (1.0 - r) * axes[0].min(axes[1]).min(axes[2])
}

/// 1 on the surface.
pub(crate) fn radius(point: Point, centre: Point, axes: Point) -> f64 {
    let scaled = |axis: usize| (point[axis] - centre[axis]) / axes[axis];
    (scaled(0).powi(2) + scaled(1).powi(2) + scaled(2).powi(2)).sqrt()
}

pub(crate) fn ellipse(x: f64, y: f64, width: f64, depth: f64) -> f64 {
    ((x / width).powi(2) + (y / depth).powi(2)).sqrt()
}

/// A rod with round ends.
pub(crate) fn rod(point: Point, from: Point, to: Point, radius: f64) -> f64 {
    let along = [0, 1, 2].map(|axis| to[axis] - from[axis]);
    let offset = [0, 1, 2].map(|axis| point[axis] - from[axis]);
    let dot = |a: Point, b: Point| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let t = (dot(offset, along) / dot(along, along)).clamp(0.0, 1.0);
    let apart = [0, 1, 2].map(|axis| offset[axis] - t * along[axis]);
    radius - dot(apart, apart).sqrt()
}

pub(crate) fn ellipsoid_volume(axes: Point) -> f64 {
    4.0 / 3.0 * std::f64::consts::PI * axes[0] * axes[1] * axes[2]
}

/// What lies in both solids, with edges rounded by `edge` mm.
pub(crate) fn meet(a: f64, b: f64, edge: f64) -> f64 {
    if a < edge && b < edge {
        edge - (edge - a).hypot(edge - b)
    } else {
        a.min(b)
    }
}

//! How often the edges of closed contours cross.

use crate::measure::place::PlanePoint;

/// An edge crosses another where it leads more than this to both of its sides, mm.
const CROSSING: f64 = 1e-6;

#[derive(Clone, Copy)]
struct Edge {
    ends: [PlanePoint; 2],
    /// Contour and place within it.
    at: (usize, usize),
}

impl Edge {
    fn span(&self, axis: usize) -> (f64, f64) {
        let [a, b] = self.ends.map(|end| end[axis]);
        (a.min(b), a.max(b))
    }

    /// Whether the points lie on different sides of the line of this edge, and not on it.
    fn parts(&self, points: [PlanePoint; 2]) -> bool {
        let [a, b] = self.ends;
        let along = [b[0] - a[0], b[1] - a[1]];
        let length = along[0].hypot(along[1]);
        let [first, second] = points
            .map(|point| (along[0] * (point[1] - a[1]) - along[1] * (point[0] - a[0])) / length);
        (first > CROSSING && second < -CROSSING) || (first < -CROSSING && second > CROSSING)
    }

    fn crosses(&self, other: &Edge) -> bool {
        let ((low, high), (other_low, other_high)) = (self.span(1), other.span(1));
        low <= other_high && other_low <= high && self.parts(other.ends) && other.parts(self.ends)
    }
}

/// Pairs of edges that cross, up to a number, of the pairs of contours (by their places) that are asked
/// for. Edges are compared in order of their left ends, each with those that begin before it ends.
pub(super) fn count_crossings(
    contours: &[&[PlanePoint]],
    is_asked: impl Fn(usize, usize) -> bool,
    limit: usize,
) -> usize {
    let mut edges: Vec<Edge> = Vec::new();
    for (contour, points) in contours.iter().enumerate() {
        let next = points.iter().skip(1).chain(points.first());
        edges.extend(
            points
                .iter()
                .zip(next)
                .enumerate()
                .map(|(place, (a, b))| Edge {
                    ends: [*a, *b],
                    at: (contour, place),
                }),
        );
    }
    edges.sort_by(|a, b| {
        let order = a.span(0).0.total_cmp(&b.span(0).0);
        order.then(a.at.cmp(&b.at))
    });
    let mut found = 0;
    for (place, edge) in edges.iter().enumerate() {
        let end = edge.span(0).1;
        let beside = edges[place + 1..]
            .iter()
            .take_while(|other| other.span(0).0 <= end);
        for other in beside {
            if is_asked(edge.at.0, other.at.0) && edge.crosses(other) {
                found += 1;
                if found >= limit {
                    return found;
                }
            }
        }
    }
    found
}

//! Marks by rows and columns of an image.

use board::{Board, ImageLibrary, MarkInput, MarkPartInput, StackGeometry};
use clinical::marks::MarkKind;

/// The geometry of the first stack of this modality, or whose series is so described.
pub fn stack_of(board: &Board, images: &ImageLibrary, wanted: &str) -> StackGeometry {
    let mut stacks = images.library.stacks();
    let found = stacks
        .find(|(_, series, _)| series.modality == wanted || series.description.contains(wanted));
    board.stack_geometry(&found.unwrap().2.id).unwrap()
}

/// The middle of the pixel in a row and a column of an image.
fn place(geometry: &StackGeometry, image: u32, row: f64, column: f64) -> [f64; 3] {
    let origin = geometry.images[image as usize].position.unwrap();
    let cosines = geometry.orientation.unwrap();
    let [between_rows, between_columns] = geometry.pixel_spacing.unwrap();
    [0, 1, 2].map(|axis| {
        origin[axis]
            + column * between_columns * cosines[axis]
            + row * between_rows * cosines[axis + 3]
    })
}

/// A mark whose points are the middles of pixels, by row and column.
pub fn drawn(
    geometry: &StackGeometry,
    kind: MarkKind,
    parts: &[(u32, &[(f64, f64)])],
) -> MarkInput {
    let part = |(image, places): &(u32, &[(f64, f64)])| MarkPartInput {
        image_index: *image,
        points: places
            .iter()
            .map(|(row, column)| place(geometry, *image, *row, *column))
            .collect(),
    };
    MarkInput {
        stack_id: geometry.id.clone(),
        kind,
        reformatted_normal: None,
        parts: parts.iter().map(part).collect(),
        window_center: 400.0,
        window_width: 1800.0,
        level: None,
        note: String::new(),
        proposed_by: Vec::new(),
    }
}

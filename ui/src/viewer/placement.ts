// Where an image is drawn when its file does not say: pixels of 1 mm, seen as they are stored, one
// image after the other. Good for looking only; nothing is measured and no edge gets a letter.
import type { StackGeometry } from '../host/types.ts';

type Orientation = NonNullable<StackGeometry['orientation']>;
type Position = NonNullable<StackGeometry['images'][number]['position']>;

/** Between rows, then between columns, mm. */
export function spacingToDraw(geometry: StackGeometry): [number, number] {
  return geometry.pixel_spacing ?? [1, 1];
}

/** Direction cosines of a row, then of a column. */
export function orientationToDraw(geometry: StackGeometry): Orientation {
  return geometry.orientation ?? [1, 0, 0, 0, 1, 0];
}

export function positionToDraw(geometry: StackGeometry, index: number): Position {
  return geometry.images[index]?.position ?? [0, 0, index];
}

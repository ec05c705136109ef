// Made-up pixels for the demo host: a body with a vertebra and a canal, by geometry alone.
import type { ImageLibrary, Plane, Stack, StackGeometry } from './types.ts';

const AIR = -1000;
const SOFT_TISSUE = 40;
const BONE = 450;
const CANAL = 10;
const LYTIC = 60;
const PIXEL_MM = 2;
const ORIENTATIONS: Partial<Record<Plane, number[]>> = {
  axial: [1, 0, 0, 0, 1, 0],
  sagittal: [0, 1, 0, 0, 0, -1],
  coronal: [1, 0, 0, 0, 0, -1],
};

/** The geometry of a recorded stack: square pixels of 2 mm, slices evenly spaced along the normal. */
export function geometryOf(library: ImageLibrary, stackId: string): StackGeometry {
  const { stack, modality, series } = find(library, stackId);
  const orientation = ORIENTATIONS[stack.plane] ?? [1, 0, 0, 0, 1, 0];
  const spacing = stack.spacing_between_slices ?? 1;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = orientation;
  const normal = [b * f - c * e, c * d - a * f, a * e - b * d];
  const along = (axis: number, index: number) => (normal[axis] ?? 0) * index * spacing;
  const frames = stack.images.map((image, index) => ({
    sop_instance_uid: image.sop_instance_uid,
    frame: image.frame,
    position: [along(0, index), along(1, index), along(2, index)] satisfies [number, number, number],
  }));
  return {
    stack_id: stackId,
    series_instance_uid: series,
    modality,
    rows: stack.rows,
    columns: stack.columns,
    row_spacing: PIXEL_MM,
    column_spacing: PIXEL_MM,
    orientation,
    has_position: true,
    frame_of_reference_uid: '2.25.9',
    spacing_between_slices: stack.spacing_between_slices,
    frames,
    data_type: 'int16',
    bytes_per_frame: stack.rows * stack.columns * 2,
    monochrome1: false,
    window_center: 300,
    window_width: 1500,
    volume: stack.is_volume
      ? {
          dimensions: [stack.columns, stack.rows, frames.length],
          spacing: [PIXEL_MM, PIXEL_MM, spacing],
          origin: [0, 0, 0],
          direction: [...orientation, ...normal],
        }
      : null,
  };
}

/** Little-endian 16-bit values of some frames. */
export function framesOf(library: ImageLibrary, stackId: string, first: number, count: number): ArrayBuffer {
  const { stack } = find(library, stackId);
  const size = stack.rows * stack.columns;
  const values = new Int16Array(size * count);
  for (let frame = 0; frame < count; frame += 1) {
    const depth = (first + frame) / Math.max(stack.images.length - 1, 1);
    for (let row = 0; row < stack.rows; row += 1) {
      for (let column = 0; column < stack.columns; column += 1) {
        values[frame * size + row * stack.columns + column] = tissue(column / stack.columns - 0.5, row / stack.rows - 0.5, depth);
      }
    }
  }
  return values.buffer;
}

/** A single grey pixel as PNG. */
export function onePixel(): ArrayBuffer {
  const text = atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==');
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0)).buffer;
}

function tissue(x: number, y: number, depth: number): number {
  const inside = (centreX: number, centreY: number, radiusX: number, radiusY: number) =>
    ((x - centreX) / radiusX) ** 2 + ((y - centreY) / radiusY) ** 2 <= 1;
  if (!inside(0, 0, 0.45, 0.34)) return AIR;
  if (inside(0, 0.17, 0.045, 0.035)) return CANAL;
  const disc = Math.abs(((depth * 6) % 1) - 0.5) > 0.38;
  if (inside(0, 0.06, 0.11, 0.085)) {
    return inside(-0.04, 0.09, 0.04, 0.035) && Math.abs(depth - 0.5) < 0.12 ? LYTIC : disc ? 90 : BONE;
  }
  if (inside(0, 0.2, 0.06, 0.08) || inside(-0.09, 0.19, 0.04, 0.02) || inside(0.09, 0.19, 0.04, 0.02)) return BONE;
  return SOFT_TISSUE;
}

function find(library: ImageLibrary, stackId: string): { stack: Stack; modality: string; series: string } {
  for (const study of library.studies) {
    for (const series of study.series) {
      const stack = series.stacks.find(({ id }) => id === stackId);
      if (stack) return { stack, modality: series.modality, series: series.uid };
    }
  }
  throw new Error('the demo host has no such stack');
}

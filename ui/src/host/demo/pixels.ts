// Made-up pixels for the demo host: a body with a vertebra and a canal, by geometry alone.
import type { ImageLibrary, Series, Stack, StackGeometry, Study, VolumeGeometry, Window } from '../types.ts';

const AIR = -1000;
const SOFT_TISSUE = 40;
const BONE = 450;
const CANAL = 10;
const LYTIC = 60;
/** Hounsfield windows as Rust offers them for CT. */
const CT_PRESETS: Window[] = [
  { name: 'bone', center: 400, width: 1800 },
  { name: 'soft_tissue', center: 50, width: 250 },
  { name: 'lung', center: -600, width: 1500 },
];

/** The geometry of a recorded stack. */
export function geometryOf(library: ImageLibrary, stackId: string): StackGeometry {
  const { stack, series, study } = find(library, stackId);
  const isCt = series.modality === 'CT';
  return {
    id: stack.id,
    rows: stack.rows,
    columns: stack.columns,
    pixel_spacing: stack.pixel_spacing,
    orientation: stack.orientation,
    frame_of_reference_uid: stack.frame_of_reference_uid,
    plane: stack.plane,
    volume: volumeOf(stack),
    images: stack.images.map(({ sop_instance_uid, frame, instance_number, position }) => ({
      sop_instance_uid,
      frame,
      instance_number,
      position,
    })),
    spacing_between_slices: stack.spacing_between_slices,
    slice_thickness: stack.slice_thickness,
    notes: stack.notes,
    data_type: 'int16',
    bytes_per_frame: stack.rows * stack.columns * 2,
    is_inverted: false,
    padding: null,
    default_window: stack.windows[0] ?? null,
    windows: stack.windows,
    presets: isCt ? CT_PRESETS : [],
    modality: series.modality,
    unit: isCt ? 'HU' : null,
    series_uid: series.uid,
    series_number: series.number,
    series_description: series.description,
    body_part: series.body_part,
    study_uid: study.uid,
    study_description: study.description,
    study_date: study.date,
    patient_name: study.patient.name.alphabetic ?? '',
    patient_id: study.patient.patient_id,
    patient_birth_date: study.patient.birth_date,
  };
}

function volumeOf(stack: Stack): VolumeGeometry | null {
  const { orientation, pixel_spacing: pixelSpacing, spacing_between_slices: between, images } = stack;
  const origin = images[0]?.position;
  if (!stack.is_volume || !orientation || !pixelSpacing || between === null || !origin) return null;
  const [a, b, c, d, e, f] = orientation;
  return {
    dimensions: [stack.columns, stack.rows, images.length],
    spacing: [pixelSpacing[1], pixelSpacing[0], between],
    origin,
    direction: [a, b, c, d, e, f, b * f - c * e, c * d - a * f, a * e - b * d],
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

function find(library: ImageLibrary, stackId: string): { study: Study; series: Series; stack: Stack } {
  for (const study of library.studies) {
    for (const series of study.series) {
      const stack = series.stacks.find(({ id }) => id === stackId);
      if (stack) return { study, series, stack };
    }
  }
  throw new Error('the demo host has no such stack');
}

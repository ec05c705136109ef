// Made-up pixels for the demo host: a body with a vertebra and a canal, by geometry alone.
import type { ImageLibrary, Series, Stack, StackGeometry, Study, VolumeGeometry, Window } from '../types.ts';

type Tissue = 'air' | 'soft' | 'bone' | 'canal' | 'disc' | 'lesion';

/** CT in HU, and MR in arbitrary units with bright fluid (T2) or bright fat (T1). */
const SIGNALS: Record<'CT' | 'T2' | 'T1', Record<Tissue, number>> = {
  CT: { air: -1000, soft: 40, bone: 450, canal: 10, disc: 90, lesion: 60 },
  T2: { air: 0, soft: 210, bone: 330, canal: 800, disc: 520, lesion: 180 },
  T1: { air: 0, soft: 300, bone: 520, canal: 120, disc: 230, lesion: 160 },
};
/** Hounsfield windows as Rust offers them for CT. */
const CT_PRESETS: Window[] = [
  { name: 'bone', center: 400, width: 1800 },
  { name: 'soft_tissue', center: 50, width: 250 },
  { name: 'lung', center: -600, width: 1500 },
];

/** By the last number of a study's UID: by how much its patient lay higher in the scanner, mm. */
const SHIFTS: Record<string, number> = { 601: 12 };

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
  const { stack, series, study } = find(library, stackId);
  const signals = SIGNALS[series.modality === 'CT' ? 'CT' : series.description.includes('T1') ? 'T1' : 'T2'];
  const [betweenRows, betweenColumns] = stack.pixel_spacing ?? [1, 1];
  const [a, b, c, d, e, f] = stack.orientation ?? [1, 0, 0, 0, 1, 0];
  const size = stack.rows * stack.columns;
  const values = new Int16Array(size * count);
  const shift = SHIFTS[study.uid.split('.').at(-1) ?? ''] ?? 0;
  for (let frame = 0; frame < count; frame += 1) {
    const [x, y, z] = stack.images[first + frame]?.position ?? [0, 0, first + frame];
    for (let row = 0; row < stack.rows; row += 1) {
      for (let column = 0; column < stack.columns; column += 1) {
        const [across, down] = [column * betweenColumns, row * betweenRows];
        values[frame * size + row * stack.columns + column] = signals[tissue(x + a * across + d * down, y + b * across + e * down, z + c * across + f * down - shift)];
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

/** What lies at a place of the patient, mm: vertebrae of 30 mm from disc to disc in a body 90 mm wide and deep. */
function tissue(x: number, y: number, z: number): Tissue {
  const inside = (centreX: number, centreY: number, radiusX: number, radiusY: number) =>
    ((x - centreX) / radiusX) ** 2 + ((y - centreY) / radiusY) ** 2 <= 1;
  if (!inside(0, -18, 115, 87)) return 'air';
  if (inside(0, 26, 11.5, 9)) return 'canal';
  const height = ((((z + 15) % 30) + 30) % 30) - 15;
  if (inside(0, -3, 28, 22)) {
    if (Math.abs(height) > 11) return 'disc';
    return Math.hypot(x + 10, y - 5, z) < 10 ? 'lesion' : 'bone';
  }
  if (inside(0, 33, 15, 20) && Math.abs(height) < 9) return 'bone';
  if ((inside(-23, 31, 10, 5) || inside(23, 31, 10, 5)) && Math.abs(height) < 6) return 'bone';
  return 'soft';
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

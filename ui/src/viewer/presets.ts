// Windows by name. CT values are the customary Hounsfield windows of the picture archives that
// boards work with; they change the display only, never a measured value.
import type { StackGeometry } from '../host/types.ts';

export interface WindowPreset {
  /** Words key `viewer.window.<id>`. */
  id: string;
  center: number;
  width: number;
}

const CT_PRESETS: readonly WindowPreset[] = [
  { id: 'bone', center: 400, width: 1800 },
  { id: 'soft_tissue', center: 50, width: 400 },
  { id: 'lung', center: -600, width: 1500 },
];

/** The presets of a stack, in the order of the number keys; the first is what the file asks for. */
export function presetsFor(geometry: StackGeometry): WindowPreset[] {
  const automatic: WindowPreset = {
    id: 'automatic',
    center: geometry.window_center,
    width: geometry.window_width,
  };
  return geometry.modality === 'CT' ? [automatic, ...CT_PRESETS] : [automatic];
}

/** Window centre and width of a value range, and back (DICOM PS3.3 C.11.2.1.2, linear exact). */
export function windowOfRange(lower: number, upper: number): { center: number; width: number } {
  return { center: (lower + upper) / 2, width: upper - lower };
}

export function rangeOfWindow(center: number, width: number): { lower: number; upper: number } {
  return { lower: center - width / 2, upper: center + width / 2 };
}

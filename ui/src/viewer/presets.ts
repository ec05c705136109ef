// Windows by name. They come from Rust: the file's own or one from its values, then the customary
// windows of the modality. They change the display only, never a measured value.
import type { StackGeometry } from '../host/types.ts';

export interface WindowPreset {
  /** Words key `viewer.window.<id>`. */
  id: string;
  center: number;
  width: number;
}

/** The window in which a stack opens; colour has none and is shown as stored. */
export function openingWindow(geometry: StackGeometry): { center: number; width: number } {
  const { center, width } = geometry.default_window ?? { center: 127.5, width: 255 };
  return { center, width };
}

/** The presets of a stack, in the order of the number keys; the first is the one it opens in. */
export function presetsFor(geometry: StackGeometry): WindowPreset[] {
  const named = geometry.presets.map(({ name, center, width }) => ({ id: name, center, width }));
  return [{ id: 'automatic', ...openingWindow(geometry) }, ...named];
}

/** Window centre and width of a value range, and back (DICOM PS3.3 C.11.2.1.2, linear exact). */
export function windowOfRange(lower: number, upper: number): { center: number; width: number } {
  return { center: (lower + upper) / 2, width: upper - lower };
}

export function rangeOfWindow(center: number, width: number): { lower: number; upper: number } {
  return { lower: center - width / 2, upper: center + width / 2 };
}

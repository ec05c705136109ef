// Which labels of vertebrae stand on a slice. Working rules of the display.
import type { SpineLabel } from '../../host/types.ts';
import type { SlicePlane } from '../linking.ts';
import { dot, subtract } from '../vectors.ts';

/** Half the width of a lumbar vertebral body, mm: a slice along the spine that passes it at all shows its label. */
const ALONG = 28;
/** Half the distance between two lumbar vertebrae, mm: a slice across the spine belongs to one of them. */
const ACROSS = 20;
/** Slices whose normal points to the head within 45° lie across the spine. */
const IS_ACROSS = Math.SQRT1_2;

/** The labels near a slice: all that lie along it, but only the nearest where it lies across the spine. */
export function labelsNear(labels: readonly SpineLabel[], plane: SlicePlane | null): SpineLabel[] {
  if (!plane) return [];
  const near = labels
    .map((label) => ({ label, distance: Math.abs(dot(subtract(label.point, plane.point), plane.normal)) }))
    .sort((one, other) => one.distance - other.distance);
  if (Math.abs(plane.normal[2]) < IS_ACROSS) return near.filter(({ distance }) => distance <= ALONG).map(({ label }) => label);
  const [first] = near;
  return first && first.distance <= ACROSS ? [first.label] : [];
}

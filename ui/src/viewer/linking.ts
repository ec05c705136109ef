// Which slice of one pane belongs to a slice of another one: by the patient's position within a frame of
// reference, by an anchor that the reader set across two of them, or by the vertebrae that are labelled in both. Points and lengths in mm.
import type { Level, SpineLabels, StackGeometry } from '../host/types.ts';
import { cross, type Vector } from './orientation.ts';
import { add, dot, length, scaled, subtract } from './vectors.ts';

/** Slices that differ by no more count as parallel: a working rule, wide enough for the few degrees by
 * which a technician angles two acquisitions of one plane differently. */
export const PARALLEL_DEGREES = 5;

/** A slice in the patient. */
export interface SlicePlane {
  frameOfReference: string;
  /** The middle of the slice. */
  point: Vector;
  /** Of length 1. */
  normal: Vector;
}

/** Places in two frames of reference that the reader declared to be the same, along one direction. */
export interface Anchor {
  from: string;
  to: string;
  normal: Vector;
  /** What is added to a position along the normal on the way from one to the other, mm. */
  offset: number;
}

/** The angle between two normals whichever way they point, 0 to 90 degrees. */
export function angleBetween(a: Vector, b: Vector): number {
  const cosine = Math.abs(dot(a, b)) / (length(a) * length(b));
  return (Math.acos(Math.min(1, cosine)) * 180) / Math.PI;
}

export function areParallel(a: Vector, b: Vector): boolean {
  return angleBetween(a, b) <= PARALLEL_DEGREES;
}

/** The anchor between two parallel slices of different frames of reference. */
export function anchorBetween(first: SlicePlane, second: SlicePlane): Anchor | null {
  if (first.frameOfReference === second.frameOfReference || !areParallel(first.normal, second.normal)) return null;
  return {
    from: first.frameOfReference,
    to: second.frameOfReference,
    normal: first.normal,
    offset: dot(subtract(second.point, first.point), first.normal),
  };
}

/** An anchor takes the place of earlier ones between the same frames of reference along the same direction. */
export function withAnchor(anchors: readonly Anchor[], anchor: Anchor): Anchor[] {
  const ends = [anchor.from, anchor.to].sort().join(' ');
  const others = anchors.filter(({ from, to, normal }) => [from, to].sort().join(' ') !== ends || !areParallel(normal, anchor.normal));
  return [...others, anchor];
}

export type Carried = { kind: 'frame'; point: Vector } | { kind: 'anchor'; point: Vector; offset: number } | { kind: 'labels'; point: Vector; level: Level };

/** Labels that differ by less along a normal do not order slices, as on sagittal ones, mm: a working rule. */
const SPREAD = 20;

/** The place in another frame of reference by the vertebrae that are labelled in both: between two of them in
 * proportion, beyond the last one as far as from it; `null` where no vertebra is labelled in both. */
function throughLabels(source: SlicePlane, target: SlicePlane, labelled: readonly SpineLabels[]): Carried | null {
  const labelsOf = (frame: string): SpineLabels['labels'] => labelled.find((one) => one.frame_of_reference_uid === frame)?.labels ?? [];
  const there = labelsOf(target.frameOfReference);
  const { normal } = source;
  const pairs = labelsOf(source.frameOfReference)
    .flatMap(({ level, point }) => {
      const other = there.find((label) => label.level === level);
      return other ? [{ level, from: dot(point, normal), to: dot(other.point, normal), place: other.point }] : [];
    })
    .sort((one, other) => one.from - other.from);
  const [first, last] = [pairs[0], pairs.at(-1)];
  if (!first || !last) return null;
  const height = dot(source.point, normal);
  const nearest = pairs.reduce((best, pair) => (Math.abs(pair.from - height) < Math.abs(best.from - height) ? pair : best));
  const mean = pairs.reduce((sum, { from, to }) => sum + to - from, 0) / pairs.length;
  const upper = pairs.find(({ from }) => from >= height);
  const lower = pairs.findLast(({ from }) => from <= height);
  let wanted = height + nearest.to - nearest.from;
  if (last.from - first.from < SPREAD) wanted = height + mean;
  else if (lower && upper && upper.from > lower.from) wanted = lower.to + ((height - lower.from) / (upper.from - lower.from)) * (upper.to - lower.to);
  return { kind: 'labels', point: add(nearest.place, scaled(normal, wanted - nearest.to)), level: nearest.level };
}

/** The middle of a slice, said in the coordinates of another pane whose slices are parallel; `null` where
 * nothing links the two. */
export function carried(source: SlicePlane, target: SlicePlane, anchors: readonly Anchor[], labelled: readonly SpineLabels[] = []): Carried | null {
  if (!areParallel(source.normal, target.normal)) return null;
  if (source.frameOfReference === target.frameOfReference) return { kind: 'frame', point: source.point };
  for (const anchor of anchors) {
    if (!areParallel(anchor.normal, source.normal)) continue;
    const forwards = anchor.from === source.frameOfReference && anchor.to === target.frameOfReference;
    const backwards = anchor.to === source.frameOfReference && anchor.from === target.frameOfReference;
    if (!forwards && !backwards) continue;
    const offset = forwards ? anchor.offset : -anchor.offset;
    return { kind: 'anchor', point: add(source.point, scaled(anchor.normal, offset)), offset };
  }
  return throughLabels(source, target, labelled);
}

/** The slice nearest to a point along the normal, the first of equals; `null` without positions. */
export function nearestSlice(positions: readonly Vector[], normal: Vector, point: Vector): { index: number; distance: number } | null {
  const wanted = dot(point, normal);
  let best: { index: number; distance: number } | null = null;
  for (const [index, position] of positions.entries()) {
    const distance = Math.abs(dot(position, normal) - wanted);
    if (best === null || distance < best.distance) best = { index, distance };
  }
  return best;
}

/** The middles of a stack's images; empty where its file says no place or no frame of reference. */
export function middlesOf(geometry: StackGeometry): Vector[] {
  const { orientation, pixel_spacing: spacing } = geometry;
  if (!orientation || !spacing || geometry.frame_of_reference_uid === '') return [];
  const [row, column] = axesOf(orientation);
  const toMiddle = add(scaled(row, ((geometry.columns - 1) / 2) * spacing[1]), scaled(column, ((geometry.rows - 1) / 2) * spacing[0]));
  const positions = geometry.images.map(({ position }) => position);
  return positions.every((position) => position !== null) ? positions.map((position) => add(position, toMiddle)) : [];
}

/** The corners of an image of a stack, in order around it. */
export function cornersOf(geometry: StackGeometry, index: number): Vector[] {
  const { orientation, pixel_spacing: spacing } = geometry;
  const position = geometry.images[index]?.position;
  if (!orientation || !spacing || !position) return [];
  const [row, column] = axesOf(orientation);
  // A position is the centre of the first pixel, so an image begins half a pixel before it.
  const first = subtract(subtract(position, scaled(row, spacing[1] / 2)), scaled(column, spacing[0] / 2));
  const across = scaled(row, geometry.columns * spacing[1]);
  const down = scaled(column, geometry.rows * spacing[0]);
  return [first, add(first, across), add(add(first, across), down), add(first, down)];
}

export function normalOf(orientation: NonNullable<StackGeometry['orientation']>): Vector {
  const [row, column] = axesOf(orientation);
  return cross(row, column);
}

function axesOf([a, b, c, d, e, f]: NonNullable<StackGeometry['orientation']>): [Vector, Vector] {
  return [
    [a, b, c],
    [d, e, f],
  ];
}

/** Where an outline cuts a plane: the ends of the line, or `null` where it lies beside the plane or in it. */
export function cutThrough(corners: readonly Vector[], plane: SlicePlane): [Vector, Vector] | null {
  const heights = corners.map((corner) => dot(subtract(corner, plane.point), plane.normal));
  const ends: Vector[] = [];
  for (const [index, corner] of corners.entries()) {
    const next = (index + 1) % corners.length;
    const [here, there] = [heights[index] ?? 0, heights[next] ?? 0];
    if (here < 0 === there < 0) continue;
    const end = corners[next] ?? corner;
    ends.push(add(corner, scaled(subtract(end, corner), here / (here - there))));
  }
  const [first, second] = ends;
  return first && second ? [first, second] : null;
}

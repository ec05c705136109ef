// What a measuring tool is: which points it asks for, and how they are drawn. The value of a mark is computed by
// Rust from its points; nothing here computes one.
import type { MarkKind } from '../../host/types.ts';

/** A place in the coordinate system of the patient, mm. */
export type World = readonly [number, number, number];
/** A place on the canvas of a pane, in CSS pixels. */
export type Canvas = readonly [number, number];

/** Between the patient and the canvas, as a pane shows it now. */
export interface Projection {
  toCanvas: (point: World) => Canvas;
  toWorld: (place: Canvas) => World;
}

export interface Tool {
  kind: MarkKind;
  /** Words `viewer.mark.<kind>`; each part has a prompt `viewer.prompt.<kind>_<part>`, or one for all its points. */
  parts: number | 'many';
  /** Points of a part; an outline has any number and is closed. */
  points: number | 'outline';
  /** Pairs of points with a line between them, by their numbers. */
  lines: readonly (readonly [number, number])[];
  /** Points are the ends of two diameters. */
  isEllipse?: boolean;
  /** Turns the clicked points into those of the mark, where they differ. */
  finish?: (clicked: World[]) => World[];
}

/** Made of lines and points alone, so that no pixel counts. */
export function isOfLines({ points, isEllipse }: Tool): boolean {
  return points !== 'outline' && isEllipse !== true;
}

/** SVG path of a part on the canvas. */
export function pathOf(tool: Tool, points: readonly Canvas[], isClosed: boolean): string {
  if (tool.isEllipse && points.length === 4) return ellipsePath(points as [Canvas, Canvas, Canvas, Canvas]);
  if (tool.points === 'outline') {
    const line = points.map(([x, y], place) => `${place === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
    return isClosed && points.length > 2 ? `${line}Z` : line;
  }
  return tool.lines
    .map(([from, to]) => [points[from], points[to]] as const)
    .filter((pair): pair is readonly [Canvas, Canvas] => pair[0] !== undefined && pair[1] !== undefined)
    .map(([from, to]) => `M${from[0].toFixed(1)} ${from[1].toFixed(1)}L${to[0].toFixed(1)} ${to[1].toFixed(1)}`)
    .join('');
}

const STEPS = 64;

function ellipsePath([a, b, c, d]: readonly [Canvas, Canvas, Canvas, Canvas]): string {
  const middle = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2] as const;
  const one = [(b[0] - a[0]) / 2, (b[1] - a[1]) / 2] as const;
  const other = [(d[0] - c[0]) / 2, (d[1] - c[1]) / 2] as const;
  let path = '';
  for (let step = 0; step < STEPS; step += 1) {
    const angle = (2 * Math.PI * step) / STEPS;
    const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
    const [x, y] = [middle[0] + cosine * one[0] + sine * other[0], middle[1] + cosine * one[1] + sine * other[1]];
    path += `${step === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
  }
  return `${path}Z`;
}

/** The second diameter of an ellipse, at right angles to the first through its middle, as long as the third point asks. */
export function withSecondDiameter(clicked: World[]): World[] {
  const [a, b, c] = clicked as [World, World, World];
  const along = subtract(b, a);
  const length = dot(along, along);
  const middle: World = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2];
  const arm = subtract(c, middle);
  const share = length === 0 ? 0 : dot(arm, along) / length;
  const across: World = [arm[0] - share * along[0], arm[1] - share * along[1], arm[2] - share * along[2]];
  return [a, b, [middle[0] + across[0], middle[1] + across[1], middle[2] + across[2]], [middle[0] - across[0], middle[1] - across[1], middle[2] - across[2]]];
}

/** The second diameter turned around its middle until it stands at right angles to the first. */
export function withPerpendicular(clicked: World[]): World[] {
  const [a, b, c, d] = clicked as [World, World, World, World];
  const along = subtract(b, a);
  const length = dot(along, along);
  const arm = subtract(d, c);
  const share = length === 0 ? 0 : dot(arm, along) / length;
  const across: World = [arm[0] - share * along[0], arm[1] - share * along[1], arm[2] - share * along[2]];
  const end = (side: number): World => [(c[0] + d[0] + side * across[0]) / 2, (c[1] + d[1] + side * across[1]) / 2, (c[2] + d[2] + side * across[2]) / 2];
  return [a, b, end(-1), end(1)];
}

function subtract(a: World, b: World): World {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function dot(a: World, b: World): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

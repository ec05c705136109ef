// What a pane shows that can be drawn on: an image of a stack, or a plane made from its volume.
import type { Mark } from '../../host/types.ts';
import { angleBetween, type SlicePlane } from '../linking.ts';
import type { Vector } from '../orientation.ts';
import { dot, scaled, subtract } from '../vectors.ts';
import { isOfLines, type Tool, type World } from './tool.ts';

/** A mark is shown on planes that pass its points within so much, mm: a working rule, about the distance of two pixels of CT. */
const NEAR = 0.5;

export interface Surface {
  /** The same for whatever lies on one image, or in one plane. */
  id: string;
  /** `null` for a plane made from a volume. */
  image: { index: number; sopInstanceUid: string; frame: number } | null;
  /** Where it lies in the patient; `null` for an image that does not say. */
  plane: SlicePlane | null;
}

export function imageSurface(index: number, { sop_instance_uid: uid, frame }: { sop_instance_uid: string; frame: number }, plane: SlicePlane | null): Surface {
  return { id: `image ${index}`, image: { index, sopInstanceUid: uid, frame }, plane };
}

export function planeSurface(plane: SlicePlane): Surface {
  // Hundredths of a millimetre and thousandths of a direction: beyond what the drawing machine rounds.
  const direction = plane.normal.map((part) => part.toFixed(3));
  return { id: `plane ${direction.join(' ')} at ${dot(plane.point, plane.normal).toFixed(2)}`, image: null, plane };
}

/** Outlines are drawn on images only: their values are those of pixels. */
export function takes({ image }: Surface, tool: Tool): boolean {
  return image !== null || isOfLines(tool);
}

/** Whether a mark was drawn on a surface of this kind, so that its points can be moved there. */
export function isOfItsKind({ image }: Surface, mark: Mark): boolean {
  return (mark.reformatted_normal === undefined) === (image !== null);
}

/** Whether a part of a mark lies on the surface. */
export function holds(surface: Surface, mark: Mark, part: Mark['parts'][number]): boolean {
  if (surface.image && mark.reformatted_normal === undefined) return part.sop_instance_uid === surface.image.sopInstanceUid && part.frame === surface.image.frame;
  const { plane } = surface;
  if (!plane || surface.image || mark.frame_of_reference_uid !== plane.frameOfReference) return false;
  return part.points.every((point) => Math.abs(dot(subtract(vector(point), plane.point), plane.normal)) <= NEAR);
}

/** A moved point taken straight into the plane of its mark. */
export function withinPlane(mark: Mark, point: World): World {
  const [normal, first] = [mark.reformatted_normal, mark.parts[0]?.points[0]];
  if (!normal || !first) return point;
  const beside = dot(subtract(vector(point), vector(first)), vector(normal));
  return subtract(vector(point), scaled(vector(normal), beside));
}

/** Of planes through a volume, the one that lies nearest in direction. */
export function nearestView<View extends string>(normal: World, straight: Record<View, Vector>): View {
  const views = Object.keys(straight) as View[];
  return views.reduce((best, view) => (angleBetween(straight[view], vector(normal)) < angleBetween(straight[best], vector(normal)) ? view : best));
}

function vector([x, y, z]: World): Vector {
  return [x, y, z];
}

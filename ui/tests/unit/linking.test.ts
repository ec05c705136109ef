import { describe, expect, it } from 'vitest';
import { libraryOf } from '../../src/host/demo/libraries.ts';
import { geometryOf } from '../../src/host/demo/pixels.ts';
import { anchorBetween, angleBetween, areParallel, carried, cornersOf, cutThrough, middlesOf, nearestSlice, withAnchor, type SlicePlane } from '../../src/viewer/linking.ts';
import type { SpineLabels } from '../../src/host/types.ts';
import type { Vector } from '../../src/viewer/orientation.ts';
import { dot, turned } from '../../src/viewer/vectors.ts';

const X: Vector = [1, 0, 0];
const Z: Vector = [0, 0, 1];
const slice = (frameOfReference: string, point: Vector, normal: Vector): SlicePlane => ({ frameOfReference, point, normal });
/** A direction `degrees` off the long axis of the body, towards the left. */
const off = (degrees: number): Vector => [Math.sin((degrees * Math.PI) / 180), 0, Math.cos((degrees * Math.PI) / 180)];

describe('parallelism', () => {
  it('allows a few degrees and does not mind which way a normal points', () => {
    expect(angleBetween(Z, [0, 0, -2])).toBeCloseTo(0);
    expect(angleBetween(Z, off(30))).toBeCloseTo(30);
    expect([off(4.9), off(5.1), [0, 0, -1] as Vector].map((normal) => areParallel(Z, normal))).toEqual([true, false, true]);
  });
});

describe('the nearest slice', () => {
  const positions: Vector[] = [[5, 5, -10], [5, 5, 0], [5, 5, 10]];

  it('is found along the normal only, wherever the point lies beside it', () => {
    expect(nearestSlice(positions, Z, [300, -80, 6])).toEqual({ index: 2, distance: 4 });
    expect(nearestSlice(positions, [0, 0, -1], [0, 0, -7])).toEqual({ index: 0, distance: 3 });
  });

  it('is the first of equals, the end beyond the end, and none of none', () => {
    expect(nearestSlice(positions, Z, [0, 0, 5])).toEqual({ index: 1, distance: 5 });
    expect(nearestSlice(positions, Z, [0, 0, 50])).toEqual({ index: 2, distance: 40 });
    expect(nearestSlice([], Z, [0, 0, 0])).toBeNull();
  });
});

describe('what a slice is in another pane', () => {
  it('is the same place within a frame of reference', () => {
    expect(carried(slice('a', [1, 2, 3], Z), slice('a', [0, 0, 40], off(3)), [])).toEqual({ kind: 'frame', point: [1, 2, 3] });
  });

  it('follows the vertebrae that are labelled in both, and an anchor before them', () => {
    const labels = (frame: string, places: Record<string, Vector>): SpineLabels => ({
      frame_of_reference_uid: frame,
      anchor: 'sacrum',
      labels: Object.entries(places).map(([level, [x, y, z]]) => ({ level, point: [x, y, z] })),
      labelled_at: '2026-03-02T10:00:00Z',
      author: 'demo',
    });
    // L1 and L2 lie 30 mm apart now and lay 40 mm apart then; L3 is labelled now only.
    const labelled = [labels('now', { L1: [0, 0, 60], L2: [0, 0, 30], L3: [0, 0, 0] }), labels('then', { L1: [5, 0, 140], L2: [5, 0, 100] })];
    const at = (z: number) => carried(slice('now', [0, 0, z], Z), slice('then', [0, 0, 0], Z), [], labelled);
    expect(at(60)).toMatchObject({ kind: 'labels', level: 'L1', point: [5, 0, 140] });
    expect(at(45)).toMatchObject({ kind: 'labels', point: [5, 0, 120] });
    expect(at(20)).toMatchObject({ kind: 'labels', level: 'L2', point: [5, 0, 90] });
    expect(at(70)).toMatchObject({ kind: 'labels', level: 'L1', point: [5, 0, 150] });
    // Labels do not order sagittal slices: 5 mm to the side of the spine stay 5 mm.
    expect(carried(slice('now', [5, 0, 0], X), slice('then', [0, 0, 0], X), [], labelled)?.point[0]).toBeCloseTo(10, 9);
    const anchors = [{ from: 'now', to: 'then', normal: Z, offset: 1 }];
    expect(carried(slice('now', [0, 0, 60], Z), slice('then', [0, 0, 0], Z), anchors, labelled)?.kind).toBe('anchor');
    expect(carried(slice('now', [0, 0, 60], Z), slice('elsewhere', [0, 0, 0], Z), [], labelled)).toBeNull();
  });

  it('is nothing at an angle or in another frame of reference', () => {
    expect(carried(slice('a', [0, 0, 0], Z), slice('a', [0, 0, 0], X), [])).toBeNull();
    expect(carried(slice('a', [0, 0, 0], Z), slice('b', [0, 0, 0], Z), [])).toBeNull();
  });

  it('is moved by an anchor, there and back, and by no anchor along another direction', () => {
    // The same vertebra lies at 100 mm now and at 112.5 mm half a year ago.
    const anchor = anchorBetween(slice('now', [0, 0, 100], Z), slice('then', [30, -8, 112.5], [0, 0, -1]))!;
    expect(anchor.offset).toBe(12.5);
    expect(carried(slice('now', [0, 0, 80], Z), slice('then', [0, 0, 0], Z), [anchor])).toEqual({ kind: 'anchor', point: [0, 0, 92.5], offset: 12.5 });
    expect(carried(slice('then', [0, 0, 92.5], Z), slice('now', [0, 0, 0], Z), [anchor])).toEqual({ kind: 'anchor', point: [0, 0, 80], offset: -12.5 });
    expect(carried(slice('now', [0, 0, 80], X), slice('then', [0, 0, 0], X), [anchor])).toBeNull();
  });

  it('has no anchor within one frame of reference or between slices at an angle', () => {
    expect(anchorBetween(slice('a', [0, 0, 0], Z), slice('a', [0, 0, 9], Z))).toBeNull();
    expect(anchorBetween(slice('a', [0, 0, 0], Z), slice('b', [0, 0, 9], X))).toBeNull();
  });

  it('follows the last anchor of two between the same frames along the same direction', () => {
    const first = anchorBetween(slice('a', [0, 0, 0], Z), slice('b', [0, 0, 5], Z))!;
    const across = anchorBetween(slice('a', [0, 0, 0], X), slice('b', [7, 0, 0], X))!;
    const second = anchorBetween(slice('b', [0, 0, 9], Z), slice('a', [0, 0, 0], Z))!;
    expect(withAnchor(withAnchor(withAnchor([], first), across), second)).toEqual([across, second]);
  });
});

describe('places of a stack', () => {
  // 24 axial images of 256 × 256 pixels of 1 mm, the first pixel at (−127.5, −145.5), from −23 to 23 mm.
  const library = libraryOf(['/demo/images']);
  const geometry = geometryOf(library, library.studies[0]!.series[0]!.stacks[0]!.id);

  it('has middles and corners by half a pixel', () => {
    expect(middlesOf(geometry)[0]).toEqual([0, -18, -23]);
    expect(middlesOf(geometry).length).toBe(24);
    expect(cornersOf(geometry, 0)).toEqual([[-128, -146, -23], [128, -146, -23], [128, 110, -23], [-128, 110, -23]]);
  });

  it('has none where the file does not say, so that nothing is linked by guess', () => {
    expect(middlesOf({ ...geometry, orientation: null })).toEqual([]);
    expect(middlesOf({ ...geometry, frame_of_reference_uid: '' })).toEqual([]);
    expect(middlesOf({ ...geometry, images: geometry.images.map((image, index) => (index === 3 ? { ...image, position: null } : image)) })).toEqual([]);
  });
});

describe('the line in which two slices cut', () => {
  const square: Vector[] = [[-10, -10, 0], [10, -10, 0], [10, 10, 0], [-10, 10, 0]];

  it('runs across the outline where the other plane meets it', () => {
    expect(cutThrough(square, slice('a', [4, 0, 0], X))).toEqual([[4, -10, 0], [4, 10, 0]]);
  });

  it('is none beside the plane or in it', () => {
    expect(cutThrough(square, slice('a', [11, 0, 0], X))).toBeNull();
    expect(cutThrough(square, slice('a', [0, 0, 0], Z))).toBeNull();
    expect(cutThrough([], slice('a', [0, 0, 0], Z))).toBeNull();
  });
});

it('turns a vector about an axis by the right-hand rule', () => {
  const [x, y, z] = turned([1, 0, 0], Z, 90);
  expect([Math.round(x), Math.round(y), Math.round(z)]).toEqual([0, 1, 0]);
  expect(dot(turned([1, 2, 3], Z, 37), Z)).toBeCloseTo(3);
});

import words from 'virtual:words';
import { beforeEach, expect, it } from 'vitest';
import type { Mark, MarkKind } from '../../src/host/types.ts';
import { levelsOf, nextLevel } from '../../src/state/labels.ts';
import { labelledValues, lettered, measuredText, progressionText } from '../../src/state/marks.ts';
import { setWords } from '../../src/state/words.svelte.ts';
import { Drawing } from '../../src/viewer/tools/drawing.svelte.ts';
import { KEYS } from '../../src/viewer/keys.ts';
import { TOOLS, toolOf } from '../../src/viewer/tools/index.ts';
import { holds, imageSurface, isOfItsKind, nearestView, planeSurface, takes, withinPlane, type Surface } from '../../src/viewer/tools/surface.ts';
import { pathOf, withPerpendicular, withSecondDiameter, type World } from '../../src/viewer/tools/tool.ts';

const RECORDED_KINDS: MarkKind[] = ['length', 'angle', 'cobb_angle', 'ellipse', 'freehand', 'bidirectional', 'height_loss', 'translation', 'canal_compromise', 'volume', 'psoas_area'];
const LEVELS = ['C0', 'C1', 'C2', 'T11', 'T12', 'T13', 'L1', 'L2', 'L3', 'L4', 'L5', 'L6', 'S1', 'S2'];

beforeEach(() => setWords(words));

/** An axial image, 2 mm above the one before. */
const on = (index: number): Surface => imageSurface(index, { sop_instance_uid: `1.${index}`, frame: 1 }, { frameOfReference: '9', point: [0, 0, 2 * index], normal: [0, 0, 1] });
const sagittal = (x: number): Surface => planeSurface({ frameOfReference: '9', point: [x, 7, 7], normal: [1, 0, 0] });

const drawn = (kind: MarkKind, clicks: [number, World][]): Drawing => {
  const drawing = new Drawing(kind);
  for (const [image, point] of clicks) drawing.add(on(image), point);
  return drawing;
};

it('has a tool, a key, a name and a prompt for every kind of mark', () => {
  expect(TOOLS.map(({ kind }) => kind)).toEqual(RECORDED_KINDS);
  for (const { kind, parts } of TOOLS) {
    expect(KEYS).toHaveProperty(`mark_${kind}`);
    const prompts = parts === 2 ? [`${kind}_1`, `${kind}_2`] : [kind];
    for (const key of [`viewer.mark.${kind}`, ...prompts.map((prompt) => `viewer.prompt.${prompt}`)]) expect(words).toHaveProperty([key]);
  }
});

it('is done when it has its points, and takes none of another image', () => {
  const drawing = drawn('length', [[3, [0, 0, 0]]]);
  expect(drawing.accepts(on(4))).toBe(false);
  drawing.add(on(4), [9, 9, 9]);
  drawing.add(on(3), [3, 4, 0]);
  expect(drawing.isComplete).toBe(true);
  expect(drawing.parts).toEqual([{ surface: on(3), points: [[0, 0, 0], [3, 4, 0]] }]);
  expect(drawing.accepts(on(3))).toBe(false);
});

it('draws lines on one plane through a volume, and outlines on none', () => {
  const drawing = new Drawing('length');
  drawing.add(sagittal(4), [4, 0, 0]);
  expect([drawing.accepts(sagittal(4.004)), drawing.accepts(sagittal(4.5)), drawing.accepts(on(0))]).toEqual([true, false, false]);
  drawing.add(sagittal(4), [4, 3, 4]);
  expect(drawing.isComplete).toBe(true);
  expect(TOOLS.filter((tool) => takes(sagittal(4), tool)).map(({ kind }) => kind)).toEqual(['length', 'angle', 'cobb_angle', 'bidirectional', 'height_loss', 'translation']);
  expect(TOOLS.every((tool) => takes(on(0), tool))).toBe(true);
});

it('shows a mark on its image, or on planes through its points, and moves it where it was drawn only', () => {
  const onImage = { frame_of_reference_uid: '9', parts: [{ sop_instance_uid: '1.3', frame: 1, points: [[4, 0, 6], [4, 5, 6]] }] } as unknown as Mark;
  const onPlane = { ...onImage, reformatted_normal: [1, 0, 0] as [number, number, number] };
  const shown = (surface: Surface, one: Mark): boolean => one.parts.every((part) => holds(surface, one, part));
  const surfaces = [on(3), on(4), sagittal(4.3), sagittal(5), planeSurface({ frameOfReference: '8', point: [4, 0, 0], normal: [1, 0, 0] })];
  expect(surfaces.map((surface) => shown(surface, onImage))).toEqual([true, false, true, false, false]);
  expect(surfaces.map((surface) => shown(surface, onPlane))).toEqual([false, false, true, false, false]);
  expect([isOfItsKind(on(3), onImage), isOfItsKind(sagittal(4), onImage), isOfItsKind(sagittal(4), onPlane)]).toEqual([true, false, true]);
  expect(withinPlane(onPlane, [4.3, 8, 9])).toEqual([4, 8, 9]);
  expect(withinPlane(onImage, [4.3, 8, 9])).toEqual([4.3, 8, 9]);
  expect(nearestView([0.2, -0.9, 0.3], { sagittal: [1, 0, 0], axial: [0, 0, 1], coronal: [0, 1, 0] })).toBe('coronal');
});

it('closes an outline only with three points, and asks for the second one on the same image', () => {
  const drawing = drawn('canal_compromise', [[7, [0, 0, 0]], [7, [10, 0, 0]]]);
  drawing.close();
  expect(drawing.part).toBe(0);
  drawing.add(on(7), [10, 10, 0]);
  drawing.close();
  expect([drawing.part, drawing.isComplete, drawing.accepts(on(7)), drawing.accepts(on(8))]).toEqual([1, false, true, false]);
});

it('goes on with outlines on other images until it is ended', () => {
  const drawing = drawn('volume', [[1, [0, 0, 0]], [1, [1, 0, 0]], [1, [0, 1, 0]]]);
  drawing.close();
  expect([drawing.isComplete, drawing.accepts(on(2)), drawing.accepts(on(1))]).toEqual([true, true, true]);
});

it('takes points back, then whole outlines, and says when nothing is left', () => {
  const drawing = drawn('volume', [[1, [0, 0, 0]], [1, [1, 0, 0]], [1, [0, 1, 0]]]);
  drawing.close();
  drawing.add(on(2), [5, 5, 2]);
  expect([drawing.back(), drawing.current, drawing.part]).toEqual([true, null, 1]);
  expect([drawing.back(), drawing.isEmpty, drawing.back()]).toEqual([true, true, false]);
});

it('keeps points of a dragged outline apart, and drags nothing else', () => {
  const drawing = drawn('freehand', [[1, [0, 0, 0]]]);
  drawing.drag(on(1), [0.1, 0, 0]);
  drawing.drag(on(1), [1, 0, 0]);
  expect(drawing.current?.points).toEqual([[0, 0, 0], [1, 0, 0]]);
  const line = drawn('length', [[1, [0, 0, 0]]]);
  line.drag(on(1), [9, 0, 0]);
  expect(line.current?.points).toHaveLength(1);
});

it('makes the second diameter of an ellipse and of two diameters stand at right angles', () => {
  expect(withSecondDiameter([[0, 0, 0], [10, 0, 0], [7, 3, 0]])).toEqual([[0, 0, 0], [10, 0, 0], [5, 3, 0], [5, -3, 0]]);
  expect(withPerpendicular([[0, 0, 0], [10, 0, 0], [4, -3, 0], [6, 3, 0]])).toEqual([[0, 0, 0], [10, 0, 0], [5, -3, 0], [5, 3, 0]]);
});

it('draws lines, outlines and ellipses', () => {
  expect(pathOf(toolOf('length'), [[0, 0], [3, 4]], true)).toBe('M0.0 0.0L3.0 4.0');
  expect(pathOf(toolOf('freehand'), [[0, 0], [3, 4], [5, 0]], true)).toBe('M0.0 0.0L3.0 4.0L5.0 0.0Z');
  expect(pathOf(toolOf('freehand'), [[0, 0], [3, 4], [5, 0]], false)).not.toContain('Z');
  expect(pathOf(toolOf('ellipse'), [[0, 5], [10, 5], [5, 0], [5, 10]], true)).toMatch(/^M10\.0 5\.0L.*Z$/);
});

it('says values with their unit, and the level first', () => {
  expect(measuredText({ quantity: 'length', value: 23.44, unit: 'millimetre' })).toBe('Length 23.4 mm');
  expect(measuredText({ quantity: 'mean', value: -30.4, unit: 'none' })).toBe('Mean -30');
  const mark = { level: 'L1', measured: [{ quantity: 'angle', value: 12, unit: 'degree' }, { quantity: 'area', value: 400, unit: 'square_millimetre' }] } as unknown as Mark;
  expect(labelledValues(mark)).toEqual(['L1  Angle 12 °', 'Area 400 mm²']);
});

it('names the marks of one image by letters that go on after Z', () => {
  const mark = (uid: string): Mark => ({ parts: [{ sop_instance_uid: uid, frame: 1, points: [] }] }) as unknown as Mark;
  const marks = [mark('other'), ...Array.from({ length: 28 }, () => mark('here'))];
  const letters = lettered(marks, { sop_instance_uid: 'here', frame: 1 }).map(({ letter }) => letter);
  expect([letters[0], letters[25], letters[26], letters[27], letters.length]).toEqual(['A', 'Z', 'AA', 'AB', 28]);
  expect(lettered([{ ...mark('here'), reformatted_normal: [1, 0, 0] }], { sop_instance_uid: 'here', frame: 1 })).toEqual([]);
});

it('tells a change with its sign', () => {
  const change = { earlier: 'a', later: 'b', quantity: 'canal_compromise', months: 2, change: 20, per_month: 10 } as const;
  expect(progressionText(change)).toBe('Canal compromise: +20.0 in 2.0 months, +10.0 a month');
  expect(progressionText({ ...change, change: -0.3, per_month: -0.02 })).toContain('−0.3 in 2.0 months, 0.0 a month');
});

it('counts vertebrae with their variants, to the last one', () => {
  const usual = levelsOf(LEVELS, 12, 5);
  expect(usual).toEqual(['C1', 'C2', 'T11', 'T12', 'L1', 'L2', 'L3', 'L4', 'L5', 'S1', 'S2']);
  expect(levelsOf(LEVELS, 13, 6)).toContain('L6');
  expect(nextLevel(usual, 'S1', true)).toBe('L5');
  expect(nextLevel(levelsOf(LEVELS, 11, 4), 'L1', true)).toBe('T11');
  expect(nextLevel(usual, 'S2', false)).toBeNull();
});

import { describe, expect, it } from 'vitest';
import type { OutlineTarget, PackStatus, StackGeometry } from '../../src/host/types.ts';
import { namesOf, outlinesFor, partOf, type OutlineRequest } from '../../src/state/outlines.ts';
import { Marking } from '../../src/viewer/marking.svelte.ts';
import type { World } from '../../src/viewer/tools/tool.ts';
import { imageSurface, type Surface } from '../../src/viewer/tools/surface.ts';

const on = (index: number): Surface => imageSurface(index, { sop_instance_uid: `1.${index}`, frame: 1 }, null);

const pack = (change: Partial<PackStatus> = {}): PackStatus => ({
  name: 'site-outlines',
  version: '2.0',
  state: { kind: 'ready' },
  is_default: false,
  notices: [],
  outlines: { sha256: 'abc', modality: 'CT', plane: 'axial', targets: ['canal', 'epidural'] },
  ...change,
});
/** A pack that does not outline anything. */
const forecast = (name: string): PackStatus => ({ name, version: '1.0', state: { kind: 'ready' }, is_default: true, notices: [] });
const geometry = (change: Partial<StackGeometry> = {}): StackGeometry => ({ modality: 'CT', plane: 'axial', pixel_spacing: [1, 1], data_type: 'int16', ...change }) as StackGeometry;
const asked = (target: OutlineTarget): OutlineRequest => ({ sha256: 'abc', pack: 'site-outlines', version: '2.0', target });
const TRIANGLE: World[] = [[0, 0, 0], [5, 0, 0], [0, 5, 0]];

describe('what is offered', () => {
  it('is what a ready pack outlines on images of its modality and plane', () => {
    const refused = pack({ name: 'broken', state: { kind: 'refused', code: 'shape', detail: '' } });
    expect(outlinesFor([forecast('spine-ensemble'), pack(), refused], geometry())).toEqual([asked('canal'), asked('epidural')]);
    for (const other of [{ modality: 'MR' }, { plane: 'sagittal' as const }, { pixel_spacing: null }, { data_type: 'rgb8' as const }]) {
      expect(outlinesFor([pack()], geometry(other))).toEqual([]);
    }
  });

  it('is named with its version', () => {
    expect(namesOf([pack(), forecast('other')], ['abc'])).toBe('site-outlines 2.0');
    expect(namesOf([pack()], ['gone'])).toBe('');
  });
});

describe('a proposed outline', () => {
  it('is the part of a mark that it can be', () => {
    expect(partOf('epidural')).toEqual({ kind: 'canal_compromise', part: 1 });
    expect(partOf('psoas_left')).toEqual({ kind: 'psoas_area', part: 1 });
    expect(partOf('lesion').kind).toBe('volume');
  });

  it('begins a mark, and a second one goes on with it on the same image of the same stack only', () => {
    const marking = new Marking();
    expect([marking.takes('canal'), marking.takes('epidural')]).toEqual([true, false]);
    marking.askFor(asked('canal'));
    expect(marking.asksForPlace).toBe(true);
    marking.take(asked('canal'), 'stack', on(7), TRIANGLE);
    expect(marking.asksForPlace).toBe(false);
    expect(marking.drawing?.parts).toEqual([{ surface: on(7), points: TRIANGLE, model: 'abc' }]);
    expect(marking.takes('epidural')).toBe(true);
    marking.askFor(asked('epidural'));
    marking.take(asked('epidural'), 'stack', on(8), TRIANGLE);
    expect(marking.drawing?.parts.length).toBe(1);
    marking.take(asked('epidural'), 'other', on(7), TRIANGLE);
    expect(marking.drawing?.parts.length).toBe(1);
    marking.take(asked('epidural'), 'stack', on(7), TRIANGLE);
    expect(marking.drawing?.isComplete).toBe(true);
    expect(marking.drawing?.models).toEqual(['abc']);
  });

  it('gives its model up with it, and keeps it while it is corrected', () => {
    const marking = new Marking();
    marking.take(asked('lesion'), 'stack', on(7), TRIANGLE);
    marking.take(asked('lesion'), 'stack', on(8), TRIANGLE);
    expect(marking.drawing?.parts.map(({ surface }) => surface.image?.index)).toEqual([7, 8]);
    marking.drawing?.reopen();
    marking.drawing?.add(on(8), [9, 9, 0]);
    expect(marking.drawing?.current).toEqual({ surface: on(8), points: [...TRIANGLE, [9, 9, 0]], model: 'abc' });
    marking.drawing?.close();
    expect(marking.drawing?.models).toEqual(['abc']);
    marking.drawing?.back();
    marking.drawing?.back();
    expect(marking.drawing?.models).toEqual([]);
  });

  it('is not asked for any more once it is given up', () => {
    const marking = new Marking();
    marking.begin('length');
    marking.askFor(asked('canal'));
    expect(marking.drawing).toBe(null);
    expect(marking.cancel()).toBe(true);
    expect(marking.outline).toBe(null);
  });
});

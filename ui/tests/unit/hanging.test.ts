import { describe, expect, it } from 'vitest';
import { libraryOf } from '../../src/host/demo/libraries.ts';
import type { ImageLibrary, Series, Stack, Study } from '../../src/host/types.ts';
import { hanging, isSpine, priorStudy } from '../../src/viewer/hanging.ts';

const PATTERN = libraryOf(['/demo/images']).studies[0]!;

function stack(id: string, plane: Stack['plane'], overrides: Partial<Stack> = {}): Stack {
  return { ...PATTERN.series[0]!.stacks[0]!, id, plane, is_volume: true, ...overrides };
}

function series(modality: string, description: string, stacks: Stack[], bodyPart = 'LSPINE'): Series {
  return { ...PATTERN.series[0]!, uid: description, modality, description, body_part: bodyPart, stacks };
}

function study(uid: string, day: string | null, all: Series[], overrides: Partial<Study> = {}): Study {
  return { ...PATTERN, uid, date: day, description: '', series: all, ...overrides };
}

function library(...studies: Study[]): ImageLibrary {
  return { ...libraryOf(['/demo/images']), studies };
}

/** `stack:view` of each pane, `-` for an empty one. */
function laidOut(...hung: Parameters<typeof hanging>): string {
  const { layout, panes, active } = hanging(...hung);
  return `${layout} ${panes.map((pane) => (pane ? `${pane.stackId}:${pane.view}` : '-')).join(' ')} @${active}`;
}

const magnetic = (uid: string, day: string, prefix: string, overrides: Partial<Study> = {}): Study =>
  study(uid, day, [
    series('MR', 'Localizer', [stack(`${prefix}loc`, 'sagittal')]),
    series('MR', 'T1 TSE sag', [stack(`${prefix}t1`, 'sagittal')]),
    series('MR', 'T2 TIRM sag', [stack(`${prefix}tirm`, 'sagittal')]),
    series('MR', 'T2 TSE sag', [stack(`${prefix}t2`, 'sagittal')]),
    series('MR', 'T2 TSE tra', [stack(`${prefix}ax`, 'axial')]),
  ], overrides);

describe('hanging of MR', () => {
  const now = magnetic('now', '2026-03-02', '');

  it('shows sagittal T2 and T1 and axial T2, the chosen one active', () => {
    expect(laidOut(library(now), 't2', true)).toBe('three t2:stack t1:stack ax:stack @0');
    expect(laidOut(library(now), 'ax', true)).toBe('three t2:stack t1:stack ax:stack @2');
  });

  it('shows what was chosen even where it has no role: in the pane of its plane', () => {
    expect(laidOut(library(now), 'loc', true)).toBe('three loc:stack t1:stack ax:stack @0');
    expect(laidOut(library(now), 'tirm', true)).toBe('three tirm:stack t1:stack ax:stack @0');
  });

  it('puts the latest earlier study of the patient beside it, view by view', () => {
    const before = magnetic('before', '2025-09-08', 'b-');
    const older = magnetic('older', '2024-01-01', 'o-');
    expect(laidOut(library(older, now, before), 't2', true)).toBe('four t2:stack b-t2:stack ax:stack b-ax:stack @0');
    expect(laidOut(library(older, now, before), 'b-ax', true)).toBe('four b-t2:stack o-t2:stack b-ax:stack o-ax:stack @2');
  });

  it('leaves a pane empty where the earlier study lacks the view', () => {
    const before = study('before', '2025-09-08', [series('MR', 'T2 sag', [stack('b-t2', 'sagittal')])]);
    expect(laidOut(library(now, before), 't2', true)).toBe('four t2:stack b-t2:stack ax:stack - @0');
  });

  it('shows a stack alone that stands alone', () => {
    expect(laidOut(library(study('now', '2026-03-02', [series('MR', 'T2 tra', [stack('ax', 'axial')])])), 'ax', true)).toBe('one ax:stack @0');
  });
});

describe('hanging of CT', () => {
  const now = study('now', '2026-03-02', [
    series('CT', 'Topogram', [stack('topo', 'coronal', { is_volume: false })]),
    series('CT', 'Soft 3.0', [stack('soft', 'axial')]),
    series('CT', 'Bone 1.0', [stack('bone', 'axial')]),
  ]);

  it('shows the spine as sagittal reformat and axial slices of the bone kernel', () => {
    expect(laidOut(library(now), 'bone', true)).toBe('two bone:sagittal bone:stack @1');
    expect(laidOut(library(now), 'topo', true)).toBe('two topo:stack bone:stack @0');
  });

  it('keeps to what was chosen', () => {
    expect(laidOut(library(now), 'soft', true)).toBe('two soft:sagittal soft:stack @1');
  });

  it('begins with the slices as recorded elsewhere than at the spine', () => {
    const chest = study('now', '2026-03-02', [series('CT', 'Lung 1.0', [stack('lung', 'axial')], 'CHEST')]);
    expect(laidOut(library(chest), 'lung', true)).toBe('two lung:stack lung:sagittal @0');
  });

  it('makes no reformat where the slices are no volume or the machine draws none', () => {
    expect(laidOut(library(now), 'bone', false)).toBe('one bone:stack @0');
    const uneven = study('now', '2026-03-02', [series('CT', 'Bone', [stack('bone', 'axial', { is_volume: false })]), series('CT', 'Sag', [stack('sag', 'sagittal')])]);
    expect(laidOut(library(uneven), 'bone', true)).toBe('two sag:stack bone:stack @1');
  });
});

describe('hanging of radiographs', () => {
  it('puts two views beside each other', () => {
    const films = study('now', '2026-03-02', [series('DX', 'AP', [stack('ap', 'unknown')]), series('DX', 'LAT', [stack('lat', 'unknown')])]);
    expect(laidOut(library(films), 'lat', true)).toBe('two lat:stack ap:stack @0');
  });
});

describe('the prior study', () => {
  const now = magnetic('now', '2026-03-02', '');
  const chosen = { study: now, series: now.series[3]! };

  it('is never one of another patient, of the same day, of another modality or of another region', () => {
    const others = [
      magnetic('other', '2025-01-01', 'x-', { patient: { ...now.patient, patient_id: 'SOMEBODY-ELSE' } }),
      magnetic('same-day', '2026-03-02', 'y-'),
      study('ct', '2025-01-01', [series('CT', 'Bone', [stack('z', 'axial')])]),
      study('head', '2025-01-01', [series('MR', 'T2 tra', [stack('h', 'axial')], 'HEAD')]),
      study('undated', null, [series('MR', 'T2 sag', [stack('u', 'sagittal')])]),
    ];
    expect(priorStudy(library(now, ...others), chosen)).toBeNull();
  });

  it('is none for a study without a date', () => {
    const undated = { ...now, date: null };
    expect(priorStudy(library(undated, magnetic('before', '2025-01-01', 'b-')), { study: undated, series: undated.series[3]! })).toBeNull();
  });
});

it('tells the spine by body part or description', () => {
  const of = (bodyPart: string, description: string) => isSpine({ study: study('x', null, []), series: series('MR', description, [], bodyPart) });
  expect([of('LSPINE', ''), of('', 'T2 LWS sag'), of('', 't2_tse L-Spine'), of('HEAD', 'T2 tra'), of('', 'T2 sag')]).toEqual([true, true, true, false, false]);
});

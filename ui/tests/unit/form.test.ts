import { describe, expect, it } from 'vitest';
import type { CaseView, CatalogueView, Feature, Observation } from '../../src/host/types.ts';
import { controlOf, fieldKey, historyOf, optionsOf, readTyped, recordedLevels, sections, subjectFor, unitsOf, valueWithUnit } from '../../src/state/form.ts';

function feature(parts: Partial<Feature>): Feature {
  return {
    id: 'haemoglobin',
    label: 'Haemoglobin',
    help: '',
    group: 'laboratory',
    kind: 'number',
    per: 'patient',
    options: [],
    other_units: [],
    codes: [],
    read_by: [],
    derived: false,
    important: false,
    bounded: false,
    only_for_primaries: [],
    blank_is_usual: false,
    asked: true,
    ...parts,
  };
}

const haemoglobin = feature({ unit: 'g/L', other_units: [{ unit: 'g/dL', factor: 10, offset: 0 }] });
const ecog = feature({ id: 'ecog', label: 'ECOG', kind: 'integer', group: 'patient', limits: { min: 0, max: 4 } });
const karnofsky = feature({ id: 'karnofsky', kind: 'integer', limits: { min: 10, max: 100 }, step: 10 });
const bilsky = feature({ id: 'bilsky_grade', label: 'Bilsky', kind: 'choice', per: 'level', group: 'level', options: ['0', '1a', '1b', '1c', '2', '3'].map((id) => ({ id, label: id })) });

describe('controls', () => {
  it('asks small whole numbers by buttons, in the steps of the scale', () => {
    expect(controlOf(ecog)).toBe('segments');
    expect(optionsOf(ecog, 'Yes', 'No').map(({ value }) => value)).toEqual([0, 1, 2, 3, 4]);
    expect(optionsOf(karnofsky, 'Yes', 'No').map(({ value }) => value)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    expect(controlOf(feature({ kind: 'integer', limits: { min: 0, max: 60 } }))).toBe('number');
  });

  it('asks many options by a list', () => {
    expect(controlOf(bilsky)).toBe('segments');
    const many = Array.from({ length: 33 }, (_, index) => ({ id: `p${index}`, label: `Primary ${index}` }));
    expect(controlOf(feature({ kind: 'choice', options: many }))).toBe('list');
  });

  it('offers yes and no as truth values', () => {
    expect(optionsOf(feature({ kind: 'flag' }), 'Yes', 'No').map(({ value }) => value)).toEqual([true, false]);
  });

  it('offers the unit of the catalogue first', () => {
    expect(unitsOf(haemoglobin)).toEqual(['g/L', 'g/dL']);
    expect(unitsOf(ecog)).toEqual([]);
  });
});

describe('subjects', () => {
  it('needs a level for what hangs on a level', () => {
    expect(subjectFor(bilsky, null, '')).toBeNull();
    expect(subjectFor(bilsky, 'T12', '')).toEqual({ kind: 'level', name: 'T12' });
    expect(subjectFor(haemoglobin, 'T12', '')).toEqual({ kind: 'patient' });
  });

  it('keeps the same feature of two levels apart', () => {
    expect(fieldKey('bilsky_grade', { kind: 'level', name: 'T12' })).not.toBe(fieldKey('bilsky_grade', { kind: 'level', name: 'L1' }));
  });
});

describe('history', () => {
  const observation = (id: string, observed_on: string | null, recorded_at: string, level?: string): Observation => ({
    id,
    feature: 'haemoglobin',
    subject: level === undefined ? { kind: 'patient' } : { kind: 'level', name: level },
    value: 100,
    observed_on,
    recorded_at,
    source: { kind: 'typed' },
    author: 'a',
  });
  const view = {
    case: {
      observations: [
        observation('january', '2026-01-14', '2026-03-11T08:00:00Z'),
        observation('march, typed first', '2026-03-09', '2026-03-09T08:00:00Z'),
        observation('undated, recorded in April', null, '2026-04-01T08:00:00Z'),
        observation('march, typed later', '2026-03-09', '2026-03-11T08:00:00Z'),
        observation('of L3', '2026-03-09', '2026-03-11T08:00:00Z', 'L3'),
        observation('of T12', '2026-03-09', '2026-03-11T08:00:00Z', 'T12'),
      ],
    },
  } as CaseView;

  it('is ordered by day observed, then by moment recorded; undated counts from its recording', () => {
    expect(historyOf(view, 'haemoglobin', { kind: 'patient' }).map(({ id }) => id)).toEqual([
      'undated, recorded in April',
      'march, typed later',
      'march, typed first',
      'january',
    ]);
  });

  it('lists recorded levels from head to foot', () => {
    expect(recordedLevels(view, ['C2', 'T12', 'L3'])).toEqual(['T12', 'L3']);
  });
});

describe('typed text', () => {
  it('writes nothing for a blank field', () => {
    expect(readTyped(haemoglobin, '   ')).toEqual({ kind: 'nothing' });
  });

  it('keeps zero as a value', () => {
    expect(readTyped(haemoglobin, '0')).toEqual({ kind: 'value', value: 0 });
  });

  it('wants whole numbers where the catalogue does', () => {
    expect(readTyped(ecog, '1.5')).toEqual({ kind: 'problem', code: 'not_whole' });
    expect(readTyped(haemoglobin, '10,4')).toEqual({ kind: 'value', value: 10.4 });
    expect(readTyped(haemoglobin, '10,400')).toEqual({ kind: 'problem', code: 'ambiguous' });
  });
});

describe('sections', () => {
  const catalogue: CatalogueView = {
    groups: [
      { id: 'patient', label: 'Patient' },
      { id: 'laboratory', label: 'Laboratory' },
      { id: 'outcome', label: 'Outcome' },
    ],
    features: [haemoglobin, ecog, feature({ id: 'death', label: 'Death', group: 'outcome', kind: 'outcome' }), feature({ id: 'index_level', label: 'Level', group: 'patient', asked: false })],
    levels: [],
    rules: [],
    reference_cohorts: [],
    contradictions: [],
  };

  it('follows the groups and never asks an outcome', () => {
    expect(sections(catalogue, '').map(({ group }) => group.id)).toEqual(['patient', 'laboratory']);
  });

  it('never asks what the case itself states', () => {
    expect(sections(catalogue, '').flatMap(({ features }) => features.map(({ id }) => id))).toEqual(['ecog', 'haemoglobin']);
  });

  it('finds by label', () => {
    expect(sections(catalogue, 'haemo').flatMap(({ features }) => features.map(({ id }) => id))).toEqual(['haemoglobin']);
    expect(sections(catalogue, 'nothing like it')).toEqual([]);
  });
});

it('shows a value in the unit it was entered in', () => {
  expect(valueWithUnit(haemoglobin, 10.4, 'g/dL', 'Yes', 'No')).toBe('10.4 g/dL');
  expect(valueWithUnit(haemoglobin, 104, undefined, 'Yes', 'No')).toBe('104 g/L');
  expect(valueWithUnit(bilsky, '1a', undefined, 'Yes', 'No')).toBe('1a');
});

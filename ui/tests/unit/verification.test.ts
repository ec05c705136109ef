import words from 'virtual:words';
import { beforeEach, expect, it } from 'vitest';
import type { CheckedGroup, OwnResultsInShort, StudyFigure } from '../../src/host/types.ts';
import { calibrationText, countsText, inShort, modelName, observedText, periodText, performanceText, ratioTop, stateText, warningBoxes } from '../../src/state/verification.ts';
import { setWords } from '../../src/state/words.svelte.ts';

beforeEach(() => setWords(words));

const ratio: StudyFigure = { kind: 'estimated', point: 1.25, interval: { low: 0.9, high: 1.6 } };
const deaths = {
  patients: 50,
  counts: { months: 3, deaths: 12, censored_before: 8, known_alive: 30 },
  observed: { kind: 'estimated', point: 0.25 } as StudyFigure,
  expected: 0.2,
  observed_over_expected: ratio,
  at_least: 0.24,
  at_most: 0.4,
};
const few: CheckedGroup = { deaths, state: { kind: 'not_yet_checked', events: 12, non_events: 30, needed: 100 } };

it('calls a model not yet checked with the numbers that it lacks', () => {
  expect(stateText(few.state, 50)).toBe('Not yet checked on your patients: 12 of 100 deaths, 30 of 100 known alive.');
  expect(stateText({ kind: 'checked' }, 1420)).toBe('Checked on 1\u202f420 of your patients.');
});

it('says who died, who lives, who was lost, and what that leaves open', () => {
  expect(countsText(few)).toBe('50 patients: 12 died, 30 known alive, 8 lost from sight before.');
  expect(observedText(few)).toContain('Of 100, 25.0 died; 20.0 were expected to.');
  expect(observedText(few)).toContain('between 24.0 and 40.0 of 100 died');
  const everybodySeen = { ...few, deaths: { ...deaths, counts: { ...deaths.counts, censored_before: 0 } } };
  expect(observedText(everybodySeen)).not.toContain('between');
});

it('gives no figure of too few and no calibration of what is not checked', () => {
  expect(performanceText(few, 'auc', 10)).toBe('not given below 10 deaths and 10 known alive');
  expect(calibrationText(few, 'slope')).toBe('not yet');
});

it('names a recalibrated model as another one', () => {
  const plain = { name: 'model', version: '1.2', sha256: 'a' };
  expect(modelName(plain)).toBe('model 1.2');
  expect(modelName({ ...plain, recalibration: { date: '2026-03-02', numbers: '' } })).toBe('model 1.2, recalibrated 2 Mar 2026');
});

it('says every warning with its numbers, and what those of one kind mean once', () => {
  const [missing, decided, drift, ...others] = warningBoxes([
    { code: 'follow_up_missing', months: 3, patients: 7, never_seen: 2, of: 80 },
    { code: 'forecast_decided', months: 3, patients: 2, of: 60 },
    { code: 'follow_up_missing', months: 6, patients: 9, never_seen: 4, of: 60 },
    { code: 'drift', months: 3, shown: 'more_deaths' },
  ]);
  expect(missing?.lines).toHaveLength(2);
  expect(missing?.lines[1]).toContain('6 months: of 60 patients 9 were not seen long enough, and of 4 of them nothing was heard');
  expect(missing?.means).toContain('enter the follow-ups that are due');
  expect(decided?.lines).toEqual([expect.stringContaining('for 2 of 60 patients')]);
  expect([drift?.lines[0], drift?.means]).toEqual([expect.stringContaining('more patients died than expected'), '']);
  expect(others).toEqual([]);
});

it('draws 1 no higher than the middle and no interval without end', () => {
  const period = (high: number): { year: number; half?: number; deaths: typeof deaths; judged: boolean } => ({ year: 2024, deaths: { ...deaths, observed_over_expected: { kind: 'estimated', point: 1, interval: { low: 0.5, high } } }, judged: true });
  expect(ratioTop([])).toBe(2);
  expect(ratioTop([period(1.4)])).toBe(2);
  expect(ratioTop([period(3)])).toBe(3);
  expect(ratioTop([period(40)])).toBe(4);
  expect(periodText({ ...period(1), half: 2 })).toBe('second half of 2024');
});

it('puts one line beside a forecast, and a drift into it', () => {
  const short: OwnResultsInShort = { synthetic: false, horizons: [] };
  expect(inShort(short)).toContain('Not yet checked on your patients');
  const at = (months: number, state: CheckedGroup['state'], drift: 'no_drift' | 'fewer_deaths'): OwnResultsInShort['horizons'][number] => ({ months, patients: 420, state, observed_over_expected: ratio, drift });
  const both = inShort({ synthetic: true, horizons: [at(3, { kind: 'checked' }, 'fewer_deaths'), at(6, few.state, 'no_drift')] });
  expect(both).toContain('3 months: checked on 420 of your patients, observed over expected deaths 1.25 (0.90 to 1.60).');
  expect(both).toContain('6 months: not yet checked on your patients (12 of 100 deaths, 30 of 100 known alive).');
  expect(both).toContain('Made-up patients');
  expect(both).toContain('fewer patients died than expected');
});

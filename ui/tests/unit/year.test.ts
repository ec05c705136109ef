import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { languages } from 'virtual:words';
import { beforeEach, expect, it } from 'vitest';
import type { OutcomeFigures, YearFigures } from '../../src/host/types.ts';
import { setWords } from '../../src/state/words.svelte.ts';
import { aliveText, contradictionText, curveOf, discussionEntries, intervalText, isEmpty, LEAST_OF_A_SHARE, meetingEntries, shareText, spreadText, standingText, valueOf, yearOf } from '../../src/state/year.ts';

const read = (path: string): string => readFileSync(resolve(import.meta.dirname, path), 'utf8');
const { past, running, nothing } = JSON.parse(read('../fixtures/year.json')) as Record<'past' | 'running' | 'nothing', YearFigures>;

beforeEach(() => setWords(languages.en, 'en'));

it('is silent below the same number as the report', () => {
  const [, least] = /LEAST_OF_A_SHARE: u32 = (\d+);/.exec(read('../../../src-tauri/crates/clinical/src/year/figures.rs')) ?? [];
  expect(LEAST_OF_A_SHARE).toBe(Number(least));
});

it('writes a share with its number, and its percent only where enough stand behind it', () => {
  expect(shareText({ count: 0, of: 0 })).toBe('none');
  expect(shareText({ count: 9, of: 9 })).toBe('9 of 9, too few to say');
  expect(shareText({ count: 9, of: 10 })).toBe('9 of 10 (90 %)');
  expect(shareText({ count: 0, of: 40 })).toBe('0 of 40 (0 %)');
  expect(shareText({ count: 1, of: 3 * 16 })).toBe('1 of 48 (2 %)');
  expect([valueOf({ count: 9, of: 9 }), valueOf({ count: 4, of: 10 })]).toEqual([null, 0.4]);
});

it('writes a middle with its quartiles to a tenth, in the language spoken', () => {
  const spread = { n: 10, lower_quartile: 3, median: 5.26, upper_quartile: 11.75 };
  expect(spreadText(spread)).toBe('5.3 (3 to 11.8)');
  expect(spreadText({ ...spread, n: 9 })).toBe('too few to say');
  expect(spreadText(undefined)).toBe('');
  setWords(languages.de, 'de');
  expect(spreadText(spread)).toBe('5,3 (3 bis 11,8)');
});

it('says how many live of a hundred, with the interval where there is one', () => {
  expect(aliveText({ months: 3, at_risk: 20, alive: 0.724, interval: [0.61, 0.808] })).toBe('72 of 100 (61–81)');
  expect(aliveText({ months: 3, at_risk: 20, alive: 1 })).toBe('100 of 100');
  expect(aliveText({ months: 12, at_risk: 4 })).toBe('too few to say');
});

it('counts calendar years from the first day to the last', () => {
  expect(yearOf('2026-03-12')).toEqual({ from: '2026-01-01', to: '2026-12-31' });
  expect(yearOf('2026-01-01', 1)).toEqual({ from: '2025-01-01', to: '2025-12-31' });
});

it('calls figures provisional until the last day has passed', () => {
  const on = (day: string): string => standingText({ ...past, to: '2025-12-31', as_of: day });
  expect(on('2025-12-31')).toMatch(/^PROVISIONAL/);
  expect(on('2026-01-01')).toBe('Figures as of 1 Jan 2026.');
});

it('knows when there is nothing to show', () => {
  expect([past, running, nothing].map(isEmpty)).toEqual([false, false, true]);
  expect(isEmpty({ ...nothing, follow_up: [{ months: 3, answered: { count: 0, of: 1 } }] })).toBe(false);
});

it('leaves out the minutes where nobody stopped the time', () => {
  const { minutes, ...meetings } = past.meetings;
  const labels = (figures: YearFigures): string[] => meetingEntries(figures).map(({ label }) => label);
  expect(minutes?.n).toBeGreaterThan(0);
  expect(labels(past)).toContain('Minutes for a case');
  expect(labels({ ...past, meetings })).not.toContain('Minutes for a case');
});

it('names an interval of emergencies, and counts contradictions over all', () => {
  const one = { id: 'referral_to_mri', urgent: true, running: 0, contradictions: 2 };
  expect(intervalText(one)).toBe('Referral to MRI, emergency');
  expect(contradictionText({ ...past, timeliness: [one, { ...one, urgent: false, contradictions: 1 }] })).toBe('Intervals that end before they start, counted nowhere: 3.');
  expect(contradictionText(nothing)).toBe('');
});

it('draws the curve as far as enough are at risk, and not at all for few', () => {
  const step = (months: number, atRisk: number, survival: number): OutcomeFigures['curve']['steps'][number] => ({ months, at_risk: atRisk, events: 1, survival, greenwood: 0 });
  const outcomes: OutcomeFigures = {
    ...past.outcomes,
    patients: 12,
    survival: [{ months: 3, at_risk: 10 }, { months: 6, at_risk: 8 }, { months: 12, at_risk: 0 }],
    curve: { steps: [step(1, 12, 0.9), step(2, 11, 0.8), step(5, 9, 0.7)], followed: 14 },
  };
  expect(curveOf(outcomes)).toEqual([[0, 1], [1, 1], [1, 0.9], [2, 0.9], [2, 0.8], [3, 0.8]]);
  expect(curveOf({ ...outcomes, patients: 9 })).toEqual([]);
  const late = { ...outcomes, curve: { steps: [step(14, 12, 0.9)], followed: 20 } };
  expect(curveOf(late)).toEqual([[0, 1], [12, 1]]);
});

it('has an entry of words for every figure of the recorded years', () => {
  for (const figures of [past, running]) {
    const entries = [...meetingEntries(figures), ...discussionEntries(figures)];
    expect(entries.filter(({ label, text }) => /\.|\{/.test(label) || text.includes('{'))).toEqual([]);
  }
});

import words from 'virtual:words';
import { beforeEach, expect, it } from 'vitest';
import type { CordCompressionState } from '../../src/host/types.ts';
import { cordCompressionText, medianText } from '../../src/state/forecast.ts';
import { setWords } from '../../src/state/words.svelte.ts';

beforeEach(() => setWords(words));

it('says a median that the curve does not reach as such', () => {
  const reached = (months: number) => ({ kind: 'reached' as const, months });
  const text = medianText({ time: reached(11.64), low: reached(7.7), high: { kind: 'not_reached', within_months: 60 } });
  expect(text).toContain('11.6 months');
  expect(text).toContain('7.7 to more than 60');
});

it('shows cord compression as a band of whole numbers with its certainty', () => {
  const cord = (low: number, high: number): CordCompressionState => ({ kind: 'available', months: 6, probability: low, low, high, certainty: 'low' });
  expect(cordCompressionText(cord(0.008, 0.043))).toContain('about 1 to 4 of 100, low certainty');
  expect(cordCompressionText(cord(0.002, 0.043))).toContain('up to 4 of 100');
  expect(cordCompressionText(cord(0.018, 0.021))).toContain('about 2 of 100');
  expect(cordCompressionText(cord(0.001, 0.002))).toContain('fewer than 1 of 100');
  expect(cordCompressionText({ kind: 'not_shown', code: 'deficit_present' })).toContain('deficit is already there');
});

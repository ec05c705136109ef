import words from 'virtual:words';
import { beforeEach, expect, it } from 'vitest';
import type { Compared, Estimate } from '../../src/host/types.ts';
import { benefitText, decimal, differenceText, figureText, percent, thresholdsOf, whyNot } from '../../src/state/study.ts';
import { setWords } from '../../src/state/words.svelte.ts';

beforeEach(() => setWords(words));

function compared(point: number, low: number, high: number, shown: Compared['shown']): Compared {
  const estimate: Estimate = { point, interval: { low, high } };
  return { figure: { kind: 'estimated', ...estimate }, difference: { kind: 'estimated', ...estimate }, ...(shown ? { shown } : {}) };
}

it('writes numbers with a minus sign, and never minus nothing', () => {
  expect(decimal(-0.0204, 3)).toBe('−0.020');
  expect(decimal(-0.0004, 3)).toBe('0.000');
  expect(decimal(0.7415, 2)).toBe('0.74');
});

it('says of a difference what the board says that it shows', () => {
  expect(differenceText(compared(-0.02, -0.05, 0.01, 'no_difference'), 3)).toBe('−0.020 (−0.050 to 0.010): no difference shown');
  expect(differenceText(compared(-0.02, -0.05, -0.01, 'lower'), 3)).toBe('−0.020 (−0.050 to −0.010): lower than the model');
  expect(differenceText({ figure: { kind: 'not_estimable', reason: { kind: 'nobody_died' } } }, 3)).toBe('');
});

it('gives the reason in place of a figure', () => {
  expect(whyNot({ kind: 'too_few', events: 40, non_events: 230, needed: 100 })).toBe('not assessed: 40 deaths and 230 known alive, 100 of each are needed');
  expect(figureText({ kind: 'not_estimable', reason: { kind: 'no_probability' } }, 3)).toBe('none: publishes no probability');
  expect(figureText({ kind: 'estimated', point: 0.7 }, 2)).toBe('0.70');
});

it('says net benefit as patients of 100, and a threshold without a needless digit', () => {
  expect(benefitText({ kind: 'estimated', point: -0.078 })).toBe('−7.8');
  expect(benefitText({ kind: 'not_estimable', reason: { kind: 'no_probability' } })).toBe('none: publishes no probability');
  expect([percent(0.3), percent(0.125), percent(0.29)]).toEqual(['30', '12.5', '29']);
});

it('reads thresholds in percent', () => {
  expect(thresholdsOf(' 30, 50% ')).toEqual([0.3, 0.5]);
  expect(thresholdsOf('')).toEqual([]);
  for (const wrong of ['0', '100', '30 x', '-5']) expect(thresholdsOf(wrong)).toBeNull();
});

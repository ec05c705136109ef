import { render, screen } from '@testing-library/svelte';
import words from 'virtual:words';
import { beforeEach, expect, it } from 'vitest';
import HorizonCard from '../../src/controls/HorizonCard.svelte';
import ModelFacts from '../../src/controls/ModelFacts.svelte';
import type { PackIdentity, Recalibration } from '../../src/host/types.ts';
import { followUpText, recalibrationText } from '../../src/state/forecast.ts';
import { setWords } from '../../src/state/words.svelte.ts';

const RECALIBRATION: Recalibration = {
  intercept: 0.31,
  slope: 0.9,
  patients: 1212,
  deaths: 98,
  follow_up: { median_months: 14, longest_months: 40 },
  gain: { per_patient: 0.02, low: 0.01, high: 0.03, interval_level: 0.95 },
  person: 'Dr Rossi',
  date: '2026-03-02',
};
const SHIPPED: PackIdentity = { name: 'spine-ensemble', version: '0.1.0', sha256: 'ab', rests_on: [] };

beforeEach(() => setWords(words));

it('says on whom a model was recalibrated, by whom and when', () => {
  expect(recalibrationText(RECALIBRATION)).toBe('Recalibrated on 1\u202f212 patients of this centre (98 deaths), Dr Rossi, 2 Mar 2026.');
  expect(followUpText(RECALIBRATION)).toBe('median 14 months, longest 40 months');
  expect(followUpText({ ...RECALIBRATION, follow_up: { longest_months: 9 } })).toBe('longest 9 months');
});

it('puts what the shipped model says beside a recalibrated number, and nothing beside a shipped one', () => {
  const point = { months: 12, alive: 0.44, low: 0.3, high: 0.6 };
  const { unmount } = render(HorizonCard, { point, shipped: { months: 12, alive: 0.52 } });
  expect(screen.getByTestId('shipped-12').textContent).toBe('Shipped model: 52 of 100');
  unmount();
  render(HorizonCard, { point, shipped: undefined });
  expect(screen.queryByTestId('shipped-12')).toBeNull();
});

it('tells a recalibrated model from the shipped one among its facts', () => {
  const { unmount } = render(ModelFacts, { pack: { ...SHIPPED, recalibration: RECALIBRATION }, status: undefined, primaryName: String });
  const facts = screen.getByTestId('model-facts').textContent;
  for (const said of ['Dr Rossi', 'Intercept +0.31, slope 0.90', '0.020 (0.010 to 0.030)', 'are those of the shipped model']) {
    expect(facts).toContain(said);
  }
  unmount();
  render(ModelFacts, { pack: SHIPPED, status: undefined, primaryName: String });
  expect(screen.getByTestId('model-facts').textContent).not.toContain('ecalibrated');
});

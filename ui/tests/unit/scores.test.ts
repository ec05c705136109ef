import words from 'virtual:words';
import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { demoHost } from '../../src/host/demo.ts';
import { DEMO_CASE, SHEETS } from '../../src/host/demo/recorded.ts';
import type { PublishedSurvival, ScoreGroup, ValidationMetric } from '../../src/host/types.ts';
import { isComputed, lanes, metricText, otherSections, reported, survivalScores } from '../../src/state/scores.ts';
import { Session } from '../../src/state/session.svelte.ts';
import { setWords } from '../../src/state/words.svelte.ts';
import Harness from './ScoreAgreementHarness.svelte';

beforeEach(() => setWords(words));

const cohort = (entry: Partial<PublishedSurvival>): PublishedSurvival => ({ cohort: 'Zeng 2007, China, surgery', original: false, alive: {}, provenance: 'read', ...entry });
const group = (...published: PublishedSurvival[]): ScoreGroup => ({ id: 'g', label: '0 to 8', published });

describe('the cohorts of a group', () => {
  it('are placed where they reported a horizon and said in words where only a median is known', () => {
    const [figures, median] = lanes(group(cohort({ alive: { 6: 0.41, 12: 0.17, 24: 0.1 }, patients: 211 }), cohort({ median_months: 10, median_confidence_interval: [8, 12] })));
    expect(figures).toMatchObject({ cohort: 'Zeng 2007', setting: 'China, surgery, 211 patients', alive: [null, 0.41, 0.17], words: null });
    expect(median).toMatchObject({ alive: [null, null, null], words: 'median 10 months (8 to 12)' });
  });

  it('say other times and the lack of any figure', () => {
    const [other, nothing] = lanes(group(cohort({ alive: { 24: 0.22 } }), cohort({})));
    expect(other?.words).toBe('Only at other times: 22 of 100 alive at 24 months.');
    expect(nothing?.words).toBe('no figure');
    expect(reported(cohort({ alive: { 24: 0.22 }, median_months: 9 }))).toBe('median 9 months; 22 of 100 alive at 24 months');
  });
});

it('says of a test in another cohort what was measured, when, and what the figure is shared with', () => {
  const metric: ValidationMetric = { kind: 'auc', range: [0.59, 0.76], shared_with: ['tomita_2001'] };
  expect(metricText(metric, () => 'Tomita 2001')).toBe('AUC 0.59 to 0.76; range shared with Tomita 2001');
  expect(metricText({ kind: 'c_statistic', value: 0.67, horizon_months: 12, shared_with: [] }, String)).toBe('c at 12 months 0.67');
});

it('puts every score of the case into one place, in the shipped order', () => {
  const { assessment } = DEMO_CASE;
  const survival = survivalScores(assessment);
  const beside = otherSections(assessment).flatMap(({ scores }) => scores);
  const apart = assessment.scores.filter(({ outcome }) => outcome.kind === 'checklist' || outcome.kind === 'not_computable');
  expect([...survival, ...beside, ...apart].map(({ id }) => id).sort()).toEqual(assessment.scores.map(({ id }) => id).sort());
  const order = SHEETS.map(({ id }) => id);
  expect(survival.map(({ id }) => order.indexOf(id))).toEqual(survival.map(({ id }) => order.indexOf(id)).sort((one, other) => one - other));
});

describe('the picture of agreement', () => {
  async function picture() {
    const host = demoHost(new URLSearchParams('start=open'));
    const session = new Session(host);
    await session.start('en');
    await session.open(() => host.openDemoCase());
    render(Harness, { session });
    return { session, user: userEvent.setup() };
  }

  it('names the cohort in the row of every figure and ranks nothing', async () => {
    await picture();
    const rows = within(screen.getByTestId('score-katagiri_2014')).getAllByRole('row', { hidden: true });
    expect(rows[0]?.textContent).toMatch(/Katagiri 2014.*from memory.*no figure.*74.*49/s);
    expect(rows[1]?.textContent).toMatch(/Ugur 2022.*64.*44/s);
    expect(within(screen.getByTestId('score-tokuhashi_2005')).getByText('median 4 months')).toBeTruthy();
    expect(screen.getByTestId('agreement-model').textContent).toMatch(/87.*71–96.*73.*45–91.*52.*16–81/s);
  });

  it('shows what has no result with what is missing, unless only computed ones are asked for', async () => {
    const { user, session } = await picture();
    const missing = survivalScores(session.view!.assessment).filter(({ outcome }) => !isComputed(outcome));
    expect(missing.length).toBeGreaterThan(0);
    const id = `score-${missing[0]!.id}`;
    expect(screen.getByTestId(id).textContent).toContain('Cannot be computed. Missing:');
    await user.click(screen.getByRole('button', { name: /^Computed/ }));
    expect(screen.queryByTestId(id)).toBeNull();
  });

  it('says of a test elsewhere who was tested, how, and why it should not be averaged', async () => {
    const { session, user } = await picture();
    session.sheets = session.sheets.map((sheet) =>
      sheet.id === 'tomita_2001'
        ? {
            ...sheet,
            validation: [
              {
                cohort: 'made_up',
                patients: 1379,
                years: '2000-2010',
                treatment: 'radiotherapy',
                metrics: [{ kind: 'c_statistic', value: 0.64, confidence_interval: [0.6, 0.68], shared_with: [] }],
                calibration: 'poor',
                citation: { text: 'A made-up cohort.' },
                provenance: 'read',
                notes: ['Two towns.'],
                weak: 'one small centre',
              },
            ],
          }
        : sheet,
    );
    await user.click(screen.getByRole('button', { name: /source and tests of Tomita/ }));
    const said = screen.getByTestId('details-tomita_2001').textContent;
    for (const part of ['A made-up cohort.', 'radiotherapy, 2000-2010', 'c 0.64 (0.6 to 0.68)', 'Calibration: poor.', 'Not to be averaged: one small centre', 'Two towns.']) expect(said).toContain(part);
    expect(said).toMatch(/1\s379/);
  });

  it('opens a row to items, the whole table, groups, cautions, tests and sources', async () => {
    const { user } = await picture();
    const open = screen.getByRole('button', { name: /source and tests of Revised Tokuhashi/ });
    expect(open.getAttribute('aria-expanded')).toBe('false');
    open.focus();
    await user.keyboard('{Enter}');
    expect(open.getAttribute('aria-expanded')).toBe('true');
    const details = screen.getByTestId('details-tokuhashi_2005');
    for (const said of ['Moderate, 50 to 70', 'The whole points table', 'Zeng 2007, China, 211 patients', 'it does not mean 6 to 12 months', '10.1097/01.brs.0000180401.06919.a5', 'a higher total means longer survival']) {
      expect(details.textContent).toContain(said);
    }
  });
});

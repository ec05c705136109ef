import catalogue from 'virtual:catalogue';
import words from 'virtual:words';
import { beforeEach, expect, it } from 'vitest';
import { demoHost } from '../../src/host/demo.ts';
import { IMPORTS } from '../../src/host/demo/recorded.ts';
import type { ImportFinding } from '../../src/host/types.ts';
import { columnName, findingSentence, ImportRun, meanings, questionText, targetCode, targetOf, unitsOf } from '../../src/state/imports.svelte.ts';
import { Session } from '../../src/state/session.svelte.ts';
import { setWords } from '../../src/state/words.svelte.ts';

const feature = (id: string) => catalogue.features.find((one) => one.id === id);

beforeEach(() => setWords(words));

it('asks before it looks, and writes only what was looked at', async () => {
  const session = new Session(demoHost(new URLSearchParams('start=open')));
  const run = new ImportRun(session);
  expect(await run.run()).toBe(false);
  await run.read({ kind: 'file', path: '/demo/cases.csv' });
  expect([run.step, run.table?.questions.length]).toEqual(['columns', 2]);
  await run.changeColumn(5, { date_format: 'day_month_year' });
  expect(run.table?.questions.map(({ kind }) => kind)).toEqual(['unit']);
  await run.changeColumn(7, { unit: 'mg/L' });
  expect(run.table?.questions).toEqual([]);
  await run.look();
  await run.confirm('P-4711', true);
  expect([run.step, run.confirmed, run.preview?.counts.held_back]).toEqual(['preview', ['P-4711'], 0]);
  await run.confirm('P-4711', false);
  expect(run.preview?.counts.held_back).toBe(1);
  expect(await run.run()).toBe(true);
  expect(run.done?.file_name).toBe('cases.csv');
});

it('keeps the place where a file is no table', async () => {
  const session = new Session(demoHost(new URLSearchParams('start=open')));
  const run = new ImportRun(session);
  await run.read({ kind: 'file', path: '/demo/letter.pdf' });
  expect([run.step, run.table, session.error?.code]).toEqual(['source', null, 'table_is_pdf']);
});

it('forgets what a test was matched with, and leaves one out by hand', async () => {
  const run = new ImportRun(new Session(demoHost(new URLSearchParams('start=open&demo'))), 'case');
  await run.read({ kind: 'pasted', text: 'Hb' });
  expect(run.table?.mapping.tests.Hb?.feature).toBe('haemoglobin');
  await run.changeTest('Hb', { feature: null, unit: null });
  expect(run.table?.mapping.tests.Hb).toEqual({ feature: null, unit: null });
  await run.changeTest('Hb', null);
  expect(run.table?.mapping.tests).not.toHaveProperty('Hb');
});

it('turns targets into options of a list and back', () => {
  const targets = IMPORTS.table.mapping.columns.map(({ target }) => target);
  expect(targets.map((target) => targetOf(targetCode(target)))).toEqual(targets);
});

it('offers the units, words and names that there are', () => {
  expect(unitsOf(feature('haemoglobin'))).toEqual(['g/L', 'g/dL', 'mmol/L']);
  expect(unitsOf(feature('inr'))).toEqual([]);
  expect(meanings({ kind: 'feature', feature: 'sex' }, feature).map(({ id }) => id)).toEqual(['female', 'male']);
  expect(meanings({ kind: 'feature', feature: 'liver_metastasis' }, feature).map(({ label }) => label)).toEqual(['yes', 'no']);
  expect(meanings({ kind: 'vital_status' }, feature).map(({ id }) => id)).toEqual(['alive', 'died']);
  expect([columnName('Hb', 2), columnName('', 2)]).toEqual(['Hb', 'Column 3']);
});

it('says questions by their column and findings in sentences', () => {
  expect(IMPORTS.table.questions.map((question) => questionText(question, IMPORTS.table))).toEqual([
    'Collected: In which order do day and month stand?',
    'CRP: In which unit are the values?',
  ]);
  expect(questionText({ kind: 'test_unit', test: 'LDH' }, IMPORTS.table)).toBe('In which unit is LDH?');
  const finding = (code: ImportFinding['code'], parameters: Record<string, string>): ImportFinding => ({ line: 2, code, effect: 'value_left_out', parameters });
  expect(findingSentence(finding('invalid_value', { value: '7', problem: 'off_scale' }))).toBe('7 lies outside the scale.');
  expect(findingSentence(finding('unknown_unit', { unit: 'x', accepted: 'no_unit' }))).toContain('known are: plain numbers, without a unit.');
  expect(findingSentence(finding('unknown_unit', { unit: 'g/l0', accepted: 'g/L', suggested_unit: 'g/L' }))).toContain('did you mean g/L?');
  const said = [...IMPORTS.preview.findings, ...IMPORTS.pasted_preview.findings].map(findingSentence);
  expect(said.filter((sentence) => /[{}]/.test(sentence) || sentence.startsWith('import_finding'))).toEqual([]);
});

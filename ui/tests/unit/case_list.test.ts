// The list of cases of a large centre.
import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import type { Component } from 'svelte';
import words from 'virtual:words';
import { expect, it } from 'vitest';
import { demoHost } from '../../src/host/demo.ts';
import type { Host } from '../../src/host/host.ts';
import type { CaseSummary } from '../../src/host/types.ts';
import CaseList from '../../src/screens/CaseList.svelte';
import { Session } from '../../src/state/session.svelte.ts';
import { setWords } from '../../src/state/words.svelte.ts';
import InSession from './InSession.svelte';

function summary(number: number): CaseSummary {
  const id = `case-${number}`;
  return { id, family_name: `Synthetic ${number}`, given_name: 'Made-up', patient_id: id, primary_tumour: null, index_date: null, synthetic: true, revision: 1, saved_at: '2026-03-12T09:00:00Z' };
}

async function inSession(host: Host): Promise<void> {
  setWords(words);
  const session = new Session(host);
  await session.start('en');
  render(InSession, { session, control: CaseList as Component<Record<string, unknown>>, given: {} });
}

it('draws the first rows at once, the others when they are wanted, and says how many are left', async () => {
  const cases = Array.from({ length: 60 }, (_, number) => summary(number));
  const host = { ...demoHost(new URLSearchParams('start=open')), listCases: () => Promise.resolve({ total: 20_000, cases }) };
  await inSession(host);
  await screen.findByText('Synthetic 0, Made-up');
  expect(document.querySelectorAll('tbody tr')).toHaveLength(40);
  expect(screen.queryByTestId('more-cases')).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Show 20 more' }));
  expect(document.querySelectorAll('tbody tr')).toHaveLength(60);
  expect(screen.getByTestId('more-cases').textContent).toContain('19');
});

it.each([true, false])('says of a search whether more fit than are listed: %s', async (more) => {
  const cases = [{ case: summary(7), excerpt: '' }];
  await inSession({ ...demoHost(new URLSearchParams('start=open')), search: () => Promise.resolve({ cases, meetings: [], more }) });
  await userEvent.type(screen.getByRole('searchbox'), 'synth');
  await screen.findByText('Synthetic 7, Made-up');
  expect(screen.queryByTestId('more-fit') !== null).toBe(more);
});

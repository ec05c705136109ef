import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { demoHost } from '../../src/host/demo.ts';
import type { Host } from '../../src/host/host.ts';
import type { Observation } from '../../src/host/types.ts';
import { Session } from '../../src/state/session.svelte.ts';
import Harness from './FeatureRowHarness.svelte';

async function row(id: string, change: (host: Host) => void = () => undefined, demo = false) {
  const host = demoHost(new URLSearchParams('start=open'));
  change(host);
  const record = vi.spyOn(host, 'recordObservation');
  const session = new Session(host);
  await session.start('en');
  const identity = { patient_id: 'P-1', family_name: 'Example', given_name: 'Ada', alphabetic_name: null, birth_date: null };
  await session.open(() => (demo ? host.openDemoCase() : host.createCase(identity, '')));
  const onNext = vi.fn();
  render(Harness, { session, id, onNext });
  const recorded = (): Observation[] => (session.view?.case.observations ?? []).filter(({ feature }) => feature === id);
  return { session, host, record, onNext, recorded, user: userEvent.setup() };
}

describe('a number', () => {
  it('is recorded once by Enter, with date and source, and the cursor goes on', async () => {
    const { user, record, recorded, onNext } = await row('albumin');
    await user.type(screen.getByRole('textbox', { name: 'Albumin' }), '34{Enter}');
    await waitFor(() => expect(onNext).toHaveBeenCalledOnce());
    expect(recorded()).toMatchObject([{ value: 34, observed_on: '2026-03-12', source: { kind: 'typed' } }]);
    await user.click(screen.getByRole('button', { name: 'elsewhere' }));
    expect(record).toHaveBeenCalledOnce();
  });

  it('is recorded when the row is left, not at each key', async () => {
    const { user, record } = await row('albumin');
    await user.type(screen.getByRole('textbox', { name: 'Albumin' }), '34');
    await user.tab();
    expect(record).not.toHaveBeenCalled();
    await user.click(screen.getByRole('button', { name: 'elsewhere' }));
    await waitFor(() => expect(record).toHaveBeenCalledOnce());
  });

  it('keeps the unit that was chosen', async () => {
    const { user, recorded } = await row('albumin');
    await user.selectOptions(screen.getByRole('combobox', { name: /Unit/ }), 'g/dL');
    await user.type(screen.getByRole('textbox', { name: 'Albumin' }), '3,4{Enter}');
    await waitFor(() => expect(recorded()).toMatchObject([{ value: 3.4, unit: 'g/dL' }]));
  });

  it('may stay blank', async () => {
    const { user, record, onNext } = await row('albumin');
    await user.click(screen.getByRole('textbox', { name: 'Albumin' }));
    await user.keyboard('{Enter}');
    await waitFor(() => expect(onNext).toHaveBeenCalledOnce());
    expect(record).not.toHaveBeenCalled();
  });

  it('that can be read in two ways is not recorded and says so', async () => {
    const { user, record } = await row('platelets');
    await user.type(screen.getByRole('textbox', { name: 'Platelets' }), '1,250{Enter}');
    expect(await screen.findByRole('alert')).toBeTruthy();
    expect(record).not.toHaveBeenCalled();
  });

  it('goes to a draft while it is typed and comes back from it unsaved', async () => {
    const { user, host, session } = await row('albumin');
    const save = vi.spyOn(host, 'saveDraft');
    await user.type(screen.getByRole('textbox', { name: 'Albumin' }), '3');
    await waitFor(() => expect(save).toHaveBeenCalledWith(session.view?.case.id, 'albumin', '3'));
    expect(await host.drafts(session.view?.case.id ?? '')).toEqual({ albumin: '3' });
  });

  it('shows the value of today and keeps the earlier one in the history', async () => {
    const { user } = await row('haemoglobin', undefined, true);
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Haemoglobin' }).value).toBe('10.4');
    await user.click(screen.getByRole('button', { name: /History/ }));
    expect(screen.getByText('Before: 10.8 g/dL (10 Mar 2026).')).toBeTruthy();
    expect(screen.getByText('That is 104 g/L.')).toBeTruthy();
    expect(screen.getByText('10.8 g/dL')).toBeTruthy();
    expect(screen.getByText('from laboratory-2026-03-11.pdf')).toBeTruthy();
  });

  it('dates a new value with the new date, not with that of the value it follows', async () => {
    const { user, recorded } = await row('haemoglobin', undefined, true);
    const input = screen.getByRole('textbox', { name: 'Haemoglobin' });
    await user.clear(input);
    await user.type(input, '9.8{Enter}');
    await waitFor(() => expect(recorded()).toHaveLength(3));
    expect(recorded().at(-1)).toMatchObject({ value: 9.8, unit: 'g/dL', observed_on: '2026-03-12' });
  });

  it('asks before a cleared value is removed', async () => {
    const { user, recorded } = await row('albumin', undefined, true);
    const input = screen.getByRole('textbox', { name: 'Albumin' });
    await user.clear(input);
    await user.keyboard('{Enter}');
    expect(await screen.findByRole('alertdialog')).toBeTruthy();
    expect(recorded()).toHaveLength(1);
    await user.click(screen.getByRole('button', { name: 'Remove' }));
    await waitFor(() => expect(recorded()).toHaveLength(0));
  });
});

describe('did you mean', () => {
  it('takes the suggested unit by one key', async () => {
    const { user, recorded, onNext } = await row('albumin');
    await user.type(screen.getByRole('textbox', { name: 'Albumin' }), '3.1{Enter}');
    const question = await screen.findByRole('alertdialog');
    expect(question.textContent).toContain('3.1 g/L is not plausible for Albumin. Did you mean 3.1 g/dL?');
    expect(recorded()).toEqual([]);
    await user.keyboard('y');
    await waitFor(() => expect(recorded()).toMatchObject([{ value: 3.1, unit: 'g/dL' }]));
    expect(onNext).toHaveBeenCalledOnce();
  });

  it('keeps what was typed by another key', async () => {
    const { user, recorded } = await row('albumin');
    await user.type(screen.getByRole('textbox', { name: 'Albumin' }), '3.1{Enter}');
    await screen.findByRole('alertdialog');
    await user.keyboard('k');
    await waitFor(() => expect(recorded()).toMatchObject([{ value: 3.1 }]));
    expect(recorded()[0]).not.toHaveProperty('unit');
  });

  it('goes back to the entry by Escape and records nothing', async () => {
    const { user, record } = await row('albumin');
    await user.type(screen.getByRole('textbox', { name: 'Albumin' }), '3.1{Enter}');
    await screen.findByRole('alertdialog');
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('alertdialog')).toBeNull();
    expect(document.activeElement?.id).toBe('field-albumin');
    expect(record).not.toHaveBeenCalled();
  });
});

describe('a choice', () => {
  it('is picked by arrow keys and recorded by Enter', async () => {
    const { user, record, recorded } = await row('ecog');
    await user.tab();
    await user.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}');
    expect(record).not.toHaveBeenCalled();
    await user.keyboard('{Enter}');
    await waitFor(() => expect(recorded()).toMatchObject([{ value: 2 }]));
  });

  it('is picked by its digit', async () => {
    const { user, recorded } = await row('ecog');
    await user.tab();
    await user.keyboard('3{Enter}');
    await waitFor(() => expect(recorded()).toMatchObject([{ value: 3 }]));
  });

  it('of many is found by typing', async () => {
    const { user, recorded } = await row('primary_tumour');
    await user.type(screen.getByRole('combobox', { name: 'Primary tumour' }), 'kidn{Enter}');
    await waitFor(() => expect(recorded()).toMatchObject([{ value: 'kidney' }]));
  });

  it('can be said to be unknown, with the reason', async () => {
    const { user, recorded } = await row('ecog');
    await user.click(screen.getByRole('button', { name: /History/ }));
    await user.click(screen.getByRole('button', { name: 'not done' }));
    await waitFor(() => expect(recorded()).toMatchObject([{ absent: 'not_done' }]));
    expect(recorded()[0]).not.toHaveProperty('value');
  });
});

describe('a derived feature', () => {
  it('shows its computed value and from what', async () => {
    await row('tomita_growth', undefined, true);
    expect(screen.getByTestId('computed-tomita_growth').textContent).toMatch(/slow/i);
    expect(screen.getByText('Computed from Primary tumour: Breast.')).toBeTruthy();
    expect(screen.getByText(/The paper names breast, thyroid, prostate/)).toBeTruthy();
  });

  it('is not typed without a reason, and with one until the reason is removed with it', async () => {
    const { user, recorded, record, session } = await row('tomita_growth', undefined, true);
    await user.click(screen.getByRole('button', { name: 'Type it instead' }));
    await user.click(screen.getByRole('radio', { name: 'Rapid growth' }));
    await user.click(screen.getByRole('button', { name: 'elsewhere' }));
    expect((await screen.findByRole('alert')).textContent).toContain('Say in words why');
    expect(record).not.toHaveBeenCalled();
    await user.type(screen.getByRole('textbox', { name: /Why is it typed/ }), ' doubled within a month {Enter}');
    await waitFor(() => expect(recorded()).toMatchObject([{ value: 'rapid', note: 'doubled within a month' }]));
    expect(screen.getByTestId('because-tomita_growth').textContent).toBe('because doubled within a month');
    expect(screen.queryByRole('textbox', { name: /Why is it typed/ })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Remove and compute again' }));
    await waitFor(() => expect(screen.getByTestId('computed-tomita_growth').textContent).toMatch(/slow/i));
    expect(session.error).toBeNull();
  });

  it('stays computed when nobody types anything after all', async () => {
    const { user, record } = await row('tomita_growth', undefined, true);
    await user.click(screen.getByRole('button', { name: 'Type it instead' }));
    await user.click(screen.getByRole('button', { name: 'Keep the computed one' }));
    expect(screen.getByTestId('computed-tomita_growth')).toBeTruthy();
    expect(record).not.toHaveBeenCalled();
  });

  it('says what it would follow from while nothing is known', async () => {
    await row('tomita_growth');
    expect(screen.getByText(/Follows from Primary tumour\./)).toBeTruthy();
  });
});

it('keeps what was typed when the host fails, and shows the failure', async () => {
  const { user, session } = await row('albumin', (host) => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as Tauri rejects
    host.recordObservation = () => Promise.reject({ code: 'disk_full', message: 'no space', parameters: {} });
  });
  await user.type(screen.getByRole('textbox', { name: 'Albumin' }), '34{Enter}');
  await waitFor(() => expect(session.error?.code).toBe('disk_full'));
  expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Albumin' }).value).toBe('34');
});

import { describe, expect, it, vi } from 'vitest';
import { demoHost } from '../../src/host/demo.ts';
import { asHostError } from '../../src/host/host.ts';
import { displayName } from '../../src/state/identity.ts';
import { Session } from '../../src/state/session.svelte.ts';

const IDENTITY = { patient_id: 'P-1', family_name: 'Example', given_name: 'Ada', alphabetic_name: null, birth_date: null };

async function started(search: string): Promise<Session> {
  const session = new Session(demoHost(new URLSearchParams(search)));
  await session.start('en');
  return session;
}

describe('the place', () => {
  it('is the first start while there is no store', async () => {
    expect((await started('start=first')).place).toBe('first_start');
  });

  it('asks for the passphrase before anything that the store holds', async () => {
    const session = await started('start=locked');
    expect(session.place).toBe('unlock');
    await session.run(() => session.host.unlock('wrong'));
    expect(session.error?.code).toBe('wrong_passphrase');
    await session.enter(await session.host.unlock('correct horse battery staple'));
    expect(session.place).toBe('cases');
  });

  it('says that a store of a newer version cannot be opened', async () => {
    expect((await started('start=newer')).place).toBe('store_failed');
  });

  it('opens the demo case when the start asks for it', async () => {
    const session = await started('start=open&demo');
    expect(session.place).toBe('case');
    expect(session.view?.case.synthetic).toBe(true);
  });

  it('opens the demo case after unlocking, not before', async () => {
    const session = await started('start=locked&demo');
    expect([session.place, session.view]).toEqual(['unlock', null]);
    await session.enter(await session.host.unlock('correct horse battery staple'));
    expect([session.place, session.view?.case.synthetic]).toEqual(['case', true]);
  });
});

describe('a case', () => {
  it('leaves nothing behind for the next one', async () => {
    const session = await started('start=open&demo');
    session.tab = 'images';
    session.images = await session.host.openImages('/demo', () => undefined);
    session.stackId = 'ct-axial';
    await session.open(() => session.host.createCase(IDENTITY, ''));
    expect([session.images, session.stackId, session.formLevel, session.tab]).toEqual([null, null, null, 'facts']);
  });

  it('is not overwritten by the late answer for another one', async () => {
    const session = await started('start=open&demo');
    const late = session.change(async () => {
      const view = await session.host.setIndexLevel('demo-case', 'L2');
      await session.open(() => session.host.createCase(IDENTITY, ''));
      return view;
    });
    await late;
    expect(session.view?.case.identity.family_name).toBe('Example');
  });

  it('is forgotten when the store is locked', async () => {
    const session = await started('start=open&demo');
    await session.lock();
    expect([session.view, session.place]).toEqual([null, 'unlock']);
  });

  it('shows the field of a finding at the level that it is about', async () => {
    const session = await started('start=open&demo');
    session.tab = 'assessment';
    session.showField('bilsky_grade', { kind: 'level', name: 'L3' });
    expect([session.tab, session.formLevel, session.fieldRequest?.feature]).toEqual(['facts', 'L3', 'bilsky_grade']);
  });
});

it('reads a finding with labels and the words of its parameters', async () => {
  const session = await started('start=open&demo');
  const text = session.findingText({ code: 'recorded_absent', severity: 'note', feature: 'albumin', parameters: { absence: 'pending' } });
  expect(text).toBe('Albumin: result pending.');
});

it('keeps the old view and the error when a change fails', async () => {
  const session = await started('start=open&demo');
  const before = session.view;
  vi.spyOn(session.host, 'undo').mockRejectedValue({ code: 'disk_full', message: 'no space' });
  expect(await session.change(() => session.host.undo('demo-case'))).toBe(false);
  expect(session.view).toBe(before);
  expect(session.error).toEqual({ code: 'disk_full', message: 'no space', parameters: {} });
});

it('gives a code to failures that have none', () => {
  expect(asHostError(new Error('boom')).code).toBe('unexpected');
});

it('hides the whole name', () => {
  expect(displayName(IDENTITY, false)).toBe('Example, Ada');
  expect(displayName(IDENTITY, true)).toBe('Identity hidden');
});

import { describe, expect, it, vi } from 'vitest';
import { demoHost } from '../../src/host/demo.ts';
import { RECORDED_SECRET } from '../../src/host/demo/installation.ts';
import { DEMO_CASE } from '../../src/host/demo/recorded.ts';
import { LOCK_EVENT } from '../../src/host/demo/store.ts';
import { asHostError } from '../../src/host/host.ts';
import { displayName } from '../../src/state/identity.ts';
import { Session } from '../../src/state/session.svelte.ts';

const IDENTITY = { patient_id: 'P-1', family_name: 'Example', given_name: 'Ada', alphabetic_name: null, birth_date: null };

const PASSPHRASE = 'correct horse battery staple';

async function signIn(session: Session): Promise<void> {
  const [person] = session.status?.people ?? [];
  await session.enter(await session.host.signIn(person?.id ?? '', RECORDED_SECRET));
}

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
    await session.enter(await session.host.unlock(PASSPHRASE));
    expect(session.place).toBe('sign_in');
    await signIn(session);
    expect(session.place).toBe('cases');
  });

  it('goes from a store without people to the first person, who is signed in', async () => {
    const session = await started('start=before_people');
    expect(session.place).toBe('first_start');
    const input = { name: 'Ada', specialty: 'nursing', role: 'chair', secret: RECORDED_SECRET } as const;
    await session.enter(await session.host.addPerson(input));
    expect([session.place, session.person?.name, session.manages]).toEqual(['cases', 'Ada', true]);
  });

  it('says that a store of a newer version cannot be opened', async () => {
    expect((await started('start=newer')).place).toBe('store_failed');
  });

  it('opens the demo case when the start asks for it', async () => {
    const session = await started('start=open&demo');
    expect(session.place).toBe('case');
    expect(session.view?.case.synthetic).toBe(true);
  });

  it('opens the demo case after somebody signed in, not before', async () => {
    const session = await started('start=locked&demo');
    expect([session.place, session.view]).toEqual(['unlock', null]);
    await session.enter(await session.host.unlock(PASSPHRASE));
    expect([session.place, session.view]).toEqual(['sign_in', null]);
    await signIn(session);
    expect([session.place, session.view?.case.synthetic]).toEqual(['case', true]);
  });
});

describe('a case', () => {
  it('leaves nothing behind for the next one', async () => {
    const session = await started('start=open&demo');
    session.tab = 'images';
    session.images = await session.host.openImages(['/demo/images'], () => undefined);
    session.stackId = 'any-stack';
    await session.open(() => session.host.createCase(IDENTITY, ''));
    expect([session.images, session.stackId, session.formLevel, session.tab]).toEqual([null, null, null, 'facts']);
  });

  it('is not overwritten by the late answer for another one', async () => {
    const session = await started('start=open&demo');
    const late = session.change(async () => {
      const view = await session.host.setIndexLevel(DEMO_CASE.case.id, 'L2');
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
  expect(await session.change(() => session.host.undo(DEMO_CASE.case.id))).toBe(false);
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

describe('somebody at the keyboard', () => {
  it('leaves the case open when they change, hidden until the next one has signed in, and opened anew for them', async () => {
    const session = await started('start=open&demo');
    session.tab = 'assessment';
    session.page = 'settings';
    await session.switchPerson();
    expect([session.place, session.page, session.view?.case.id]).toEqual(['sign_in', null, DEMO_CASE.case.id]);
    const opened = vi.spyOn(session.host, 'openCase');
    await signIn(session);
    expect([session.place, session.tab]).toEqual(['case', 'assessment']);
    expect(opened).toHaveBeenCalledWith(DEMO_CASE.case.id);
  });

  it('finds the store locked after too many wrong secrets, and reads why', async () => {
    const session = await started('start=unsigned');
    const id = session.status?.people[0]?.id ?? '';
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      await session.run(() => session.host.signIn(id, 'wrong'));
      expect([session.place, session.error?.code]).toEqual(['sign_in', 'wrong_secret']);
    }
    await session.run(() => session.host.signIn(id, 'wrong'));
    expect([session.place, session.error?.code]).toEqual(['unlock', 'too_many_attempts']);
  });

  it('is asked for again when the host says that nobody is', async () => {
    const session = await started('start=open&demo');
    await session.host.signOut();
    vi.spyOn(session.host, 'undo').mockRejectedValue({ code: 'sign_in_needed', message: 'nobody' });
    expect(await session.change(() => session.host.undo(DEMO_CASE.case.id))).toBe(false);
    expect([session.place, session.error?.code]).toEqual(['sign_in', 'sign_in_needed']);
  });

  it('is told to the host at most every 15 seconds, and only while the store is open', async () => {
    const session = await started('start=open');
    const told = vi.spyOn(session.host, 'noteActivity');
    for (const now of [0, 1, 14_999, 15_000, 15_001, 30_000]) session.noteActivity(now);
    expect(told).toHaveBeenCalledTimes(3);
    await session.lock();
    session.noteActivity(60_000);
    expect(told).toHaveBeenCalledTimes(3);
  });
});

describe('a store that locks itself', () => {
  it('takes the patient off the screen at once, says why, and brings the case back after signing in', async () => {
    const session = await started('start=open&demo');
    session.page = 'audit';
    globalThis.dispatchEvent(new CustomEvent(LOCK_EVENT, { detail: 'idle' }));
    expect([session.place, session.view, session.lockReason]).toEqual(['unlock', null, 'idle']);
    await vi.waitFor(() => expect(session.busy).toBe(false));
    await session.enter(await session.host.unlock(PASSPHRASE));
    await signIn(session);
    expect([session.place, session.view?.case.id, session.lockReason]).toEqual(['case', DEMO_CASE.case.id, null]);
  });

  it('says nothing of a draft that came too late', async () => {
    const session = await started('start=open&demo');
    globalThis.dispatchEvent(new CustomEvent(LOCK_EVENT, { detail: 'suspend' }));
    await vi.waitFor(() => expect(session.busy).toBe(false));
    await session.run(() => Promise.reject(Object.assign(new Error(), { code: 'store_locked', message: 'locked' })));
    expect([session.error, session.lockReason]).toEqual([null, 'suspend']);
  });

  it('keeps what was typed for the same person alone', async () => {
    const session = await started('start=open&demo');
    const { typed, person } = session;
    const text = (): string => typed.addendum('e1').text;
    typed.addendum('e1').text = 'Half a sentence';
    globalThis.dispatchEvent(new CustomEvent(LOCK_EVENT, { detail: 'idle' }));
    await vi.waitFor(() => expect(session.busy).toBe(false));
    await session.enter(await session.host.unlock(PASSPHRASE));
    await session.enter(await session.host.signIn(person!.id, RECORDED_SECRET));
    expect(text()).toBe('Half a sentence');
    await session.enter({ ...session.status!, person: { ...person!, id: 'somebody-else' } });
    expect(text()).toBe('');
  });

  it('does not bring a case back that was locked by hand', async () => {
    const session = await started('start=open&demo');
    session.typed.carriedOut('e1').note = 'Written before the lock';
    await session.lock();
    expect(session.typed.carriedOut('e1').note).toBe('');
    await session.enter(await session.host.unlock(PASSPHRASE));
    await signIn(session);
    expect([session.place, session.view]).toEqual(['cases', null]);
  });
});

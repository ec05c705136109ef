// The store is opened.
import { fireEvent, render, screen } from '@testing-library/svelte';
import { flushSync, type Component } from 'svelte';
import words from 'virtual:words';
import { afterEach, expect, it, vi } from 'vitest';
import { demoHost } from '../../src/host/demo.ts';
import type { AppStatus } from '../../src/host/types.ts';
import Unlock from '../../src/screens/Unlock.svelte';
import { Session } from '../../src/state/session.svelte.ts';
import { setWords } from '../../src/state/words.svelte.ts';
import InSession from './InSession.svelte';

afterEach(() => void vi.useRealTimers());

it('says why it may take long, only while it does', async () => {
  setWords(words);
  let open: (status: AppStatus) => void = () => undefined;
  const demo = demoHost(new URLSearchParams('start=locked'));
  const session = new Session({ ...demo, unlock: () => new Promise((resolve) => (open = resolve)) });
  await session.start('en');
  render(InSession, { session, control: Unlock as Component<Record<string, unknown>>, given: {} });
  vi.useFakeTimers();
  await fireEvent.input(screen.getByLabelText('Passphrase'), { target: { value: 'four quiet words' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Open' }));
  vi.advanceTimersByTime(3999);
  flushSync();
  expect(screen.queryByTestId('still-opening')).toBeNull();
  vi.advanceTimersByTime(1);
  flushSync();
  expect(screen.getByRole('status').textContent).toContain('Leave the window open');
  open(await demo.status());
  await vi.advanceTimersByTimeAsync(0);
  flushSync();
  expect(screen.queryByTestId('still-opening')).toBeNull();
});

import { expect, it, vi } from 'vitest';
import { painted } from '../../src/state/painted.ts';
import { heldFrames } from './frames.ts';

const frames = heldFrames();

async function isOver(promise: Promise<void>): Promise<boolean> {
  return Promise.race([promise.then(() => true), Promise.resolve().then(() => Promise.resolve()).then(() => false)]);
}

it('waits for the frame and for what the browser does after it', async () => {
  const waiting = painted();
  expect(await isOver(waiting)).toBe(false);
  frames[0]?.(0);
  expect(await isOver(waiting)).toBe(false);
  vi.advanceTimersByTime(0);
  expect(await isOver(waiting)).toBe(true);
});

it('does not wait for a window that nobody sees', async () => {
  const waiting = painted();
  vi.advanceTimersByTime(199);
  expect(await isOver(waiting)).toBe(false);
  vi.advanceTimersByTime(1);
  expect(await isOver(waiting)).toBe(true);
});

import { render, screen } from '@testing-library/svelte';
import { flushSync } from 'svelte';
import { expect, it, vi } from 'vitest';
import { heldFrames } from './frames.ts';
import UnfoldingHarness from './UnfoldingHarness.svelte';

const ITEMS = ['a', 'b', 'c', 'd'];
const frames = heldFrames();

const drawn = (): string => screen.queryAllByRole('listitem').map((one) => one.textContent).join('');

async function nextFrame(): Promise<void> {
  for (const frame of frames.splice(0)) frame(0);
  await vi.advanceTimersByTimeAsync(0);
  flushSync();
}

it('draws a part after each frame, and no frame more than it needs', async () => {
  const { rerender } = render(UnfoldingHarness, { items: ITEMS });
  expect(drawn()).toBe('ab');
  await nextFrame();
  expect(drawn()).toBe('abc');
  await nextFrame();
  expect(drawn()).toBe('abcd');
  expect(frames).toHaveLength(0);
  await rerender({ items: [...ITEMS, 'e'] });
  expect(drawn()).toBe('abcd');
  await nextFrame();
  expect(drawn()).toBe('abcde');
});

it('draws all of it at once where somebody asks for a part', () => {
  render(UnfoldingHarness, { items: ITEMS });
  screen.getByText('all').click();
  flushSync();
  expect(drawn()).toBe('abcd');
});

it('asks for nothing after its component is gone', async () => {
  const { unmount } = render(UnfoldingHarness, { items: ITEMS });
  unmount();
  await nextFrame();
  expect(frames).toHaveLength(0);
});

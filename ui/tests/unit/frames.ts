// Frames and timers that come only when a test lets them.
import { afterEach, beforeEach, vi } from 'vitest';

/** The frames that were asked for in the test that runs. */
export function heldFrames(): FrameRequestCallback[] {
  const frames: FrameRequestCallback[] = [];

  beforeEach(() => {
    vi.useFakeTimers();
    frames.length = 0;
    vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => frames.push(frame));
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  return frames;
}

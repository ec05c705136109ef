// A field that is left by a click is written when the button is released: writing at once would move
// the rows between press and release, and the click would land on nothing.

let pressed = false;
addEventListener('pointerdown', () => (pressed = true), { capture: true });
for (const end of ['pointerup', 'pointercancel'] as const) addEventListener(end, () => (pressed = false), { capture: true });

/** Runs at once, or when the pressed button is released. */
export function whenReleased(action: () => void): void {
  if (!pressed) {
    action();
    return;
  }
  const ended = new AbortController();
  const run = () => {
    ended.abort();
    action();
  };
  addEventListener('pointerup', run, { signal: ended.signal });
  addEventListener('pointercancel', run, { signal: ended.signal });
}

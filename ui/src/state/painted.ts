// When what was drawn is on the screen.

/** A window that is not seen paints nothing and is not waited for, milliseconds. */
const PATIENCE = 200;

/** Resolves once the next frame is painted: in the first task after it. */
export function painted(): Promise<void> {
  return new Promise((resolve) => {
    const give = (): void => {
      clearTimeout(patience);
      resolve();
    };
    const patience = setTimeout(give, PATIENCE);
    requestAnimationFrame(() => setTimeout(give));
  });
}

// Work that is asked for faster than it can be done.

/**
 * Does it once at a time and not more often than every `pause` milliseconds; whatever was asked for meanwhile is done once
 * more afterwards, so that the newest always wins.
 */
export function newestOnly(work: () => Promise<unknown>, pause = 0): () => void {
  let asked = 0;
  let isRunning = false;
  const run = async (): Promise<void> => {
    isRunning = true;
    for (let taken = 0; taken !== asked; ) {
      taken = asked;
      // What fails is not worth more than the next attempt.
      await work().catch(() => undefined);
      if (pause > 0) await new Promise((go) => setTimeout(go, pause));
    }
    isRunning = false;
  };
  return () => {
    asked += 1;
    if (!isRunning) void run();
  };
}

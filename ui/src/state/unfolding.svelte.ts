// A long screen is drawn in steps: what the first look shows at once, then part after part, each after the frame of the one before,
// so that neither the first look nor a press waits for all of it.
import { painted } from './painted.ts';

/** Made where a component begins, and gone with it. */
export class Unfolding {
  /** How many parts are to be drawn now. */
  drawn: number = $state(0);

  constructor(first: number, total: () => number, step = 1) {
    this.drawn = first;
    $effect(() => {
      if (this.drawn >= total()) return;
      let isGone = false;
      void painted().then(() => {
        if (!isGone) this.drawn += step;
      });
      return () => {
        isGone = true;
      };
    });
  }

  /** Draws the others with the next change of the page, as where one of them is asked for. */
  all(): void {
    this.drawn = Infinity;
  }
}

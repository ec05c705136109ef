// Counting vertebrae while they are labelled: which there are, and which comes next.
import type { LabelAnchor, Level } from '../host/types.ts';

/** The vertebra that the counting starts at. */
export const ANCHORS: Record<Exclude<LabelAnchor, 'stated'>, Level> = { axis: 'C2', sacrum: 'S1' };

/** The vertebrae of a patient with so many thoracic and lumbar ones, from head to foot; the occiput is none. */
export function levelsOf(levels: readonly Level[], thoracic: number, lumbar: number): Level[] {
  const most: Record<string, number> = { T: thoracic, L: lumbar };
  return levels.filter((level) => level !== 'C0' && Number(level.slice(1)) <= (most[level.charAt(0)] ?? Infinity));
}

/** The vertebra above or below; none beyond the last. */
export function nextLevel(levels: readonly Level[], level: Level, isUpwards: boolean): Level | null {
  const place = levels.indexOf(level);
  return place < 0 ? null : (levels[place + (isUpwards ? -1 : 1)] ?? null);
}

// What a forecast says besides its curve, in words. Nothing here computes a clinical value.
import type { CordCompressionState, MedianSurvival, MedianTime } from '../host/types.ts';
import { t } from './words.svelte.ts';

function time(reached: MedianTime): string {
  return reached.kind === 'reached' ? reached.months.toFixed(1) : t('screen.assessment.beyond', { months: reached.within_months });
}

export function medianText(median: MedianSurvival): string {
  return t('screen.assessment.median', { months: time(median.time), low: time(median.low), high: time(median.high) });
}

/** A band in whole numbers of 100 people, since no figure behind it is more exact. */
export function cordCompressionText(cord: CordCompressionState): string {
  if (cord.kind === 'not_shown') return t(`cord_compression.${cord.code}`);
  return t('cord_compression.forecast', { months: cord.months, band: about(cord.low, cord.high), certainty: cord.certainty });
}

/** "about 1 to 4 of 100", for shares of people. */
export function about(lowShare: number, highShare: number): string {
  const [low, high] = [lowShare, highShare].map((share) => Math.round(share * 100)) as [number, number];
  const band = high === 0 ? 'below_one' : low === 0 ? 'up_to' : low === high ? 'about' : 'between';
  return t(`cord_compression.${band}`, { low, high });
}

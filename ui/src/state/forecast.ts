// What a forecast says besides its curve, in words. Nothing here computes a clinical value.
import type { CordCompressionState, MedianSurvival, MedianTime, Recalibration, ReferenceCohort, SurvivalPoint, TreatmentOption } from '../host/types.ts';
import { count, date, fixed } from './format.ts';
import { t } from './words.svelte.ts';

/** What a board may prefer, in the order of the grid of benefit; no ranking. */
export const TREATMENT_OPTIONS: readonly TreatmentOption[] = ['surgery_with_radiotherapy', 'stereotactic', 'conventional', 'systemic_alone', 'supportive'];

function time(reached: MedianTime): string {
  return reached.kind === 'reached' ? fixed(reached.months, 1) : t('screen.assessment.beyond', { months: reached.within_months });
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

/** On whom the shipped model was recalibrated, by whom and when. */
export function recalibrationText(recalibration: Recalibration): string {
  return t('recalibration.named', {
    patients: count(recalibration.patients),
    deaths: count(recalibration.deaths),
    person: recalibration.person,
    date: date(recalibration.date),
  });
}

/** How long the patients were followed whom it was learned from. */
export function followUpText({ follow_up: { median_months: median, longest_months: longest } }: Pick<Recalibration, 'follow_up'>): string {
  return median === undefined ? t('recalibration.followed_short', { longest }) : t('recalibration.followed', { median, longest });
}

/** What it gained on patients whom it was not learned from. */
export function gainText({ gain }: Pick<Recalibration, 'gain'>): string {
  const [mean, low, high] = [gain.per_patient, gain.low, gain.high].map((value) => fixed(value, 3)) as [string, string, string];
  return t('recalibration.gain', { gain: mean, low, high });
}

/** The two numbers; the sign of the first says whether more or fewer patients die than the shipped model says. */
export function recalibrationNumbers({ intercept, slope }: Recalibration): string {
  return t('recalibration.numbers', { intercept: (intercept < 0 ? '' : '+') + fixed(intercept, 2), slope: fixed(slope, 2) });
}

/** Where a limit of the board falls on the interval of a point. */
export function limitPlace({ low, high }: SurvivalPoint, limit: number): 'below' | 'within' | 'above' {
  if (limit < low) return 'below';
  return limit > high ? 'above' : 'within';
}

/** A published cohort with how it was treated, its size and its years. */
export function referenceName({ name, setting, patients, years }: ReferenceCohort): string {
  const values = { name, setting: t(`reference_cohort.${setting}`), patients, years };
  return t(years === '' ? 'reference_cohort.named_undated' : 'reference_cohort.named', values);
}

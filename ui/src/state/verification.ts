// The centre's own results in words: counts, figures with their interval or the reason why there is none, and what has to be
// known before they are believed. Nothing here judges a figure; the board has done so.
import type { CheckedGroup, CheckedModel, CheckState, DriftPeriod, DriftShown, HorizonCheck, OwnResultsInShort, PrimaryCheck, StudyFigure, Verification, VerificationWarning } from '../host/types.ts';
import { count, date } from './format.ts';
import { COARSE, figureText, FINE, sharesText } from './study.ts';
import { t } from './words.svelte.ts';

/** `model 1.2, recalibrated 3 Mar 2026`. */
export function modelName({ name, version, recalibration }: CheckedModel): string {
  return recalibration ? t('own_results.model_recalibrated', { name, version, date: date(recalibration.date) }) : `${name} ${version}`;
}

/** Tells models apart whose names do not. */
export function modelKey({ name, version, sha256, recalibration }: CheckedModel): string {
  return [name, version, sha256, recalibration?.date ?? '', recalibration?.numbers ?? ''].join(' ');
}

/** Whether the model is checked at a horizon, and by how many. */
export function stateText(state: CheckState, patients: number): string {
  if (state.kind === 'checked') return t('own_results.checked', { patients: count(patients) });
  return t('own_results.not_yet', { events: count(state.events), non_events: count(state.non_events), needed: count(state.needed) });
}

/** Died, known alive, and lost from sight before the horizon. */
export function countsText({ deaths: { counts, patients } }: CheckedGroup): string {
  return t('own_results.counts', { patients: count(patients), deaths: count(counts.deaths), alive: count(counts.known_alive), lost: count(counts.censored_before) });
}

/** What was observed beside what was expected, and between which bounds it lies whoever came back. */
export function observedText({ deaths }: CheckedGroup): string {
  const of100 = (share: number): string => sharesText({ kind: 'estimated', point: share });
  const said = t('own_results.observed', { observed: sharesText(deaths.observed), expected: of100(deaths.expected) });
  if (deaths.counts.censored_before === 0) return said;
  return `${said} ${t('own_results.bounds', { low: of100(deaths.at_least), high: of100(deaths.at_most) })}`;
}

export function ratioText({ deaths }: CheckedGroup): string {
  return figureText(deaths.observed_over_expected, COARSE);
}

/** AUC or Brier score, or that too few died. */
export function performanceText({ performance }: CheckedGroup, of: 'auc' | 'brier', needed: number): string {
  return performance ? figureText(performance[of].figure, FINE) : t('own_results.too_few_for_figures', { needed });
}

/** Intercept or slope, or why calibration is not assessed. */
export function calibrationText({ performance, state }: CheckedGroup, of: 'intercept' | 'slope'): string {
  if (performance?.calibration.kind === 'assessed') return figureText(performance.calibration[of], COARSE);
  return state.kind === 'not_yet_checked' ? t('own_results.not_assessed') : '';
}

/** Warnings of one kind: what is said of each horizon, and once what it means. */
export interface WarningBox {
  code: VerificationWarning['code'];
  lines: string[];
  means: string;
}

/** One box for each kind, in the order in which they come. */
export function warningBoxes(warnings: VerificationWarning[]): WarningBox[] {
  const boxes: WarningBox[] = [];
  for (const warning of warnings) {
    const { code, ...numbers } = warning;
    const isOfHorizon = code === 'follow_up_missing' || code === 'forecast_decided';
    const line = code === 'drift' ? driftText(warning.shown, warning.months) : t(`own_results.warning_${code}${isOfHorizon ? '_at' : ''}`, numbers);
    const box = boxes.find((one) => one.code === code);
    if (box) box.lines.push(line);
    else boxes.push({ code, lines: [line], means: isOfHorizon ? t(`own_results.warning_${code}`) : '' });
  }
  return boxes;
}

export function driftText(shown: DriftShown, months: number): string {
  return t(`own_results.drift_${shown}`, { months });
}

/** `2024` or `first half of 2024`. */
export function periodText({ year, half }: DriftPeriod): string {
  return half === undefined ? String(year) : t(`own_results.half_${half}`, { year });
}

/** A primary tumour by its label. */
export function primaryText({ primary }: PrimaryCheck, label: (option: string) => string): string {
  return primary === undefined ? t('own_results.no_primary') : label(primary);
}

/** Highest end of the intervals that are drawn, at least so that 1 lies in the middle. */
export function ratioTop(periods: DriftPeriod[]): number {
  const ends = periods.flatMap(({ deaths }) => endsOf(deaths.observed_over_expected));
  return Math.min(Math.max(2, ...ends), 4);
}

function endsOf(figure: StudyFigure): number[] {
  if (figure.kind !== 'estimated') return [];
  return [figure.point, ...(figure.interval ? [figure.interval.high] : [])];
}

/** The groups of a horizon that stand in the table of figures, with their names. */
export function groupsOf(horizon: HorizonCheck): { key: string; name: string; group: CheckedGroup }[] {
  const named = (key: string, group: CheckedGroup): { key: string; name: string; group: CheckedGroup } => ({ key: `${horizon.months} ${key}`, name: t(`own_results.group_${key}`), group });
  return [
    named('everybody', horizon.everybody),
    ...(horizon.without_fulfilled ? [named('without_fulfilled', horizon.without_fulfilled)] : []),
    ...(horizon.estimates ? [named('model_beside', horizon.estimates.model), named('board', horizon.estimates.board)] : []),
  ];
}

/** How to read the figures. */
export function notes(found: Verification): string[] {
  return [t('own_results.note_who'), t('own_results.note_once', { later: found.later_decisions }), t('own_results.note_reading', { count: found.bootstraps, seed: found.seed, needed: found.figures_need })];
}

/** What stands beside a forecast: each horizon in short, and what drifts. */
export function inShort({ synthetic, horizons }: OwnResultsInShort): string {
  if (horizons.length === 0) return t('own_results.short_never');
  const parts = horizons.map(({ months, state, patients, observed_over_expected: ratio }) =>
    state.kind === 'checked'
      ? t('own_results.short_checked', { months, patients: count(patients), ratio: figureText(ratio, COARSE) })
      : t('own_results.short_not_yet', { months, events: count(state.events), non_events: count(state.non_events), needed: count(state.needed) }),
  );
  const drift = horizons.filter(({ drift: shown }) => shown === 'more_deaths' || shown === 'fewer_deaths').map(({ drift: shown, months }) => driftText(shown, months));
  return [...(synthetic ? [t('own_results.synthetic')] : []), ...parts, ...drift].join(' ');
}

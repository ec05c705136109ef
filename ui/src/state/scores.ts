// Published scores as the screen arranges them. Totals, groups and figures come from Rust; nothing here
// computes a clinical value.
import type { Assessment, PublishedSurvival, ScoreFamily, ScoreGroup, ScoreOutcome, ScoreResult, ValidationMetric } from '../host/types.ts';
import { count, number, people } from './format.ts';
import { t } from './words.svelte.ts';

/** Months at which the scores are laid side by side, as the forecast is. */
export const HORIZONS = [3, 6, 12] as const;

/** Families beside survival, in the order in which a board asks for them. */
export const OTHER_FAMILIES: ScoreFamily[] = [
  'stability',
  'compression',
  'fracture_risk',
  'neurology',
  'performance',
  'frailty',
  'ambulation',
  'early_death',
  'decision',
];

/** The group that the patient is in, if the score has one. */
export function groupOf(outcome: ScoreOutcome): ScoreGroup | null {
  return outcome.kind === 'total' || outcome.kind === 'typed_total' || outcome.kind === 'grade' ? outcome.group : null;
}

/** Whether the score has a result for this patient. */
export function isComputed(outcome: ScoreOutcome): boolean {
  return groupOf(outcome) !== null;
}

/** The scores of a family that have a result or could have one; not checklists and what is never computed. */
function counted(assessment: Assessment, wanted: ScoreFamily): ScoreResult[] {
  return assessment.scores.filter(({ family, outcome }) => family === wanted && outcome.kind !== 'not_computable' && outcome.kind !== 'checklist');
}

/** The survival scores of the picture of agreement, in the shipped order. */
export function survivalScores(assessment: Assessment): ScoreResult[] {
  return counted(assessment, 'survival');
}

export interface ScoreSection {
  family: ScoreFamily;
  scores: ScoreResult[];
}

/** What stands beside survival, by family; without checklists and what is never computed. */
export function otherSections(assessment: Assessment): ScoreSection[] {
  return OTHER_FAMILIES.map((family) => ({ family, scores: counted(assessment, family) })).filter(({ scores }) => scores.length > 0);
}

/** One cohort in the picture of agreement: figures on the axes, or a median in words. */
export interface Lane {
  entry: PublishedSurvival;
  /** Name of the cohort without its setting. */
  cohort: string;
  /** The setting: place, treatment, years, number of patients. */
  setting: string;
  /** The share alive for each of [`HORIZONS`], where it was reported. */
  alive: (number | null)[];
  /** Said in words where none of the horizons was reported. */
  words: string | null;
}

/** The cohorts that reported something about a group, in the order of the score's data. */
export function lanes(group: ScoreGroup): Lane[] {
  return group.published.map((entry) => {
    const [cohort = '', ...setting] = entry.cohort.split(', ');
    if (entry.patients !== undefined) setting.push(t('screen.scores.patients', { count: count(entry.patients) }));
    const alive = HORIZONS.map((months) => entry.alive[months] ?? null);
    return { entry, cohort, setting: setting.join(', '), alive, words: alive.some((share) => share !== null) ? null : inWords(entry) };
  });
}

function inWords(entry: PublishedSurvival): string {
  const others = aliveTexts(entry);
  const parts = [medianText(entry), others.length ? t('screen.agreement.other_months', { figures: others.join('; ') }) : ''];
  return parts.filter((part) => part !== '').join('. ') || t('screen.agreement.not_reported');
}

function medianText({ median_months, median_confidence_interval: interval }: PublishedSurvival): string {
  if (median_months === undefined) return '';
  const months = number(median_months);
  return interval
    ? t('screen.scores.median_interval', { months, low: number(interval[0]), high: number(interval[1]) })
    : t('screen.scores.median', { months });
}

function aliveTexts(entry: PublishedSurvival): string[] {
  return Object.entries(entry.alive).map(([months, share]) => t('screen.scores.alive_at', { months, alive: people(share) }));
}

/** Every figure of a cohort in one sentence. */
export function reported(entry: PublishedSurvival): string {
  return [medianText(entry), ...aliveTexts(entry)].filter((part) => part !== '').join('; ');
}

/** The total or grade, as it is read aloud. */
export function resultText(outcome: ScoreOutcome): string {
  if (outcome.kind === 'total' || outcome.kind === 'typed_total') return String(outcome.total);
  return outcome.kind === 'grade' ? outcome.grade : '';
}

/** A figure of a test in another cohort: its name, horizon and value. */
export function metricText(metric: ValidationMetric, nameOf: (id: string) => string): string {
  const name = t(`screen.scores.metric_${metric.kind}`);
  const shown = metric.horizon_months === undefined ? name : t('screen.scores.metric_at', { metric: name, months: metric.horizon_months });
  const value =
    metric.finding ??
    (metric.range
      ? t('screen.scores.metric_range', { low: number(metric.range[0]), high: number(metric.range[1]) })
      : metric.value === undefined
        ? ''
        : metric.confidence_interval
          ? t('screen.scores.metric_interval', { value: number(metric.value), low: number(metric.confidence_interval[0]), high: number(metric.confidence_interval[1]) })
          : number(metric.value));
  const shared = metric.shared_with.length ? t('screen.scores.metric_shared', { scores: metric.shared_with.map(nameOf).join(', ') }) : '';
  return [`${shown} ${value}`.trim(), shared, metric.note ?? ''].filter((part) => part !== '').join('; ');
}

// A comparison in words: numbers with their interval or the reason why there is none. The words are those of
// paper and terminal (`study.<key>`); nothing here judges a difference, the board has done so.
import type { CohortPart, CohortStudy, Comparison, Estimate, Language, PassedColumn, PredictorSource, StudyCalibration, StudyFigure, Compared, NotEstimable } from '../host/types.ts';
import { recalibrationText } from './forecast.ts';
import { fixed } from './format.ts';
import { langOf, t } from './words.svelte.ts';

/** The id of the model among the predictors. */
export const MODEL = 'model';
/** Digits after the point: of AUC, C and Brier scores, and of calibration. */
export const FINE = 3;
export const COARSE = 2;
const LACKING_NAMED = 3;

/** With a minus sign, and never minus nothing. */
export function decimal(value: number, digits: number): string {
  const text = fixed(Math.abs(value), digits);
  return value < 0 && Number(value.toFixed(digits)) !== 0 ? `−${text}` : text;
}

export function whyNot(reason: NotEstimable): string {
  const { kind, ...numbers } = reason;
  return t(`study.reason_${kind}`, numbers);
}

function estimateText({ point, interval }: Estimate, digits: number): string {
  const number = decimal(point, digits);
  return interval ? t('study.with_interval', { point: number, low: decimal(interval.low, digits), high: decimal(interval.high, digits) }) : number;
}

/** `0.742 (0.713 to 0.771)`, or why there is none. */
export function figureText(figure: StudyFigure, digits: number): string {
  return figure.kind === 'estimated' ? estimateText(figure, digits) : whyNot(figure.reason);
}

/** A share with its interval as people of 100, as the curves of calibration have it. */
export function sharesText(figure: StudyFigure): string {
  if (figure.kind !== 'estimated') return whyNot(figure.reason);
  const { point, interval } = figure;
  return estimateText({ point: point * 100, ...(interval ? { interval: { low: interval.low * 100, high: interval.high * 100 } } : {}) }, 1);
}

/** A net benefit as patients of 100, as the curves have it. */
export function benefitText(benefit: StudyFigure): string {
  return benefit.kind === 'estimated' ? decimal(benefit.point * 100, 1) : whyNot(benefit.reason);
}

/** A share as percent, with a digit after the point where there is one. */
export function percent(share: number): string {
  const text = decimal(share * 100, 1);
  return /[.,]0$/.test(text) ? text.slice(0, -2) : text;
}

/** How far a score lies from the model, and what that shows; nothing for the model itself. */
export function differenceText({ difference, shown }: Compared, digits: number): string {
  if (!difference) return '';
  if (difference.kind !== 'estimated' || shown === undefined) return figureText(difference, digits);
  return t('study.with_verdict', { difference: estimateText(difference, digits), verdict: t(`study.shown_${shown}`) });
}

export function nameOf(study: CohortStudy, id: string): string {
  return id === MODEL ? t('study.model') : (study.result.predictors.find((source) => source.id === id)?.name ?? id);
}

/** The language of that name, where it is not the one spoken. */
export function langOfName(id: string): Language | undefined {
  return id === MODEL ? undefined : langOf('scores');
}

/** Patients, deaths, and what is known at each horizon. */
export function countsText({ counts }: Comparison): string {
  const horizons = counts.horizons.map(({ months, deaths, known_alive: alive, censored_before: censored }) => t('study.at_horizon', { months, deaths, alive, censored }));
  return [t('study.patients_and_deaths', { patients: counts.patients, deaths: counts.deaths }), ...horizons].join(' ');
}

/** How many lines were read, what the model is, and in which setting it answers. */
export function readText(study: CohortStudy): string {
  const { pack, setting } = study;
  const said = [t('study.counts', { patients: study.result.patients, lines: study.lines })];
  if (pack) said.push(t('study.model_is', { name: pack.name, version: pack.version, parts: pack.rests_on.map((code) => t(`screen.model.rests_on_${code}`)).join(', ') }));
  said.push(setting === undefined ? t('study.no_setting') : t('study.setting', { setting }));
  return said.join(' ');
}

function passedText({ name, reason, nearest }: PassedColumn): string {
  return nearest === undefined ? t(`study.passed_${reason}`, { name }) : t('study.passed_nearest', { name, nearest });
}

/** What makes a comparison doubtful, the gravest first. */
export function doubts(study: CohortStudy, label: (feature: string) => string): string[] {
  const recalibration = study.pack?.recalibration;
  return [
    ...study.result.suspicious.map(({ feature, harrell_c: c }) => t('study.suspicious', { feature: label(feature), c: decimal(c, COARSE) })),
    ...(recalibration ? [`${recalibrationText(recalibration)} ${t('study.recalibrated')}`] : []),
    ...study.developed_here.map((id) => t('study.developed_here', { name: nameOf(study, id) })),
    ...study.passed.map(passedText),
  ];
}

/** Which scores take no part on the same rows, and why. */
export function leftOut({ result }: CohortStudy): string[] {
  return (['few_rows', 'no_row'] as const).flatMap((why) => {
    const names = result.predictors.filter(({ left_out: found }) => found === why).map(({ name }) => name);
    return names.length > 0 ? [t(`study.not_on_these_rows_${why}`, { names: names.join(', ') })] : [];
  });
}

/** How to read the figures. */
export function notes({ result }: CohortStudy): string[] {
  const any = result.same_rows ?? result.model_alone;
  const reading = any ? [t('study.note_reading', { tau: any.tau, count: any.bootstraps, seed: any.seed })] : [];
  return [...reading, t('study.note_difference'), t('study.note_censoring'), t('study.note_no_winner')];
}

/** Rows and what the others lack, why a score was left out, whose patients it was made from, and where its probabilities come from. */
export function sourceText(source: PredictorSource, label: (feature: string) => string): string {
  const said = [t('study.rows', { rows: source.rows })];
  if (source.left_out) said.push(t(`study.left_out_${source.left_out}`));
  const lacking = source.lacking.slice(0, LACKING_NAMED).map(({ feature, missing }) => t('study.lacking_fact', { feature: label(feature), rows: missing }));
  if (lacking.length > 0) said.push(t('study.lacking', { features: lacking.join(', ') }));
  const { made_from: from, paper } = source;
  const population = from ? [from.patients === undefined ? '' : `n = ${from.patients}`, from.treatment, from.years ?? ''].filter(Boolean).join(', ') : '';
  if (paper !== undefined) said.push(from ? t('study.made_from', { paper, population }) : t('study.made_by', { paper }));
  for (const { months, cohort, provenance } of source.probabilities) {
    said.push(t('study.probabilities', { months, cohort }));
    if (provenance !== 'read') said.push(t('study.probabilities_recalled'));
  }
  if (source.probabilities.length === 0) said.push(t('study.no_probabilities'));
  return said.join(' ');
}

/** The model on all rows that it can forecast, then each score on all rows of the two. */
export function withAllTheirRows({ result }: CohortStudy): Comparison['predictors'] {
  const pairs = result.pairs.map(({ comparison }) => comparison.predictors.at(-1));
  return [result.model_alone?.predictors[0], ...pairs].filter((one) => one !== undefined);
}

/** False where a predictor gives no probability. */
export function publishes(calibration: StudyCalibration): boolean {
  return calibration.kind === 'assessed' || calibration.reason.kind !== 'no_probability';
}

/** A primary tumour by its label, or an era by its years. */
export function partText({ kind, value }: CohortPart, primary: (option: string) => string): string {
  return kind === 'primary' ? primary(value) : value;
}

/** Percents with commas or spaces between as probabilities above 0 and below 1; none if one of them is not. */
export function thresholdsOf(text: string): number[] | null {
  const words = text.split(/[\s,;%]+/).filter((word) => word !== '');
  const shares = words.map((word) => Number(word) / 100);
  return shares.every((share) => share > 0 && share < 1) ? shares : null;
}

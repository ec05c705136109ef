// The figures of a span of days as the yearly report writes them: a share always with its number, and not at all where few stand
// behind it. Nothing here counts.
import type { IntervalFigures, IsoDate, OutcomeFigures, Share, Spread, SurvivalAt, YearFigures } from '../host/types.ts';
import { count, date, number } from './format.ts';
import { t } from './words.svelte.ts';

/** As the report's: fewer say too little for a share or a middle. */
export const LEAST_OF_A_SHARE = 10;

/** The curve is drawn as far as patients are followed up. */
export const LAST_MONTH = 12;

export interface Span {
  from: IsoDate;
  to: IsoDate;
}

/** A figure with its name, and how much of the whole it is where that is said. */
export interface Entry {
  label: string;
  text: string;
  share?: number | null;
}

/** The calendar year of a day, or one before it. */
export function yearOf(today: IsoDate, before = 0): Span {
  const year = String(Number(today.slice(0, 4)) - before).padStart(4, '0');
  return { from: `${year}-01-01`, to: `${year}-12-31` };
}

/** 0 to 1; none where they are too few to say. */
export function valueOf({ count: some, of }: Share): number | null {
  return of >= LEAST_OF_A_SHARE ? some / of : null;
}

function ofHundred(share: number): string {
  return String(Math.round(Math.min(Math.max(share, 0), 1) * 100));
}

/** `36 of 40 (90 %)`, or `3 of 4, too few to say`. */
export function shareText(share: Share): string {
  const value = valueOf(share);
  if (share.of === 0) return t('report.year.none');
  const numbers = { count: count(share.count), of: count(share.of) };
  return value === null ? t('report.year.share_of_few', numbers) : t('report.year.share', { ...numbers, percent: ofHundred(value) });
}

/** `6 (3 to 12)`, the middle with the quartiles, or that they are too few; nothing without any number. */
export function spreadText(spread: Spread | undefined): string {
  if (!spread) return '';
  if (spread.n < LEAST_OF_A_SHARE) return t('report.year.too_few');
  const tenths = (value: number): string => number(Math.round(value * 10) / 10);
  return t('report.year.spread', { median: tenths(spread.median), low: tenths(spread.lower_quartile), high: tenths(spread.upper_quartile) });
}

/** `72 of 100 (61–81)`, or that they are too few. */
export function aliveText({ alive, interval }: SurvivalAt): string {
  if (alive === undefined) return t('report.year.too_few');
  const rest = interval ? t('report.forecast.of_hundred', { low: ofHundred(interval[0]), high: ofHundred(interval[1]) }) : t('report.year.of_hundred');
  return `${ofHundred(alive)} ${rest}`;
}

function entry(label: string, share: Share): Entry {
  return { label, text: shareText(share), share: valueOf(share) };
}

/** Neither a meeting nor a discussion, and nothing that began or was due. */
export function isEmpty({ meetings, discussions, timeliness, follow_up: followUp }: YearFigures): boolean {
  return meetings.held + discussions.discussions + timeliness.length + followUp.length === 0;
}

/** Until which day it was counted, and whether the time goes on. */
export function standingText({ as_of: day, to }: YearFigures): string {
  return day > to ? t('report.year.as_of', { day: date(day) }) : t('report.year.provisional', { day: date(day) });
}

export function meetingEntries({ meetings }: YearFigures): Entry[] {
  const { discussed, postponed, withdrawn, listed, minutes } = meetings;
  const cases = t('report.year.cases_text', { discussed: count(discussed), postponed: count(postponed), withdrawn: count(withdrawn), listed: count(listed) });
  return [
    { label: t('report.year.held'), text: count(meetings.held) },
    entry(t('report.year.with_quorum'), meetings.with_quorum),
    { label: t('report.year.cases'), text: cases },
    entry(t('report.year.late'), meetings.late),
    ...(minutes ? [{ label: t('report.year.minutes'), text: minutesText(minutes) }] : []),
  ];
}

/** Of how many cases, where these are enough to say anything. */
function minutesText(minutes: Spread): string {
  const spread = spreadText(minutes);
  return minutes.n < LEAST_OF_A_SHARE ? spread : t('report.year.minutes_text', { spread, n: count(minutes.n) });
}

export function discussionEntries({ discussions: found }: YearFigures): Entry[] {
  return [
    { label: t('report.year.decided'), text: t('report.year.decided_text', { discussions: count(found.discussions), patients: count(found.patients) }) },
    entry(t('report.year.signed'), found.signed),
    entry(t('report.year.deferred'), found.deferred),
    entry(t('report.year.with_dissent'), found.with_dissent),
    entry(t('report.year.with_addenda'), found.with_addenda),
    entry(t('report.year.by_forecast'), found.decided_by_forecast),
  ];
}

export function concordanceEntries({ concordance: { known, done, changed, not_done: notDone } }: YearFigures): Entry[] {
  return [entry(t('report.year.known'), known), entry(t('carried_out.done'), done), entry(t('carried_out.changed'), changed), entry(t('carried_out.not_done'), notDone)];
}

export function stateEntries({ walking, complications, serious_complications: serious, compression }: OutcomeFigures): Entry[] {
  return [
    ...walking.map((at) => entry(t('report.year.walking', { months: at.months }), at.walking)),
    entry(t('report.year.complications'), complications),
    entry(t('report.year.serious'), serious),
    entry(t('report.year.compression'), compression),
  ];
}

export function followUpEntries({ follow_up: figures }: YearFigures): Entry[] {
  return figures.map(({ months, answered }) => entry(t('report.year.follow_up_at', { months }), answered));
}

export function intervalText({ id, urgent }: IntervalFigures): string {
  const interval = t(`clock.${id}`);
  return urgent ? t('report.year.urgent', { interval }) : interval;
}

/** What contradicts itself is counted nowhere; nothing where all is sound. */
export function contradictionText({ timeliness }: YearFigures): string {
  const contradictions = timeliness.reduce((sum, one) => sum + one.contradictions, 0);
  return contradictions === 0 ? '' : t('report.year.contradictions', { count: count(contradictions) });
}

/** The corners of the curve as far as enough are at risk: months and the share that is alive; none where they are too few. */
export function curveOf({ patients, curve, survival }: OutcomeFigures): [number, number][] {
  const enough = [...curve.steps, ...survival].filter((one) => one.at_risk >= LEAST_OF_A_SHARE);
  const last = Math.min(Math.max(0, ...enough.map(({ months }) => months)), LAST_MONTH);
  if (patients < LEAST_OF_A_SHARE || last === 0) return [];
  const steps = curve.steps.filter(({ months }) => months <= last);
  const corners = steps.flatMap(({ months, survival: after }, place): [number, number][] => [
    [months, steps[place - 1]?.survival ?? 1],
    [months, after],
  ]);
  return [[0, 1], ...corners, [last, steps.at(-1)?.survival ?? 1]];
}

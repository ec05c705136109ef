// Numbers and dates as people read them. Nothing here computes a clinical value.
import type { Citation, IsoDate, Language } from '../host/types.ts';
import { hasWord, language, t } from './words.svelte.ts';

const LOCALES: Record<Language, string> = { en: 'en-GB', de: 'de-DE' };

/** The month in letters in English, where 3/4 reads differently by country; German dates have dots. */
const DAYS: Record<Language, Intl.DateTimeFormatOptions> = {
  en: { day: 'numeric', month: 'short', year: 'numeric' },
  de: { day: 'numeric', month: 'numeric', year: 'numeric' },
};

/** A share of 0 to 1 as a whole number of 100 people; never 0 or 100 unless it is exactly that. */
export function people(share: number): string {
  const rounded = Math.round(share * 100);
  if (rounded === 0 && share > 0) return '<1';
  if (rounded === 100 && share < 1) return '>99';
  return String(rounded);
}

/** A number with so many digits after the decimal mark of the language. */
export function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return language() === 'de' ? text.replace('.', ',') : text;
}

/** The parameter of a finding as the language writes it, where it is an ISO date or a number that a unit may follow. */
export function written(parameter: string): string {
  if (language() === 'en') return parameter;
  if (/^\d{4}-\d{2}-\d{2}$/.test(parameter)) return date(parameter);
  return parameter.replace(/^(-?\d+)\.(\d+)(?= |$)/, '$1,$2');
}

/** A number without needless digits: at most three after the point. */
export function number(value: number): string {
  return new Intl.NumberFormat(LOCALES[language()], { maximumFractionDigits: 3, useGrouping: false }).format(value);
}

/** A count with a thin space every three digits. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');
}

/** `2026-03-04` as `4 Mar 2026`, or `4.3.2026` in German. */
export function date(iso: IsoDate): string {
  const parsed = new Date(`${iso}T00:00:00Z`);
  if (Number.isNaN(parsed.getTime())) return iso;
  return new Intl.DateTimeFormat(LOCALES[language()], { ...DAYS[language()], timeZone: 'UTC' }).format(parsed);
}

/** A moment in local time, to the minute. */
export function moment(iso: string): string {
  const parsed = new Date(iso);
  if (Number.isNaN(parsed.getTime())) return iso;
  return new Intl.DateTimeFormat(LOCALES[language()], { ...DAYS[language()], hour: '2-digit', minute: '2-digit' }).format(parsed);
}

/** A moment in local time, to the second, as rows of a log need it. */
export function timestamp(iso: string): string {
  const parsed = new Date(iso);
  if (Number.isNaN(parsed.getTime())) return iso;
  const time = new Intl.DateTimeFormat(LOCALES[language()], { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(parsed);
  const day = new Intl.DateTimeFormat(LOCALES[language()], { ...DAYS[language()], day: '2-digit' }).format(parsed);
  return `${day}, ${time}`;
}

/** A size of a file in the unit that gives one to three digits before the point. */
export function bytes(size: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const step = size < 1000 ? 0 : Math.min(Math.floor(Math.log10(size) / 3), units.length - 1);
  const scaled = size / 1000 ** step;
  return `${scaled < 10 && step > 0 ? fixed(scaled, 1) : Math.round(scaled)} ${units[step] ?? ''}`;
}

/** Whole days from one day to a later one. */
export function daysBetween(from: IsoDate, to: IsoDate): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

/** Whole years from birth to a day. */
export function ageOn(birth: IsoDate, day: IsoDate): number {
  const [birthYear = 0, birthMonth = 0, birthDay = 0] = birth.split('-').map(Number);
  const [year = 0, month = 0, dayOfMonth = 0] = day.split('-').map(Number);
  const beforeBirthday = month < birthMonth || (month === birthMonth && dayOfMonth < birthDay);
  return year - birthYear - (beforeBirthday ? 1 : 0);
}

/** A catalogue unit as it is printed: `10^9/L` with a superscript, `umol/L` with a micro sign, `year` in words. */
export function unitLabel(unit: string): string {
  const name = `unit_name.${unit}`;
  if (hasWord(name)) return t(name);
  return unit
    .replace('10^9', '10⁹')
    .replace('/m2', '/m²')
    .replace(/^u(?=mol|g)/, 'µ');
}

/** A paper with its DOI, if it is known. */
export function citationText({ text, doi }: Citation): string {
  return doi === undefined ? text : `${text}, doi:${doi}`;
}

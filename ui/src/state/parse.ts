// Reads what people type into numbers and dates, and refuses what could be read in two ways.
import type { IsoDate, Language } from '../host/types.ts';
import { language } from './words.svelte.ts';

export type ParsedNumber =
  | { kind: 'blank' }
  | { kind: 'number'; value: number }
  /** `1,250` and `1.250.000` name different numbers in different countries. */
  | { kind: 'ambiguous' }
  | { kind: 'not_a_number' };

/** What parts thousands in a language: with it, three digits may be thousands or decimals. */
const THOUSANDS: Record<Language, RegExp> = { en: /^[1-9]\d{0,2}[,' ]\d{3}$/, de: /^[1-9]\d{0,2}[.' ]\d{3}$/ };

/** Accepts a decimal point or a decimal comma, and no thousands separators. */
export function parseNumber(text: string, wholeNumber = false): ParsedNumber {
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'blank' };
  if (/^\d{1,3}([.,' ]\d{3}){2,}$/.test(trimmed) || THOUSANDS[language()].test(trimmed)) {
    return { kind: 'ambiguous' };
  }
  if (!/^[+-]?\d+([.,]\d+)?$/.test(trimmed)) return { kind: 'not_a_number' };
  const value = Number(trimmed.replace(',', '.'));
  if (wholeNumber && !Number.isInteger(value)) return { kind: 'not_a_number' };
  return { kind: 'number', value };
}

/** The first three letters of the months, in every language that is shipped. */
const MONTHS = ['jan', 'feb', 'mar|mär', 'apr', 'may|mai', 'jun', 'jul', 'aug', 'sep', 'oct|okt', 'nov', 'dec|dez'].map((names) => names.split('|'));

export type ParsedDate =
  | { kind: 'blank' }
  | { kind: 'date'; iso: IsoDate }
  /** Day and month could be swapped. */
  | { kind: 'ambiguous' }
  | { kind: 'not_a_date' };

/**
 * Accepts `2026-03-04`, `4.3.2026` (day first, as the dot is only used that way), `4 Mar 2026`,
 * `today`, their German forms, and `-3` for three days before today. With slashes the day must be above 12.
 */
export function parseDate(text: string, today: IsoDate): ParsedDate {
  const trimmed = text.trim().toLowerCase();
  if (trimmed === '') return { kind: 'blank' };
  if (trimmed === 'today' || trimmed === 'heute') return { kind: 'date', iso: today };
  const back = /^-(\d{1,4})$/.exec(trimmed);
  if (back) return { kind: 'date', iso: shiftDays(today, -Number(back[1])) };

  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(trimmed);
  if (iso) return existing(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const dotted = /^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})$/.exec(trimmed);
  if (dotted) return existing(Number(dotted[3]), Number(dotted[2]), Number(dotted[1]));
  const named = /^(\d{1,2})\.?\s+([a-zä]{3})[a-z]*\.?,?\s+(\d{4})$/.exec(trimmed);
  if (named) return existing(Number(named[3]), MONTHS.findIndex((names) => names.includes(named[2] ?? '')) + 1, Number(named[1]));
  const slashed = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(trimmed);
  if (slashed) {
    const [first, second, year] = [Number(slashed[1]), Number(slashed[2]), Number(slashed[3])];
    if (first === second) return existing(year, first, second);
    if (first <= 12 && second <= 12) return { kind: 'ambiguous' };
    return first > 12 ? existing(year, second, first) : existing(year, first, second);
  }
  return { kind: 'not_a_date' };
}

/** Today by the computer's calendar. */
export function localToday(now: Date): IsoDate {
  return isoDate(now.getFullYear(), now.getMonth() + 1, now.getDate());
}

function existing(year: number, month: number, day: number): ParsedDate {
  const probe = new Date(Date.UTC(year, month - 1, day));
  const exists = probe.getUTCFullYear() === year && probe.getUTCMonth() === month - 1 && probe.getUTCDate() === day;
  return exists && year >= 1900 ? { kind: 'date', iso: isoDate(year, month, day) } : { kind: 'not_a_date' };
}

export function shiftDays(iso: IsoDate, days: number): IsoDate {
  const moved = new Date(`${iso}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

function isoDate(year: number, month: number, day: number): IsoDate {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

import { describe, expect, it } from 'vitest';
import { localToday, parseDate, parseNumber } from '../../src/state/parse.ts';

describe('parseNumber', () => {
  it.each([
    ['34', 34],
    [' 3.4 ', 3.4],
    ['3,4', 3.4],
    ['0,125', 0.125],
    ['-2', -2],
    ['1250', 1250],
  ])('reads %s', (text, value) => {
    expect(parseNumber(text)).toEqual({ kind: 'number', value });
  });

  it.each(['1,250', '12,500', '1.250.000', '1 250', "1'250"])('refuses %s, which names two numbers', (text) => {
    expect(parseNumber(text)).toEqual({ kind: 'ambiguous' });
  });

  it.each(['3.4.5', 'abc', '3 g', '1e5', '--2', '3,'])('refuses %s', (text) => {
    expect(parseNumber(text)).toEqual({ kind: 'not_a_number' });
  });

  it('keeps blank apart from zero', () => {
    expect(parseNumber('  ')).toEqual({ kind: 'blank' });
    expect(parseNumber('0')).toEqual({ kind: 'number', value: 0 });
  });
});

describe('parseDate', () => {
  const TODAY = '2026-03-02';

  it.each([
    ['2026-03-04', '2026-03-04'],
    ['4.3.2026', '2026-03-04'],
    ['04. 03. 2026', '2026-03-04'],
    ['4 Mar 2026', '2026-03-04'],
    ['4 march 2026', '2026-03-04'],
    ['14/3/2026', '2026-03-14'],
    ['3/14/2026', '2026-03-14'],
    ['3/3/2026', '2026-03-03'],
    ['today', '2026-03-02'],
    ['-3', '2026-02-27'],
  ])('reads %s', (text, iso) => {
    expect(parseDate(text, TODAY)).toEqual({ kind: 'date', iso });
  });

  it('refuses a date whose day and month could be swapped', () => {
    expect(parseDate('3/4/2026', TODAY)).toEqual({ kind: 'ambiguous' });
  });

  it.each(['30.2.2026', '2026-13-01', '4 Mei 2026', '12.3.26', '1.1.0026', 'tomorrow'])('refuses %s', (text) => {
    expect(parseDate(text, TODAY)).toEqual({ kind: 'not_a_date' });
  });

  it('takes today from the local calendar', () => {
    expect(localToday(new Date(2026, 0, 5, 23, 30))).toBe('2026-01-05');
  });
});

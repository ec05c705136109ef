import words from 'virtual:words';
import { describe, expect, it } from 'vitest';
import { ageOn, bytes, count, date, number, people, unitLabel } from '../../src/state/format.ts';
import { setWords } from '../../src/state/words.svelte.ts';

describe('people', () => {
  it('gives whole numbers of 100', () => {
    expect(people(0.524)).toBe('52');
    expect(people(0.525)).toBe('53');
  });

  it('says 0 and 100 only of certainty', () => {
    expect([people(0), people(0.004), people(0.006)]).toEqual(['0', '<1', '1']);
    expect([people(1), people(0.996), people(0.994)]).toEqual(['100', '>99', '99']);
  });
});

describe('numbers', () => {
  it('drops needless digits and groups nothing', () => {
    expect([number(104), number(10.4), number(2.4119), number(12500)]).toEqual(['104', '10.4', '2.412', '12500']);
  });

  it('parts counts by thin spaces', () => {
    expect([count(913), count(2684), count(1234567)]).toEqual(['913', '2\u202f684', '1\u202f234\u202f567']);
  });

  it('gives sizes in the unit that keeps them short', () => {
    expect([bytes(0), bytes(999), bytes(1000), bytes(48_234_496), bytes(3_950_000_000)]).toEqual(['0 bytes', '999 bytes', '1.0 kB', '48 MB', '4.0 GB']);
  });

  it('prints units as hospitals do', () => {
    expect(['10^9/L', 'umol/L', 'ug/L', 'kg/m2', 'g/dL', 'mut/Mb'].map(unitLabel)).toEqual(['10⁹/L', 'µmol/L', 'µg/L', 'kg/m²', 'g/dL', 'mut/Mb']);
  });

  it('prints units that are words as words', () => {
    setWords(words);
    expect(['year', 'month', 'day', 'hour', 'mg/d'].map(unitLabel)).toEqual(['years', 'months', 'days', 'hours', 'mg/d']);
  });
});

describe('dates', () => {
  it('writes the month in letters and leaves what is no date', () => {
    expect(date('2026-03-04')).toBe('4 Mar 2026');
    expect(date('soon')).toBe('soon');
  });

  it('counts completed years', () => {
    expect(ageOn('1958-07-21', '2026-07-20')).toBe(67);
    expect(ageOn('1958-07-21', '2026-07-21')).toBe(68);
    expect(ageOn('1960-02-29', '2026-02-28')).toBe(65);
  });
});

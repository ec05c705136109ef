import { expect, it } from 'vitest';
import { isGroupOf, keyGroups, typedGroups } from '../../src/state/recovery.ts';

const KEY = '7QKM-2XTD-9FHP-5';

it('reads the groups of a key however they are set apart', () => {
  const groups = ['7QKM', '2XTD', '9FHP', '5'];
  expect(keyGroups(KEY)).toEqual(groups);
  expect(keyGroups(' 7qkm 2xtd\n9fhp – 5 ')).toEqual(groups);
  expect(keyGroups(' - ')).toEqual([]);
});

it('shows what is typed in groups of five, or as it was set apart in eight', () => {
  expect(typedGroups('7qkm2xtd9f h')).toEqual(['7QKM2', 'XTD9F', 'H']);
  const short = ['7QKM2', 'XTD9', 'HHHHH', 'JJJJJ', 'KKKKK', 'MMMMM', 'NNNNN', 'PPPPP'];
  expect(typedGroups(short.join('-'))).toEqual(short);
  expect(typedGroups('')).toEqual([]);
});

it('knows a copied group and notices a misread one', () => {
  expect(isGroupOf(KEY, 1, ' 2xtd ')).toBe(true);
  expect(isGroupOf(KEY, 1, '2XT0')).toBe(false);
  expect(isGroupOf(KEY, 1, '7QKM')).toBe(false);
  expect(isGroupOf(KEY, 1, '')).toBe(false);
  expect(isGroupOf(KEY, 1, KEY)).toBe(false);
});

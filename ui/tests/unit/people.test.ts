import words from 'virtual:words';
import { beforeEach, expect, it } from 'vitest';
import { complete, MANAGERS, NOBODY, roleLabel, ROLES, SPECIALTIES, specialtyLabel } from '../../src/state/people.ts';
import { setWords } from '../../src/state/words.svelte.ts';

beforeEach(() => setWords(words));

it('asks for name, specialty and role before a person is complete', () => {
  expect(complete(NOBODY)).toBeNull();
  expect(complete({ name: '  ', specialty: 'nursing', role: 'member' })).toBeNull();
  expect(complete({ name: 'Ada', specialty: '', role: 'member' })).toBeNull();
  expect(complete({ name: 'Ada', specialty: 'nursing', role: '' })).toBeNull();
  expect(complete({ name: ' Ada ', specialty: 'nursing', role: 'member' })).toEqual({ name: 'Ada', specialty: 'nursing', role: 'member' });
});

it('names every specialty and role in words, each by another one', () => {
  const labels = [...SPECIALTIES.map(specialtyLabel), ...ROLES.map(roleLabel)];
  expect(labels.filter((label) => label.includes('.'))).toEqual([]);
  expect(new Set(labels).size).toBe(15);
});

it('lets no member look after the others', () => {
  expect(MANAGERS).not.toContain('member');
});

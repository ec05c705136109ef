import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import words from 'virtual:words';
import { beforeEach, expect, it } from 'vitest';
import { setWords, t } from '../../src/state/words.svelte.ts';

const SOURCE = resolve(import.meta.dirname, '../../src');

function sources(folder = SOURCE): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.(ts|svelte)$/.test(entry.name) ? [readFileSync(path, 'utf8')] : [];
  });
}

const text = sources().join('\n');
/** Keys in full, and the fixed beginnings of keys that end in a code. */
const literal = [...text.matchAll(/\bt\(\s*'([a-z0-9_.]+)'/g), ...text.matchAll(/\? '((?:screen|viewer)\.[a-z0-9_.]+)'|: '((?:screen|viewer)\.[a-z0-9_.]+)'/g)].map((found) => found[1] ?? found[2] ?? '');
const beginnings = [...text.matchAll(/`((?:screen|viewer|finding|error|refusal|population|absence|subject|image_rejection)\.[a-z0-9_.]*)\$\{/g)].map((found) => found[1] ?? '');

beforeEach(() => setWords({ hello: 'Hello {name}, {again} {name}', waits: 'It is {absence}', 'absence.pending': 'result pending' }));

it('fills placeholders, keeps unknown ones and returns an unknown key', () => {
  expect(t('hello', { name: 'Ö' })).toBe('Hello Ö, {again} Ö');
  expect(t('no.such.key')).toBe('no.such.key');
});

it('replaces a value that has words of its own, and never reads a value as a template', () => {
  expect(t('waits', { absence: 'pending' })).toBe('It is result pending');
  expect(t('hello', { name: '{again}', again: 'x' })).toBe('Hello {again}, x {again}');
});

it('has words for every key that the interface uses', () => {
  expect(literal.length).toBeGreaterThan(150);
  expect(literal.filter((key) => !(key in words))).toEqual([]);
});

it('uses every word of its screens', () => {
  const own = Object.keys(words).filter((key) => key.startsWith('screen.'));
  const unused = own.filter((key) => !literal.includes(key) && !beginnings.some((beginning) => key.startsWith(beginning)));
  expect(unused).toEqual([]);
});

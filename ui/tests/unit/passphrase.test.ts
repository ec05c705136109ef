import { expect, it } from 'vitest';
import { isAcceptable, passphraseHint } from '../../src/state/passphrase.ts';

it.each([
  ['short', 'too_short'],
  ['aaaaaaaaaaaaaa', 'repeated'],
  ['qwertzuiopas', 'sequence'],
  ['hospital1234', 'sequence'],
  ['metastasising', 'one_word'],
  ['Purple-tiger7', 'fair'],
  ['correct horse battery staple', 'good'],
])('says of %s that it is %s', (passphrase, hint) => {
  expect(passphraseHint(passphrase)).toBe(hint);
});

it('accepts what is long enough and typed twice alike', () => {
  expect(isAcceptable('twelve chars', 'twelve chars')).toBe(true);
  expect(isAcceptable('twelve chars', 'twelve Chars')).toBe(false);
  expect(isAcceptable('eleven char', 'eleven char')).toBe(false);
});

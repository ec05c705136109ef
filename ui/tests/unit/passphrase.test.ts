import { expect, it } from 'vitest';
import { isAcceptable, passphraseHint } from '../../src/state/passphrase.ts';

const MINIMUM = 15;

it.each([
  ['short', 'too_short'],
  ['Purple-tiger7', 'too_short'],
  ['aaaaaaaaaaaaaaa', 'repeated'],
  ['qwertzuiopasyxcv', 'sequence'],
  ['cityhospital1234', 'sequence'],
  ['metastasisingly', 'one_word'],
  ['Purple-tiger7-on', 'fair'],
  ['correct horse battery staple', 'good'],
])('says of %s that it is %s', (passphrase, hint) => {
  expect(passphraseHint(passphrase, MINIMUM)).toBe(hint);
});

it('accepts what is long enough and typed twice alike', () => {
  expect(isAcceptable('fifteen letters', 'fifteen letters', MINIMUM)).toBe(true);
  expect(isAcceptable('fifteen letters', 'fifteen Letters', MINIMUM)).toBe(false);
  expect(isAcceptable('fourteen chars', 'fourteen chars', MINIMUM)).toBe(false);
});

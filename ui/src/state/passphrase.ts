// Hints on a passphrase while it is typed. They advise; only the length is required.

export type PassphraseHint = 'too_short' | 'one_word' | 'repeated' | 'sequence' | 'fair' | 'good';

/** The most useful next advice; `fair` and `good` mean that it may be used. */
export function passphraseHint(passphrase: string, minimum: number): PassphraseHint {
  if (passphrase.length < minimum) return 'too_short';
  if (new Set(passphrase.toLowerCase()).size < 6) return 'repeated';
  if (/(0123|1234|2345|3456|4567|5678|6789|abcd|qwer|asdf)/i.test(passphrase)) return 'sequence';
  const words = passphrase.trim().split(/[\s\-_.,]+/).filter((word) => word.length >= 3);
  if (words.length >= 4 || passphrase.length >= 20) return 'good';
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(passphrase)).length;
  return kinds === 1 ? 'one_word' : 'fair';
}

/** True if the store may be made with it. */
export function isAcceptable(passphrase: string, repeated: string, minimum: number): boolean {
  return passphrase.length >= minimum && passphrase === repeated;
}

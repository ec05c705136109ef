// Every sentence on the screen comes from assets/words through this file.
import { SvelteMap } from 'svelte/reactivity';
import type { Language } from '../host/types.ts';

const entries = new SvelteMap<string, string>();
let spoken = $state<Language>('en');

/** The language of the words, which dates and numbers beside them follow. */
export function language(): Language {
  return spoken;
}

/** Texts that stay in the language of their source, and the languages that they are written in, the usual one first. */
const WRITTEN_IN: Record<'pathway' | 'scores' | 'packs' | 'reasons', [Language, ...Language[]]> = { pathway: ['en'], scores: ['en'], packs: ['en'], reasons: ['de'] };

export type TextSource = keyof typeof WRITTEN_IN;

/** The `lang` of an element with such a text, so that it is read aloud rightly; none where it is in the language spoken. */
export function langOf(source: TextSource): Language | undefined {
  const languages = WRITTEN_IN[source];
  return languages.includes(spoken) ? undefined : languages[0];
}

/** Replaces all words by those of one language. */
export function setWords(words: Record<string, string>, of: Language = 'en'): void {
  spoken = of;
  entries.clear();
  for (const [key, text] of Object.entries(words)) entries.set(key, text);
}

/** True if the language has this key. */
export function hasWord(key: string): boolean {
  return entries.has(key);
}

/**
 * The sentence of a key with its `{name}` placeholders filled; an unknown key is returned itself.
 * A value that has words of its own as `name.value` is replaced by them.
 */
export function t(key: string, parameters: Record<string, string | number> = {}): string {
  const text = entries.get(key) ?? key;
  return text.replace(/\{([a-z0-9_]+)\}/g, (whole, name: string) => {
    const value = parameters[name];
    return value === undefined ? whole : (entries.get(`${name}.${value}`) ?? String(value));
  });
}

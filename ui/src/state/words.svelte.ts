// Every sentence on the screen comes from assets/words through this file.
import { SvelteMap } from 'svelte/reactivity';
import type { Language } from '../host/types.ts';

const entries = new SvelteMap<string, string>();
let spoken = $state<Language>('en');

/** The language of the words, which dates and numbers beside them follow. */
export function language(): Language {
  return spoken;
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

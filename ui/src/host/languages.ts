// The languages that words and catalogue are shipped in.
import type { Language } from './types.ts';

/** English first, which stands in for every other. */
export const LANGUAGES: Language[] = ['en', 'de'];

/** The language of a tag such as `de-AT`; English for every language without words. */
export function languageOf(tag: string): Language {
  const primary = tag.split('-')[0]?.toLowerCase();
  return LANGUAGES.find((language) => language === primary) ?? 'en';
}

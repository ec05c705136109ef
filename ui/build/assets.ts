// Makes the repository's data files readable in the browser for the demo host and the tests:
// `virtual:words` is assets/words/<language>.toml flattened to dotted keys, `virtual:catalogue` holds the
// groups, features, derivation rules and contradictions of assets/features.toml and the cohorts of assets/reference_cohorts.toml.
// The default of both is English, `languages` has all. `virtual:week` is what assets/completeness.toml, assets/pathway_clock.toml and
// assets/deviation_reasons.toml say, in no language.
// The real window gets all of it from Rust.
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'smol-toml';
import type { Plugin } from 'vite';

const ASSETS = resolve(import.meta.dirname, '../../assets');
const LANGUAGES = ['en', 'de'];
const WORDS = resolve(ASSETS, 'words');
const CATALOGUE = resolve(ASSETS, 'features.toml');
const REFERENCE_COHORTS = resolve(ASSETS, 'reference_cohorts.toml');

// As clinical::level::LEVEL_NAMES.
const LEVELS = [
  ...['C0', 'C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7'],
  ...Array.from({ length: 13 }, (_, index) => `T${index + 1}`),
  ...['L1', 'L2', 'L3', 'L4', 'L5', 'L6', 'S1', 'S2', 'S3', 'S4', 'S5'],
];

type Table = Record<string, unknown>;

/** Nested tables become dotted keys: `{a: {b: "c"}}` gives `a.b = c`. */
export function flatten(table: Table, prefix = ''): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [key, value] of Object.entries(table)) {
    if (typeof value === 'string') flat[prefix + key] = value;
    else Object.assign(flat, flatten(value as Table, `${prefix}${key}.`));
  }
  return flat;
}

/** The words of one language as the `words` command returns them. */
export function readWords(language = 'en'): Record<string, string> {
  return flatten(parse(readFileSync(resolve(WORDS, `${language}.toml`), 'utf8')));
}

interface Translation {
  group: Record<string, string>;
  feature: Record<string, { label: string; help: string; options?: Record<string, string> }>;
  rule: Record<string, string>;
}

/** A catalogue in another language, as clinical::catalogue::translation lays the words over it. */
function translated({ groups, features, rules, ...rest }: Table, { group, feature, rule }: Translation): Table {
  const own = (one: Table, words: Record<string, string>): string => words[one.id as string] ?? (one.label as string);
  return {
    ...rest,
    groups: (groups as Table[]).map((one) => ({ ...one, label: own(one, group) })),
    features: (features as Table[]).map((one) => {
      const { label, help, options = {} } = feature[one.id as string] ?? { label: one.label, help: one.help };
      return { ...one, label, help, options: (one.options as Table[]).map((option) => ({ ...option, label: own(option, options) })) };
    }),
    rules: (rules as Table[]).map((one) => ({ ...one, note: rule[one.feature as string] ?? one.note })),
  };
}

/** The features that conditions read, in the order of the catalogue. */
function readBy(conditions: (Table | undefined)[], features: string[]): string[] {
  const keys = (condition: Table | undefined): string[] =>
    Object.entries(condition ?? {}).flatMap(([key, value]) => (key === 'any_of' ? (value as Table[]).flatMap(keys) : [key]));
  const read = new Set(conditions.flatMap(keys));
  return features.filter((id) => read.has(id));
}

/** A list of features as a condition that reads them. */
function named(ids: unknown): Table {
  return Object.fromEntries(((ids as string[] | undefined) ?? []).map((id) => [id, true]));
}

/** The catalogue as the `catalogue` command returns it; what the file leaves out is as Rust reads it. */
export function readCatalogue(language = 'en'): Table {
  if (language !== 'en') return translated(readCatalogue(), parse(readFileSync(resolve(WORDS, `${language}.catalogue.toml`), 'utf8')) as unknown as Translation);
  const file = parse(readFileSync(CATALOGUE, 'utf8')) as Record<string, Table[] | undefined>;
  const absent = {
    help: '',
    options: [],
    other_units: [],
    codes: [],
    read_by: [],
    only_for_primaries: [],
    derived: false,
    important: false,
    bounded: false,
    blank_is_usual: false,
    asked: true,
  };
  const features = (file.feature ?? []).map(({ id }) => id as string);
  return {
    levels: LEVELS,
    reference_cohorts: (parse(readFileSync(REFERENCE_COHORTS, 'utf8')) as { cohort: Table[] }).cohort,
    groups: file.group ?? [],
    features: (file.feature ?? []).map((feature) => ({
      ...absent,
      ...feature,
      other_units: ((feature.other_units as Table[] | undefined) ?? []).map((conversion) => ({ offset: 0, ...conversion })),
    })),
    rules: (file.rule ?? []).map(({ feature, note, citation, row, ratio }) => ({
      feature,
      note: note ?? '',
      citation: citation ?? '',
      reads: readBy([...((row as Table[] | undefined) ?? []).map(({ when }) => when as Table), named(ratio)], features),
    })),
    contradictions: (file.contradiction ?? []).map(({ id, when, exceeds }) => ({ rule: id, reads: readBy([when as Table | undefined, named(exceeds)], features) })),
  };
}

/** What the settings of the week are chosen from, as the `week_settings` command returns it; what the files leave out is as Rust reads it. */
export function readWeek(): Table {
  const read = (name: string): Record<string, Table | Table[]> => parse(readFileSync(resolve(ASSETS, name), 'utf8')) as Record<string, Table | Table[]>;
  const rows = (table: Table | Table[] | undefined): Table[] => (Array.isArray(table) ? table : []);
  const [needed, clock, reasons] = [read('completeness.toml'), read('pathway_clock.toml'), read('deviation_reasons.toml')];
  const item = { all: [], any: [], modality: null, question: false, limit_days: null, primary_tumours: [] };
  const interval = { limit_days: null, urgent_limit_days: null, citation: null, provenance: null };
  return {
    completeness_items: rows(needed.item).map((one) => ({ ...item, ...one })),
    clock_intervals: rows(clock.interval).map((one) => ({ ...interval, ...one })),
    clock_audit: clock.audit,
    deviation_reasons: { ...reasons, reason: rows(reasons.reason).map((one) => ({ ends_treatment: false, ...one })) },
  };
}

/** The Vite plugin that serves the virtual modules. */
export function repositoryAssets(): Plugin {
  const sources: Record<string, (language: string) => unknown> = {
    'virtual:words': readWords,
    'virtual:catalogue': readCatalogue,
    'virtual:week': readWeek,
  };
  return {
    name: 'repository-assets',
    resolveId: (id) => (id in sources ? `\0${id}` : undefined),
    load(id) {
      const read = sources[id.slice(1)];
      if (!id.startsWith('\0') || !read) return undefined;
      for (const name of readdirSync(WORDS)) this.addWatchFile(resolve(WORDS, name));
      this.addWatchFile(CATALOGUE);
      const languages = Object.fromEntries(LANGUAGES.map((language) => [language, read(language)]));
      return `export const languages = ${JSON.stringify(languages)};\nexport default languages.en;`;
    },
  };
}

// The logic of the form, without a screen: what a field shows, what a typed entry means, and the
// order of fields. Plausibility, unit conversion and derivation are Rust's.
import { number, unitLabel } from './format.ts';
import { parseNumber } from './parse.ts';
import type {
  CaseView,
  CatalogueView,
  Feature,
  FeatureId,
  Group,
  Level,
  Observation,
  Subject,
  UsedFact,
  Value,
} from '../host/types.ts';

/** Follows from the level that is chosen, so the form never asks for it. */
export const LEVEL_FEATURE = 'vertebral_level';

/** How a feature is asked. */
export type Control = 'number' | 'segments' | 'list';

/** Choices with more options than this become a list. */
const MOST_SEGMENTS = 6;
/** Whole numbers without a unit and with few values are asked as buttons, such as ECOG 0 to 4. */
const MOST_STEPS = 11;

export interface Option {
  value: Value;
  label: string;
}

/** The options of a feature that is asked by picking, in order. */
export function optionsOf(feature: Feature, yes: string, no: string): Option[] {
  if (feature.kind === 'flag') {
    return [
      { value: true, label: yes },
      { value: false, label: no },
    ];
  }
  if (feature.kind === 'choice') return feature.options.map(({ id, label }) => ({ value: id, label }));
  if (feature.kind === 'integer' && feature.limits && !feature.unit) {
    const { min, max } = feature.limits;
    const step = feature.step ?? 1;
    const steps = Math.floor((max - min) / step) + 1;
    if (steps <= MOST_STEPS) {
      return Array.from({ length: steps }, (_, index) => ({ value: min + index * step, label: String(min + index * step) }));
    }
  }
  return [];
}

export function controlOf(feature: Feature): Control {
  if (feature.kind === 'flag') return 'segments';
  if (feature.kind === 'choice') {
    const letters = feature.options.reduce((sum, option) => sum + option.label.length, 0);
    return feature.options.length <= MOST_SEGMENTS && letters <= 40 ? 'segments' : 'list';
  }
  return optionsOf(feature, '', '').length > 0 ? 'segments' : 'number';
}

/** Units that may be chosen, the catalogue's own first. */
export function unitsOf(feature: Feature): string[] {
  return feature.unit === undefined ? [] : [feature.unit, ...feature.other_units.map(({ unit }) => unit)];
}

/** Names a field within a case: the feature and what it is about. */
export function fieldKey(feature: FeatureId, subject: Subject): string {
  return subject.kind === 'patient' ? feature : `${feature}@${subject.kind}:${subject.name}`;
}

export function sameSubject(one: Subject, other: Subject): boolean {
  return fieldKey('', one) === fieldKey('', other);
}

/** What a feature of this kind is about, given the chosen level and lesion. */
export function subjectFor(feature: Feature, level: Level | null, lesion: string): Subject | null {
  if (feature.per === 'patient') return { kind: 'patient' };
  if (feature.per === 'level') return level === null ? null : { kind: 'level', name: level };
  return lesion === '' ? null : { kind: 'lesion', name: lesion };
}

/** All observations of a field, the latest first: by day observed, then by moment recorded. */
export function historyOf(view: CaseView, feature: FeatureId, subject: Subject): Observation[] {
  const day = (observation: Observation) => observation.observed_on ?? observation.recorded_at.slice(0, 10);
  return view.case.observations
    .filter((observation) => observation.feature === feature && sameSubject(observation.subject, subject))
    .sort((one, other) => day(other).localeCompare(day(one)) || other.recorded_at.localeCompare(one.recorded_at));
}

/** The fact that counts for a field, if any: for the assessment, or at another level for the index by vertebra. */
export function usedFact(view: CaseView, feature: FeatureId, subject: Subject): UsedFact | undefined {
  const used = [...view.assessment.facts_used, ...view.spine.flatMap(({ facts }) => facts)];
  return used.find((fact) => fact.feature === feature && sameSubject(fact.subject, subject));
}

/** A value as it is read, without its unit. */
export function valueLabel(feature: Feature, value: Value, yes: string, no: string): string {
  if (typeof value === 'boolean') return value ? yes : no;
  if (typeof value === 'number') return number(value);
  return feature.options.find(({ id }) => id === value)?.label ?? value;
}

/** A value with its unit. */
export function valueWithUnit(feature: Feature, value: Value, unit: string | undefined, yes: string, no: string): string {
  const label = valueLabel(feature, value, yes, no);
  const shown = unit ?? feature.unit;
  return typeof value === 'number' && shown !== undefined ? `${label} ${unitLabel(shown)}` : label;
}

export type Commit =
  | { kind: 'nothing' }
  | { kind: 'problem'; code: 'ambiguous' | 'not_a_number' | 'not_whole' }
  | { kind: 'value'; value: number };

/** What a typed number asks for. Blank never writes: a blank field stays unknown. */
export function readTyped(feature: Feature, text: string): Commit {
  const parsed = parseNumber(text);
  switch (parsed.kind) {
    case 'blank':
      return { kind: 'nothing' };
    case 'number':
      return feature.kind === 'integer' && !Number.isInteger(parsed.value)
        ? { kind: 'problem', code: 'not_whole' }
        : { kind: 'value', value: parsed.value };
    default:
      return { kind: 'problem', code: parsed.kind };
  }
}

export interface Section {
  group: Group;
  features: Feature[];
}

/**
 * The form: groups in catalogue order with the features that match the filter, without outcomes and
 * without what the case itself states.
 */
export function sections(catalogue: CatalogueView, filter: string, only?: (feature: Feature) => boolean): Section[] {
  const wanted = filter.trim().toLowerCase();
  const matches = (feature: Feature) =>
    wanted === '' ||
    feature.label.toLowerCase().includes(wanted) ||
    feature.id.includes(wanted.replaceAll(' ', '_')) ||
    feature.options.some(({ label }) => wanted.length > 3 && label.toLowerCase().includes(wanted));
  return catalogue.groups
    .map((group) => ({
      group,
      features: catalogue.features.filter(
        (feature) =>
          feature.group === group.id && feature.kind !== 'outcome' && feature.asked && matches(feature) && (only?.(feature) ?? true),
      ),
    }))
    .filter(({ features }) => features.length > 0);
}

/** How many features of a group have a value in the assessment. */
export function knownIn(view: CaseView, features: Feature[]): number {
  const known = new Set(view.assessment.facts_used.map((fact) => fact.feature));
  return features.filter((feature) => known.has(feature.id)).length;
}

/** Levels that have observations, from head to foot. */
export function recordedLevels(view: CaseView, levels: Level[]): Level[] {
  const names = new Set(view.case.observations.flatMap(({ subject }) => (subject.kind === 'level' ? [subject.name] : [])));
  return levels.filter((level) => names.has(level));
}

// What the named reasons of a forecast read like. Which are named, and in which order, was decided in Rust.
import type { Explanation, Feature, FeatureId, NamedReason } from '../host/types.ts';
import { about } from './forecast.ts';
import { valueWithUnit } from './form.ts';
import { fixed, people } from './format.ts';
import { hasWord, t } from './words.svelte.ts';

type FeatureOf = (id: FeatureId) => Feature | undefined;

/** The forecast beside that of a patient of whom nothing is known, in whole numbers. */
export function reasonNumbers({ endpoint, months, total_probability, baseline_probability }: Explanation): string {
  const shown = (share: number) => (endpoint === 'cord_compression' ? about(share, share) : people(share));
  return t(`reasons.${endpoint}.numbers`, { months, total: shown(total_probability), baseline: shown(baseline_probability) });
}

/** What made the difference, the strongest reasons first. */
export function reasonSentences({ endpoint, sentences }: Explanation, featureOf: FeatureOf): string[] {
  return sentences.map(({ kind, reasons }) =>
    t(`reasons.${endpoint}.${kind}`, { reasons: reasons.map((reason) => named(reason, featureOf)).join('; ') }),
  );
}

/** By its facts with their values, or by the word of its group. */
function named({ group, factor, facts }: NamedReason, featureOf: FeatureOf): string {
  const names = facts.map(({ feature: id, value, form }) => {
    const feature = featureOf(id);
    const reading = feature ? valueWithUnit(feature, value, undefined, t('value.true'), t('value.false')) : String(value);
    // A number stays on the line of its unit.
    return t(`reasons.fact.${form}`, { feature: feature?.label ?? id, reading: form === 'number' ? reading.replaceAll(' ', '\u00a0') : reading });
  });
  const word = `reason_group.${group}`;
  const ofGroup = hasWord(word) ? t(word) : t('reasons.unnamed', { group });
  return t('reasons.named', { names: names.length > 0 ? names.join(', ') : ofGroup, factor: fixed(factor, 2) });
}

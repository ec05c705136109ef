// What the reasons of a forecast read like, and what leads from them to the facts and to the evidence. Which are named,
// and in which order, was decided in Rust.
import type { Assessment, CaseView, CatalogueView, EvidenceSource, Explanation, Feature, FeatureId, Finding, ForecastReason, NamedReason, Subject, SurvivalForecast } from '../host/types.ts';
import { about } from './forecast.ts';
import { valueWithUnit } from './form.ts';
import { date, daysBetween, fixed, people } from './format.ts';
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
  return t('reasons.named', { names: names.length > 0 ? names.join(', ') : groupName(group), factor: fixed(factor, 2) });
}

/** The word of a group of facts. */
export function groupName(group: string): string {
  const word = `reason_group.${group}`;
  return hasWord(word) ? t(word) : t('reasons.unnamed', { group });
}

/** Which way a reason moves the shown number, in words. */
export function directionText({ endpoint }: Explanation, { amount }: ForecastReason): string {
  const side = amount > 0 === (endpoint === 'cord_compression') ? 'more' : 'less';
  return t(`screen.reason_facts.${endpoint}_${side}`);
}

/** A known fact behind a reason. */
export interface FactBehind {
  feature: FeatureId;
  subject: Subject | null;
  /** With its unit; empty where only the score that gives it knows it. */
  reading: string;
  /** The day on which it held, and how long before the judgement. */
  when: string;
  /** Why it counts as old; empty where it does not. */
  old: string;
  /** Who entered it from where, or how it was computed; empty where `reads` say it. */
  source: string;
  reads: FeatureId[];
  /** The image that it was read from. */
  image: { sopInstanceUid: string; mark: string | null } | null;
}

/** The known facts of a reason, in the order of its group. */
export function factsBehind({ assessment, case: { observations } }: CaseView, { features }: ForecastReason, featureOf: FeatureOf): FactBehind[] {
  return features.map((feature) => {
    const fact = assessment.facts_used.find((used) => used.feature === feature);
    const description = featureOf(feature);
    if (!fact || !description) {
      return { feature, subject: null, reading: '', when: '', old: '', source: t('screen.reason_facts.by_score'), reads: [], image: null };
    }
    const { origin, subject, stale, observed_on: day } = fact;
    const observation = origin.kind === 'observed' ? observations.find(({ id }) => id === origin.observation_id) : undefined;
    const limit = description.stale_after_days;
    const from = observation?.source;
    return {
      feature,
      subject,
      reading: valueWithUnit(description, fact.value, undefined, t('value.true'), t('value.false')),
      when: day === undefined ? t('screen.reason_facts.undated') : whenText(day, assessment.index_date),
      old: !stale ? '' : origin.kind === 'observed' && limit !== undefined ? t('screen.reason_facts.old', { days: limit }) : t('screen.reason_facts.rests_on_old'),
      source: sourceText(observation, origin.kind === 'derived' ? origin.reads : []),
      reads: origin.kind === 'derived' ? origin.reads : [],
      image: from?.kind === 'image' ? { sopInstanceUid: from.sop_instance_uid, mark: from.mark ?? null } : null,
    };
  });
}

function sourceText(observation: CaseView['case']['observations'][number] | undefined, reads: FeatureId[]): string {
  if (!observation) return reads.length > 0 ? '' : t('screen.reason_facts.from_case');
  const { source, author } = observation;
  const name = source.kind === 'file' ? source.name : '';
  return t('screen.reason_facts.entered', { source: t(`screen.source.${source.kind}`, { name }), author });
}

function whenText(on: string, judgedOn: string): string {
  const days = daysBetween(on, judgedOn);
  const day = date(on);
  if (days === 0) return t('screen.reason_facts.on_the_day', { day });
  return days === 1 ? t('screen.reason_facts.one_day_before', { day }) : t('screen.reason_facts.days_before', { day, days });
}

/** Papers that a reason cites, each once, and ids that this version does not know. */
export function evidenceBehind({ sources }: Explanation, { citations }: ForecastReason): { papers: EvidenceSource[]; unknown: string[] } {
  const known = new Map(sources.map((source) => [source.id, source]));
  const papers = new Map(citations.flatMap((id) => known.get(id) ?? []).map((source) => [`${source.citation.text} ${source.provenance}`, source]));
  return { papers: [...papers.values()], unknown: citations.filter((id) => !known.has(id)) };
}

/** Known facts that the forecast does not read, directly or through a fact that is computed from them. */
export function notRead({ facts_used: facts, scores }: Assessment, { used, averaged_over: blank }: SurvivalForecast): FeatureId[] {
  const read = new Set<FeatureId>();
  const open = [...used, ...blank];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (read.has(id)) continue;
    read.add(id);
    for (const { feature, origin } of facts) if (feature === id && origin.kind === 'derived') open.push(...origin.reads);
    // The total of the items stands for itself, see `with_stability` in the board.
    if (id === 'sins_total') open.push(...scores.flatMap((score) => (score.id === 'sins_2010' && score.outcome.kind === 'total' ? score.outcome.items.flatMap(({ reads }) => reads) : [])));
  }
  return [...new Set(facts.map(({ feature }) => feature))].filter((id) => !read.has(id));
}

/** A finding that shakes the forecast, with the facts that it is about. */
export interface Doubt {
  finding: Finding;
  features: FeatureId[];
}

const SHAKING = ['contradiction', 'typed_differs', 'implausible'];

/** What contradicts, or differs from what the other facts give, among the facts that the forecast reads. */
export function doubts({ facts_used: facts, findings }: Assessment, { used }: SurvivalForecast, { contradictions }: CatalogueView): Doubt[] {
  const known = new Set(facts.map(({ feature }) => feature));
  const about = (finding: Finding): FeatureId[] => {
    if (finding.feature !== undefined) return [finding.feature];
    const reads = contradictions.find(({ rule }) => rule === finding.parameters.rule)?.reads ?? [];
    return reads.filter((id) => known.has(id));
  };
  return findings
    .filter(({ code, severity }) => severity !== 'note' && SHAKING.includes(code))
    .map((finding) => ({ finding, features: about(finding) }))
    .filter(({ features }) => features.some((id) => used.includes(id)));
}

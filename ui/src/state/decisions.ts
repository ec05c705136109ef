// Decisions in words, as the screen reads them back. Nothing here decides anything.
import type { Action, BoardDecision, Finding, Recommendation } from '../host/types.ts';
import { doseText } from './courses.ts';
import type { Session } from './session.svelte.ts';
import { t } from './words.svelte.ts';

/** The option, or that the board deferred and for what. */
export function optionText({ option, deferred_for: reason }: Recommendation): string {
  if (option !== null) return t(`benefit_option.${option}`);
  return reason.trim() === '' ? t('screen.decision_sheet.nothing_recommended') : t('screen.decision_sheet.deferred_because', { reason });
}

/** Levels, dose, operation and drugs, as far as they were said. */
export function detailText(recommendation: Recommendation): string {
  const { levels, procedure, systemic_plan: plan } = recommendation;
  return [levels.join(', '), doseText(recommendation), procedure, plan].filter((part) => part.trim() !== '').join('; ');
}

export function recommendationText(recommendation: Recommendation): string {
  return [optionText(recommendation), detailText(recommendation)].filter(Boolean).join('; ');
}

/** The recommendation that holds: that of the last addendum with one. */
export function standing(decision: BoardDecision): Recommendation {
  return decision.addenda?.findLast(({ recommendation }) => recommendation !== undefined)?.recommendation ?? decision.recommendation;
}

/** The actions of a decision and of its addenda. */
export function allActions(decision: BoardDecision): Action[] {
  return [...decision.actions, ...(decision.addenda ?? []).flatMap(({ actions }) => actions ?? [])];
}

/** As Rust names a finding that somebody acknowledges: its code and, where it is about one, feature. */
function keyOf({ code, feature }: Finding): string {
  return feature === undefined ? code : `${code}:${feature}`;
}

/** The sentences of a finding that was, or is to be, acknowledged; of one that is no longer there, what it was about. */
export function openFindingTexts(session: Session, key: string): string[] {
  const found = (session.view?.assessment.findings ?? []).filter((finding) => keyOf(finding) === key);
  if (found.length > 0) return found.map((finding) => session.findingText(finding));
  const [code = '', feature] = key.split(':');
  if (code === 'clock_set_back') return [t('screen.decision_sheet.clock_was_set_back')];
  return [feature === undefined ? t('screen.decision_sheet.finding_then') : t('screen.decision_sheet.finding_then_about', { feature: session.label(feature) })];
}

/** A hash in groups of eight, which two people can compare aloud. */
export function inGroups(hash: string): string[] {
  return hash.match(/.{1,8}/g) ?? [];
}

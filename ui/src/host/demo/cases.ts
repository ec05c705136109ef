// Cases and facts of the demo host. It computes nothing clinical: scores and forecasts stay as recorded.
import catalogue from 'virtual:catalogue';
import type { Host } from '../host.ts';
import type { Assessment, CaseSummary, CaseView, EarlierResult, EntryAdvice, FeatureId, Observation, UsedFact } from '../types.ts';
import { NOW, refuse, type Memory } from './memory.ts';
import { DEMO_CASE, EMERGENCY, EMPTY_CASE, REASONS, RECALIBRATED } from './recorded.ts';

type CasesHost = Pick<
  Host,
  | 'listCases'
  | 'createCase'
  | 'openCase'
  | 'openDemoCase'
  | 'setIdentity'
  | 'setEpisode'
  | 'setIndexLevel'
  | 'explain'
  | 'earlierResults'
  | 'recordObservation'
  | 'retractObservation'
  | 'undo'
  | 'redo'
  | 'checkEntry'
  | 'saveDraft'
  | 'drafts'
>;

/** The case with other observations; what is recorded no longer counts as missing, and takes the place of what was derived. */
export function withObservations(view: CaseView, observations: Observation[]): CaseView {
  const recorded = view.case.id === DEMO_CASE.case.id ? DEMO_CASE : view;
  const facts = new Map<string, UsedFact>(
    recorded.assessment.facts_used.filter((fact) => fact.origin.kind === 'derived').map((fact) => [fact.feature, fact]),
  );
  for (const observation of observations) {
    if (!('value' in observation)) continue;
    facts.delete(observation.feature);
    facts.set(`${observation.feature} ${JSON.stringify(observation.subject)}`, {
      feature: observation.feature,
      subject: observation.subject,
      value: observation.value,
      origin: { kind: 'observed', observation_id: observation.id },
      ...(observation.observed_on === null ? {} : { observed_on: observation.observed_on }),
      stale: false,
    });
  }
  const known = new Set(observations.map((observation) => observation.feature));
  return {
    ...view,
    case: { ...view.case, observations },
    assessment: {
      ...view.assessment,
      facts_used: [...facts.values()],
      findings: view.assessment.findings.filter(
        (finding) => finding.code !== 'missing' || finding.feature === undefined || !known.has(finding.feature),
      ),
    },
  };
}

/** What the recalibrated model said, as if it had answered before the shipped one. */
const EARLIER: EarlierResult = {
  revision: 1,
  shown_at: NOW,
  app_version: DEMO_CASE.assessment.app_version,
  pack_name: RECALIBRATED.forecast.pack.name,
  pack_version: RECALIBRATED.forecast.pack.version,
  pack_sha256: RECALIBRATED.forecast.pack.sha256,
  forecast: {
    index_date: DEMO_CASE.assessment.index_date,
    recalibrated: true,
    interval_level: RECALIBRATED.forecast.interval_level,
    horizons: RECALIBRATED.forecast.horizons,
  },
};

/** The assessment by a model that forecasts survival and nothing else, of facts that do not go together. */
function ofAnotherModel(assessment: Assessment): Assessment {
  const bare: Assessment = {
    ...assessment,
    findings: [
      { code: 'contradiction', severity: 'warning', subject: { kind: 'patient' }, parameters: { rule: 'ecog_and_karnofsky_disagree' } },
      ...assessment.findings,
    ],
  };
  delete bare.benefit;
  if (bare.forecast.kind === 'available') {
    bare.forecast = { ...bare.forecast };
    delete bare.forecast.cord_compression;
  }
  return bare;
}

/** Plausible limits by the catalogue, tried in each of its units. */
function adviseOn(featureId: FeatureId, value: number, unit: string | null): EntryAdvice {
  const feature = catalogue.features.find(({ id }) => id === featureId);
  const limits = feature?.limits;
  if (!feature || !limits) return { kind: 'plausible' };
  const canonical = (chosen: string | null | undefined) => {
    const other = feature.other_units.find((conversion) => conversion.unit === chosen);
    return other ? value * other.factor + other.offset : value;
  };
  const inside = (chosen: string | null | undefined) => canonical(chosen) >= limits.min && canonical(chosen) <= limits.max;
  if (inside(unit ?? feature.unit)) return { kind: 'plausible' };
  const units = [feature.unit, ...feature.other_units.map((conversion) => conversion.unit)];
  const better = units.find((candidate) => candidate !== (unit ?? feature.unit) && inside(candidate));
  return better === undefined ? { kind: 'implausible', low: limits.min, high: limits.max } : { kind: 'did_you_mean', unit: better };
}

function summary(view: CaseView): CaseSummary {
  const primary = view.case.observations.findLast(({ feature }) => feature === 'primary_tumour');
  return {
    id: view.case.id,
    family_name: view.case.identity.family_name,
    given_name: view.case.identity.given_name,
    patient_id: view.case.identity.patient_id,
    primary_tumour: primary && 'value' in primary ? String(primary.value) : null,
    index_date: view.assessment.index_date,
    synthetic: view.case.synthetic,
    revision: view.revision,
    saved_at: view.saved_at,
  };
}

export function casesHost({ search, revisions, next, latest, save, change }: Memory): CasesHost {
  let drafts: Record<string, string> = {};
  /** By case and revision: the revision whose content an undo or a redo showed again. */
  const restored: Record<string, number> = {};
  const isRestored = (caseId: string, revision: number): boolean => `${caseId}/${revision}` in restored;
  const shownAt = (caseId: string): number => restored[`${caseId}/${latest(caseId).revision}`] ?? latest(caseId).revision;

  /** The last revision that was a change of its own. */
  function lastChange(caseId: string): number {
    return (revisions.get(caseId) ?? []).map(({ revision }) => revision).findLast((revision) => !isRestored(caseId, revision)) ?? 0;
  }

  function restore(caseId: string, target: number): Promise<CaseView> {
    const content = revisions.get(caseId)?.[target - 1] ?? latest(caseId);
    const saved = save({ ...content, can_redo: target < lastChange(caseId) });
    restored[`${caseId}/${saved.revision}`] = target;
    return Promise.resolve(saved);
  }

  /** A recorded case comes into the memory when it is asked for. */
  function openRecorded(caseId: string): Promise<CaseView> {
    if (revisions.has(caseId)) return Promise.resolve(latest(caseId));
    if (caseId === DEMO_CASE.case.id) return Promise.resolve(openDemo());
    return caseId === EMPTY_CASE.case.id ? Promise.resolve(save(EMPTY_CASE)) : refuse('unknown_case');
  }

  function openDemo(): CaseView {
    const { id } = DEMO_CASE.case;
    if (!revisions.has(id)) {
      const forecast = search.has('refused')
        ? { kind: 'refused' as const, code: 'no_pack', parameters: {} }
        : search.get('recalibration') === 'used'
          ? RECALIBRATED.forecast
          : DEMO_CASE.assessment.forecast;
      const pathway = search.has('emergency') ? EMERGENCY : DEMO_CASE.assessment.pathway;
      const assessment: Assessment = { ...DEMO_CASE.assessment, forecast, pathway };
      if (forecast.kind === 'refused') delete assessment.benefit;
      save({ ...DEMO_CASE, assessment: search.has('replaced') ? ofAnotherModel(assessment) : assessment });
    }
    return latest(id);
  }

  return {
    listCases: (text) => {
      const wanted = text.trim().toLowerCase();
      const found = [...revisions.keys()].map((id) => summary(latest(id)));
      const cases = found.filter((entry) => `${entry.family_name} ${entry.given_name} ${entry.patient_id}`.toLowerCase().includes(wanted));
      return Promise.resolve({ total: cases.length, cases });
    },
    createCase: (identity, question) => {
      const number = next();
      const id = `case-${number}`;
      const episodes = [{ id: `episode-${number}`, index_date: EMPTY_CASE.assessment.index_date, question }];
      return Promise.resolve(save({ ...EMPTY_CASE, case: { ...EMPTY_CASE.case, id, identity, episodes } }));
    },
    openCase: openRecorded,
    openDemoCase: () => Promise.resolve(openDemo()),
    setIdentity: (caseId, identity) => change(caseId, (view) => ({ ...view, case: { ...view.case, identity } })),
    setEpisode: (caseId, indexDate, question) =>
      change(caseId, (view) => ({
        ...view,
        case: { ...view.case, episodes: [{ id: 'episode-1', index_date: indexDate, question }] },
        assessment: { ...view.assessment, index_date: indexDate },
      })),
    setIndexLevel: (caseId, level) =>
      change(caseId, (view) => {
        const changed: CaseView = { ...view, case: { ...view.case, index_level: level } };
        delete changed.level;
        return level === null ? changed : { ...changed, level };
      }),
    explain: (caseId, endpoint) => Promise.resolve(REASONS[caseId === DEMO_CASE.case.id ? 'demo_case' : 'empty_case'][endpoint]),
    earlierResults: (caseId) => Promise.resolve(search.has('replaced') && caseId === DEMO_CASE.case.id ? [EARLIER] : []),
    recordObservation: (caseId, input) => {
      const feature = catalogue.features.find(({ id }) => id === input.feature);
      const note = input.note?.trim() ?? '';
      if (feature?.derived && 'value' in input.entry && note === '') return refuse('reason_needed', { feature: feature.label });
      return change(caseId, (view) => {
        const number = next();
        const observation: Observation = {
          id: `observation-${number}`,
          feature: input.feature,
          subject: input.subject,
          ...input.entry,
          observed_on: input.observed_on,
          recorded_at: new Date(Date.parse(NOW) + number * 1000).toISOString(),
          source: input.source ?? { kind: 'typed' },
          author: 'demo',
          ...(note === '' ? {} : { note }),
        };
        return withObservations(view, [...view.case.observations, observation]);
      });
    },
    retractObservation: (caseId, observationId) =>
      change(caseId, (view) =>
        withObservations(view, view.case.observations.filter(({ id }) => id !== observationId)),
      ),
    undo: (caseId) => {
      const shown = shownAt(caseId);
      return shown > 1 ? restore(caseId, shown - 1) : refuse('nothing_to_undo');
    },
    redo: (caseId) => {
      const shown = shownAt(caseId);
      return shown < lastChange(caseId) ? restore(caseId, shown + 1) : refuse('nothing_to_redo');
    },
    checkEntry: (feature, value, unit) => Promise.resolve(adviseOn(feature, value, unit)),
    saveDraft: (caseId, field, text) => {
      drafts = { ...drafts, [`${caseId}/${field}`]: text };
      return Promise.resolve();
    },
    drafts: (caseId) => {
      const own = Object.entries(drafts).filter(([key, text]) => key.startsWith(`${caseId}/`) && text !== '');
      return Promise.resolve(Object.fromEntries(own.map(([key, text]) => [key.slice(caseId.length + 1), text])));
    },
  };
}

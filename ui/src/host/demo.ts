// A host without Rust for browser tests: real words and catalogue, recorded answers, and just enough
// memory to walk through the screens. It computes nothing clinical: scores and forecasts come from
// the recorded case, and a new case keeps the recorded answers of an empty one.
import catalogue from 'virtual:catalogue';
import words from 'virtual:words';
import recordedDemo from '../../tests/fixtures/demo_case.json';
import recordedEmpty from '../../tests/fixtures/empty_case.json';
import recordedImages from '../../tests/fixtures/images.json';
import recordedStatus from '../../tests/fixtures/status.json';
import { framesOf, geometryOf, onePixel } from './demo_pixels.ts';
import type { Host } from './host.ts';
import type {
  AppStatus,
  CaseSummary,
  CaseView,
  EntryAdvice,
  FeatureId,
  HostError,
  ImageLibrary,
  Observation,
  StoreStatus,
  UsedFact,
} from './types.ts';

const NOW = '2026-03-12T09:30:00Z';
const SHORTEST_PASSPHRASE = 12;
const DEMO_CASE = recordedDemo as unknown as CaseView;
const EMPTY_CASE = recordedEmpty as unknown as CaseView;
const IMAGES = recordedImages as unknown as ImageLibrary;
const STATUS = recordedStatus as unknown as AppStatus;

function refuse(code: string, parameters: Record<string, string> = {}): Promise<never> {
  const error: HostError = { code, message: code, parameters };
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as Tauri rejects: with a plain object
  return Promise.reject(error);
}

/** `?start=locked|open|newer` chooses the state of the store, `&demo` opens the demo case, `&refused` refuses the forecast. */
export function demoHost(search: URLSearchParams): Host {
  const start = search.get('start') ?? 'first';
  let researchUse = start !== 'first';
  let store: StoreStatus =
    start === 'open'
      ? { kind: 'open' }
      : start === 'locked'
        ? { kind: 'locked' }
        : start === 'newer'
          ? { kind: 'failed', code: 'newer_database', parameters: { found: '9', known: '1' } }
          : { kind: 'absent' };
  let passphrase = 'correct horse battery staple';
  let drafts: Record<string, string> = {};
  const revisions = new Map<string, CaseView[]>();
  let made = 0;
  let scan = new AbortController();

  const status = (): AppStatus => ({
    ...STATUS,
    research_use_accepted: researchUse,
    store,
    start: { demo: search.has('demo') },
  });

  function latest(caseId: string): CaseView {
    const view = revisions.get(caseId)?.at(-1);
    if (!view) throw new Error('the demo host has no such case');
    return view;
  }

  function save(view: CaseView): CaseView {
    const history = revisions.get(view.case.id) ?? [];
    const saved = { ...view, revision: history.length + 1, saved_at: NOW, can_undo: history.length > 0 };
    revisions.set(view.case.id, [...history, saved]);
    return saved;
  }

  /** The case with other observations; what is recorded no longer counts as missing. */
  function withObservations(view: CaseView, observations: Observation[]): CaseView {
    const facts = new Map<string, UsedFact>(
      view.assessment.facts_used.filter((fact) => fact.origin.kind === 'derived').map((fact) => [fact.feature, fact]),
    );
    for (const observation of observations) {
      if (!('value' in observation)) continue;
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

  function openDemo(): CaseView {
    const { id } = DEMO_CASE.case;
    if (!revisions.has(id)) {
      const forecast = search.has('refused')
        ? { kind: 'refused' as const, code: 'no_pack', parameters: {} }
        : DEMO_CASE.assessment.forecast;
      save({ ...DEMO_CASE, assessment: { ...DEMO_CASE.assessment, forecast } });
    }
    return latest(id);
  }

  function changeCase(caseId: string, change: (view: CaseView) => CaseView): Promise<CaseView> {
    return Promise.resolve(save(change(latest(caseId))));
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

  const summary = (view: CaseView): CaseSummary => {
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
  };

  return {
    status: () => Promise.resolve(status()),
    acceptResearchUse: () => {
      researchUse = true;
      return Promise.resolve(status());
    },
    createStore: (chosen) => {
      if (chosen.length < SHORTEST_PASSPHRASE) return refuse('passphrase_too_short');
      passphrase = chosen;
      store = { kind: 'open' };
      return Promise.resolve(status());
    },
    unlock: (tried) => {
      if (tried !== passphrase) return refuse('wrong_passphrase');
      store = { kind: 'open' };
      return Promise.resolve(status());
    },
    lock: () => {
      store = { kind: 'locked' };
      return Promise.resolve(status());
    },
    words: () => Promise.resolve(words),
    catalogue: () => Promise.resolve(catalogue),
    auditVerify: () => Promise.resolve({ entries: 0, faults: [] }),

    listCases: (search) => {
      const wanted = search.trim().toLowerCase();
      const found = [...revisions.keys()].map((id) => summary(latest(id)));
      return Promise.resolve(
        found.filter((entry) => `${entry.family_name} ${entry.given_name} ${entry.patient_id}`.toLowerCase().includes(wanted)),
      );
    },
    createCase: (identity, question) => {
      made += 1;
      const id = `case-${made}`;
      const episodes = [{ id: `episode-${made}`, index_date: EMPTY_CASE.assessment.index_date, question }];
      return Promise.resolve(save({ ...EMPTY_CASE, case: { ...EMPTY_CASE.case, id, identity, episodes } }));
    },
    openCase: (caseId) => Promise.resolve(latest(caseId)),
    openDemoCase: () => Promise.resolve(openDemo()),
    setIdentity: (caseId, identity) => changeCase(caseId, (view) => ({ ...view, case: { ...view.case, identity } })),
    setEpisode: (caseId, indexDate, question) =>
      changeCase(caseId, (view) => ({
        ...view,
        case: { ...view.case, episodes: [{ id: 'episode-1', index_date: indexDate, question }] },
        assessment: { ...view.assessment, index_date: indexDate },
      })),
    setIndexLevel: (caseId, level) =>
      changeCase(caseId, (view) => {
        const changed: CaseView = { ...view, case: { ...view.case, index_level: level } };
        delete changed.level;
        return level === null ? changed : { ...changed, level };
      }),

    recordObservation: (caseId, input) =>
      changeCase(caseId, (view) => {
        made += 1;
        const observation: Observation = {
          id: `observation-${made}`,
          feature: input.feature,
          subject: input.subject,
          ...input.entry,
          observed_on: input.observed_on,
          recorded_at: new Date(Date.parse(NOW) + made * 1000).toISOString(),
          source: input.source ?? { kind: 'typed' },
          author: 'demo',
        };
        return withObservations(view, [...view.case.observations, observation]);
      }),
    retractObservation: (caseId, observationId) =>
      changeCase(caseId, (view) =>
        withObservations(view, view.case.observations.filter(({ id }) => id !== observationId)),
      ),
    undo: (caseId) => {
      const before = revisions.get(caseId)?.at(-2);
      return before ? changeCase(caseId, () => before) : refuse('nothing_to_undo');
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

    openImages: async (path, onProgress) => {
      scan = new AbortController();
      const { signal } = scan;
      const steps = 4;
      for (let step = 1; step <= steps; step += 1) {
        onProgress({ done: step * 12, found: steps * 12, images: step * 11, rejected: step > 2 ? 2 : 0 });
        await new Promise((resolve) => setTimeout(resolve, path === '/slow' ? 400 : 20));
        if (signal.aborted) return refuse('cancelled');
      }
      return path === '/missing' ? refuse('image_folder', { detail: 'not found' }) : { ...IMAGES, folder: path };
    },
    cancelImages: () => {
      scan.abort();
      return Promise.resolve();
    },
    pickFolder: () => Promise.resolve('/demo/images'),
    stackGeometry: (stackId) => Promise.resolve(geometryOf(IMAGES, stackId)),
    readFrames: (stackId, first, count) => Promise.resolve(framesOf(IMAGES, stackId, first, count)),
    linkStudy: (caseId, studyInstanceUid, confirmMismatch) =>
      changeCase(caseId, (view) => {
        const study = IMAGES.studies.find(({ uid }) => uid === studyInstanceUid);
        if (!study) return view;
        const same = study.patient.patient_id === view.case.identity.patient_id;
        const others = view.case.studies.filter((linked) => linked.study_instance_uid !== studyInstanceUid);
        const linked = {
          study_instance_uid: study.uid,
          folder: IMAGES.folder,
          description: study.description,
          study_date: study.date,
          patient_id: study.patient.patient_id,
          patient_name: study.patient.name.alphabetic ?? '',
          patient_birth_date: study.patient.birth_date,
          mismatch_confirmed_by: confirmMismatch ? 'demo' : null,
        };
        const findings = view.assessment.findings.filter(({ code }) => !code.startsWith('patient_mismatch'));
        if (!same) {
          findings.unshift({
            code: confirmMismatch ? 'patient_mismatch_confirmed' : 'patient_mismatch',
            severity: confirmMismatch ? 'note' : 'alert',
            parameters: { element: 'patient_id_birth_date_name', date: study.date ?? 'unknown' },
          });
        }
        return { ...view, case: { ...view.case, studies: [...others, linked] }, assessment: { ...view.assessment, findings } };
      }),
    unlinkStudy: (caseId, studyInstanceUid) =>
      changeCase(caseId, (view) => ({
        ...view,
        case: { ...view.case, studies: view.case.studies.filter((linked) => linked.study_instance_uid !== studyInstanceUid) },
        assessment: { ...view.assessment, findings: view.assessment.findings.filter(({ code }) => code !== 'patient_mismatch') },
      })),
    markKeyImage: (caseId, input) =>
      changeCase(caseId, (view) => {
        made += 1;
        const key = {
          id: `key-image-${made}`,
          series_instance_uid: input.stack_id,
          sop_instance_uid: `${input.stack_id}.${input.image_index}`,
          frame: 1,
          window_center: input.window_center,
          window_width: input.window_width,
          level: input.level,
          note: input.note,
          caption: 'CT · synthetic phantom',
          marked_at: NOW,
          author: 'demo',
        };
        return { ...view, case: { ...view.case, key_images: [...view.case.key_images, key] } };
      }),
    removeKeyImage: (caseId, keyImageId) =>
      changeCase(caseId, (view) => ({
        ...view,
        case: { ...view.case, key_images: view.case.key_images.filter(({ id }) => id !== keyImageId) },
      })),
    keyImagePng: () => Promise.resolve(onePixel()),

    exportPdf: (_caseId, path) => Promise.resolve({ path: path ?? '/demo/spineboard/reports/summary.pdf' }),
    pickSavePath: (name) => Promise.resolve(`/demo/${name}`),
  };
}

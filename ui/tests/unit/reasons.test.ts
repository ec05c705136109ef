import catalogue from 'virtual:catalogue';
import words from 'virtual:words';
import { beforeEach, expect, it } from 'vitest';
import { DEMO_CASE } from '../../src/host/demo/recorded.ts';
import type { Assessment, CaseView, Explanation, Finding, ForecastReason, NamedReason, Observation, SurvivalForecast, UsedFact } from '../../src/host/types.ts';
import { directionText, doubts, evidenceBehind, factsBehind, notRead, reasonNumbers, reasonSentences } from '../../src/state/reasons.ts';
import { setWords } from '../../src/state/words.svelte.ts';

const featureOf = (wanted: string) => catalogue.features.find(({ id }) => id === wanted);

const PERFORMANCE: NamedReason = {
  group: 'performance_status',
  factor: 1.9,
  facts: [
    { feature: 'ecog', value: 3, form: 'number' },
    { feature: 'liver_metastasis', value: true, form: 'present' },
  ],
};
const LABORATORY: NamedReason = { group: 'laboratory', factor: 1.214, facts: [] };
const TUMOUR: NamedReason = {
  group: 'primary_tumour',
  factor: 0.6,
  facts: [
    { feature: 'primary_tumour', value: 'breast', form: 'choice' },
    { feature: 'brain_metastasis', value: false, form: 'absent' },
    { feature: 'age', value: 64, form: 'number' },
  ],
};

function explanation(parts: Partial<Explanation>): Explanation {
  return {
    pack: { name: 'pack', version: '1', sha256: '', rests_on: [] },
    endpoint: 'survival',
    months: 12,
    baseline: 0,
    total: 0,
    baseline_probability: 0.561,
    total_probability: 0.478,
    standard_error: 0,
    reasons: [],
    sentences: [],
    sources: [],
    ...parts,
  };
}

/** Factors and units stay on the line of their number by spaces that read as any other. */
function flat(sentences: string[]): string[] {
  return sentences.map((sentence) => sentence.replaceAll('\u00a0', ' '));
}

beforeEach(() => setWords(words));

it('says whole numbers first, then the reasons by facts with values and by words of groups', () => {
  const lower = explanation({
    sentences: [
      { kind: 'lower', reasons: [PERFORMANCE, LABORATORY] },
      { kind: 'raised', reasons: [TUMOUR] },
    ],
  });
  expect(reasonNumbers(lower)).toBe('48 of 100 alive at 12 months, against 56 of 100 if nothing were known of the patient.');
  expect(flat(reasonSentences(lower, featureOf))).toEqual([
    'Lower mainly because of: ECOG performance status 3, Liver metastasis (hazard × 1.90); laboratory values (hazard × 1.21).',
    'What speaks for longer survival: Primary tumour: Breast, Brain metastasis: no, Age 64 years (hazard × 0.60).',
  ]);
});

it('says the risk of cord compression as whole numbers that claim no more than the band', () => {
  const canal: NamedReason = {
    group: 'canal_compromise',
    factor: 2.5,
    facts: [
      { feature: 'canal_compromise', value: 60, form: 'number' },
      { feature: 'bilsky_grade', value: '1c', form: 'grade' },
    ],
  };
  const risk = explanation({
    endpoint: 'cord_compression',
    months: 6,
    baseline_probability: 0.004,
    total_probability: 0.081,
    sentences: [
      { kind: 'higher', reasons: [canal] },
      { kind: 'lowered', reasons: [{ group: 'of_another_pack', factor: 0.8, facts: [] }] },
    ],
  });
  expect(reasonNumbers(risk)).toBe('Cord compression within 6 months: about 8 of 100, against fewer than 1 of 100 if nothing were known of the patient.');
  expect(flat(reasonSentences(risk, featureOf))).toEqual([
    'Higher mainly because of: Canal compromise 60 %, Epidural compression (Bilsky ESCC) 1c: cord touched, not compressed (hazard × 2.50).',
    'What speaks for a lower risk: facts that the model calls “of_another_pack” (hazard × 0.80).',
  ]);
});

it('keeps a number on the line of its unit and of its factor', () => {
  const [sentence] = reasonSentences(explanation({ sentences: [{ kind: 'raised', reasons: [TUMOUR] }] }), featureOf);
  expect(sentence).toContain('Age 64\u00a0years (hazard\u00a0×\u00a00.60)');
});

it('says that no known fact moves the forecast much', () => {
  const nothing = explanation({ sentences: [{ kind: 'nothing', reasons: [] }] });
  expect(reasonSentences(nothing, featureOf)).toEqual(['No known fact by itself moves this forecast much.']);
});

const reason = (parts: Partial<ForecastReason>): ForecastReason => ({ group: 'laboratory', amount: 0.2, factor: 1.22, features: [], blank: [], citations: [], ...parts });

const observation = (id: string, feature: string, parts: Partial<Observation>): Observation =>
  ({ id, feature, subject: { kind: 'patient' }, value: 30, observed_on: '2026-01-02', recorded_at: '2026-03-01T08:00:00Z', source: { kind: 'typed' }, author: 'Dr Rossi', ...parts });

const fact = (feature: string, parts: Partial<UsedFact>): UsedFact => ({
  feature,
  subject: { kind: 'patient' },
  value: 30,
  origin: { kind: 'observed', observation_id: feature },
  observed_on: '2026-01-02',
  stale: false,
  ...parts,
});

function caseOf(observations: Observation[], facts: UsedFact[], findings: Finding[] = []): CaseView {
  return {
    ...DEMO_CASE,
    case: { ...DEMO_CASE.case, observations },
    assessment: { ...DEMO_CASE.assessment, index_date: '2026-03-03', facts_used: facts, scores: [], findings },
  };
}

function forecastOf(used: string[], blank: string[] = []): SurvivalForecast {
  const { forecast } = DEMO_CASE.assessment;
  if (forecast.kind !== 'available') throw new Error('the demonstration case has a forecast');
  return { ...forecast, used, averaged_over: blank };
}

it('leads from a reason to its facts: value, day and age, whether it is old by the catalogue, who and what it came from', () => {
  const image = { kind: 'image', sop_instance_uid: '1.2.3', mark: 'mark-1' } as const;
  const view = caseOf(
    [
      observation('albumin', 'albumin', {}),
      observation('bilsky_grade', 'bilsky_grade', { source: image, observed_on: '2026-03-02' }),
      observation('haemoglobin', 'haemoglobin', { source: { kind: 'file', name: 'ward.csv' }, observed_on: '2026-03-03' }),
    ],
    [
      fact('albumin', { stale: true }),
      fact('bilsky_grade', { value: '1c', observed_on: '2026-03-02', subject: { kind: 'level', name: 'T12' } }),
      fact('haemoglobin', { value: 100, observed_on: '2026-03-03' }),
      fact('neutrophil_lymphocyte_ratio', { value: 4, stale: true, origin: { kind: 'derived', reads: ['neutrophils', 'lymphocytes'] } }),
    ],
  );
  const features = ['albumin', 'bilsky_grade', 'haemoglobin', 'neutrophil_lymphocyte_ratio', 'sins_total'];
  const [albumin, grade, haemoglobin, ratio, total] = factsBehind(view, reason({ features }), featureOf);
  const limit = featureOf('albumin')?.stale_after_days;
  expect(limit).toBeGreaterThan(0);
  expect(albumin).toMatchObject({ reading: '30 g/L', when: '2 Jan 2026, 60 days before the date of judgement', old: `old: more than ${limit} days`, source: 'typed, Dr Rossi', image: null });
  expect(grade).toMatchObject({ when: '2 Mar 2026, one day before the date of judgement', old: '', source: 'from an image, Dr Rossi', image: { sopInstanceUid: '1.2.3', mark: 'mark-1' } });
  expect(grade?.subject).toEqual({ kind: 'level', name: 'T12' });
  expect(haemoglobin).toMatchObject({ when: '3 Mar 2026, the date of judgement', source: 'from ward.csv, Dr Rossi' });
  expect(ratio).toMatchObject({ old: 'old: rests on an old fact', source: '', reads: ['neutrophils', 'lymphocytes'] });
  expect(total).toMatchObject({ reading: '', when: '', source: 'computed from the items of its score' });
});

it('says in words which way a bar points', () => {
  const [more, less] = [reason({ amount: 0.3 }), reason({ amount: -0.3 })];
  expect([more, less].map((one) => directionText(explanation({}), one))).toEqual(['speaks for shorter survival', 'speaks for longer survival']);
  const risk = explanation({ endpoint: 'cord_compression' });
  expect([more, less].map((one) => directionText(risk, one))).toEqual(['speaks for a higher risk', 'speaks for a lower risk']);
});

it('names each paper behind a reason once, and ids that it does not know by themselves', () => {
  const paper = { text: 'Tang C. Int J Radiat Oncol, 2015' };
  const shared = explanation({
    sources: [
      { id: 'one', citation: paper, provenance: 'read' },
      { id: 'two', citation: paper, provenance: 'read' },
      { id: 'three', citation: { text: 'Templeton AJ. J Natl Cancer Inst, 2014' }, provenance: 'recalled_high' },
    ],
  });
  const { papers, unknown } = evidenceBehind(shared, reason({ citations: ['one', 'two', 'three', 'of_another_pack'] }));
  expect(papers.map(({ citation }) => citation.text)).toEqual([paper.text, 'Templeton AJ. J Natl Cancer Inst, 2014']);
  expect(unknown).toEqual(['of_another_pack']);
});

it('tells what the case knows and the forecast does not read, not even through what is computed from it', () => {
  const facts = [
    fact('age', {}),
    fact('neutrophil_lymphocyte_ratio', { origin: { kind: 'derived', reads: ['neutrophils', 'lymphocytes'] } }),
    fact('neutrophils', {}),
    fact('pain_score', {}),
    fact('sins_pain', {}),
  ];
  const { assessment } = caseOf([], facts);
  expect(notRead(assessment, forecastOf(['age', 'neutrophil_lymphocyte_ratio']))).toEqual(['pain_score', 'sins_pain']);
  const sins = { id: 'sins_2010', outcome: { kind: 'total', items: [{ reads: ['sins_pain'] }] } } as Assessment['scores'][number];
  expect(notRead({ ...assessment, scores: [sins] }, forecastOf(['age', 'neutrophil_lymphocyte_ratio', 'sins_total']))).toEqual(['pain_score']);
});

it('names contradictions among the facts that the forecast reads, with the known facts that they are between', () => {
  const finding = (parts: Partial<Finding>): Finding => ({ code: 'contradiction', severity: 'warning', subject: { kind: 'patient' }, parameters: {}, ...parts });
  const findings = [
    finding({ parameters: { rule: 'walking_without_motor_function' } }),
    finding({ parameters: { rule: 'collapse_class_with_body_involvement' } }),
    finding({ code: 'typed_differs', feature: 'age' }),
    finding({ code: 'typed_differs', feature: 'pain_score' }),
    finding({ code: 'stale', feature: 'age' }),
    finding({ code: 'typed_total', feature: 'age', severity: 'note' }),
  ];
  const facts = ['walking', 'frankel', 'age', 'vertebral_collapse'].map((id) => fact(id, {}));
  const { assessment } = caseOf([], facts, findings);
  expect(doubts(assessment, forecastOf(['walking', 'age']), catalogue).map(({ features }) => features)).toEqual([['walking', 'frankel'].sort(inOrder), ['age']]);
});

/** As the catalogue lists them. */
function inOrder(one: string, other: string): number {
  const place = (wanted: string) => catalogue.features.findIndex(({ id }) => id === wanted);
  return place(one) - place(other);
}

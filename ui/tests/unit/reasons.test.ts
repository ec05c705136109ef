import catalogue from 'virtual:catalogue';
import words from 'virtual:words';
import { beforeEach, expect, it } from 'vitest';
import type { Explanation, NamedReason } from '../../src/host/types.ts';
import { reasonNumbers, reasonSentences } from '../../src/state/reasons.ts';
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

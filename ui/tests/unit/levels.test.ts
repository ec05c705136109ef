import words from 'virtual:words';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CaseView, ImageLibrary, LevelEntry, TreatmentCourse, UsedFact } from '../../src/host/types.ts';
import { courseInput, courseName, courseText, inOrder, KINDS, kindText, lesionText } from '../../src/state/courses.ts';
import { usedFact } from '../../src/state/form.ts';
import { stackOfFrames } from '../../src/state/library.ts';
import { setWords } from '../../src/state/words.svelte.ts';

beforeEach(() => setWords(words));

const COURSE: TreatmentCourse = { id: 'a', kind: 'conventional_radiotherapy', description: 'posterior field', levels: ['T8'], dose_gray: 20, fractions: 5, started_on: '2025-01-13', ended_on: '2025-01-17', author: 'x' };

describe('a treatment in words', () => {
  it('says what, how much and when', () => {
    expect(courseText(COURSE)).toBe('posterior field, 20 Gy in 5 fractions, 13 Jan 2025 – 17 Jan 2025');
    expect(courseText({ ...COURSE, description: '', fractions: null, ended_on: null })).toBe('20 Gy, since 13 Jan 2025');
    expect(courseText({ ...COURSE, description: '', dose_gray: null, ended_on: '2025-01-13' })).toBe('5 fractions, 13 Jan 2025');
    expect(courseText({ ...COURSE, dose_gray: null, fractions: null, started_on: null, ended_on: null })).toBe('posterior field, no days recorded');
  });

  it('never takes a plan for a treatment', () => {
    const plan: TreatmentCourse = { ...COURSE, id: 'b', status: 'planned', ended_on: null };
    expect(courseName(plan)).toBe('Conventional radiotherapy, planned');
    expect(courseText(plan)).toContain('from 13 Jan 2025');
    expect(courseText({ ...plan, started_on: null })).toContain('no day yet');
    expect(inOrder([plan, COURSE]).map(({ id }) => id)).toEqual(['a', 'b']);
    expect([courseInput(plan).status, courseInput(COURSE).status, courseInput(null).status]).toEqual(['planned', 'given', 'given']);
  });

  it('has a name for every kind', () => {
    expect(KINDS.map(kindText).filter((text) => text.startsWith('report.'))).toEqual([]);
  });
});

it('says the part of a lesion where there is one', () => {
  const lesion = { name: 'mass', level: null, part: '', author: 'x' };
  expect([lesionText(lesion), lesionText({ ...lesion, part: 'left pedicle' })]).toEqual(['lesion mass', 'lesion mass (left pedicle)']);
});

it('finds the fact of a level that is not the one in question', () => {
  const fact = (level: string, value: string): UsedFact => ({ feature: 'lesion_type', subject: { kind: 'level', name: level }, value, origin: { kind: 'observed', observation_id: value }, stale: false });
  const entry = (level: string, value: string) => ({ level, facts: [fact(level, value)] }) as unknown as LevelEntry;
  const view = { assessment: { facts_used: [fact('L1', 'lytic')] }, spine: [entry('T8', 'blastic'), entry('L1', 'lytic')] } as unknown as CaseView;
  const value = (level: string) => usedFact(view, 'lesion_type', { kind: 'level', name: level })?.value;
  expect([value('L1'), value('T8'), value('T9')]).toEqual(['lytic', 'blastic', undefined]);
});

it('prefers a stack of a labelled frame of reference that is on the screen', () => {
  const stack = (id: string, frame: string) => ({ id, frame_of_reference_uid: frame });
  const library = { studies: [{ series: [{ stacks: [stack('a', 'one'), stack('b', 'two')] }, { stacks: [stack('c', 'two')] }] }] } as unknown as ImageLibrary;
  expect(stackOfFrames(library, ['two'], ['a', 'c'])).toBe('c');
  expect(stackOfFrames(library, ['two'], ['a'])).toBe('b');
  expect(stackOfFrames(library, ['three'], ['a'])).toBeNull();
});

// The board's decision as it is typed, read back and followed up.
import { render, screen } from '@testing-library/svelte';
import type { Component } from 'svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import { readWords } from '../../build/assets.ts';
import CarriedOut from '../../src/controls/verdict/CarriedOut.svelte';
import SignedSheet from '../../src/controls/verdict/SignedSheet.svelte';
import { demoHost } from '../../src/host/demo.ts';
import type { BoardDecision, BoardEpisode, BoardEstimate, CaseView, DueFollowUp, EpisodeFollowUp, Person } from '../../src/host/types.ts';
import { openFindingTexts, recommendationText, standing } from '../../src/state/decisions.ts';
import { estimateSaid, FollowUpForm, forecastSaid, outcomeSaid } from '../../src/state/follow_up.svelte.ts';
import { Session } from '../../src/state/session.svelte.ts';
import { TypedForms } from '../../src/state/typed.ts';
import { ActionsForm, AddendumForm, CarriedOutForm, DecisionForm, RecommendationForm } from '../../src/state/verdict.svelte.ts';
import { setWords } from '../../src/state/words.svelte.ts';
import recorded from '../fixtures/demo_case.json';
import InSession from './InSession.svelte';

const VIEW = recorded as unknown as CaseView;
const WORDS = readWords();
const PEOPLE: Person[] = [
  { id: 'p1', name: 'Dr Rossi', specialty: 'spine_surgery', role: 'chair', active: true, added_at: '2026-01-01T00:00:00Z' },
  { id: 'p2', name: 'Dr Left', specialty: 'radiology', role: 'member', active: false, added_at: '2026-01-01T00:00:00Z' },
];
const DECISION: BoardDecision = {
  decided_on: '2026-03-05',
  recommendation: { option: 'stereotactic', deferred_for: '', levels: ['T12', 'L1'], dose_gray: 24, fractions: 2, procedure: '', systemic_plan: 'denosumab' },
  rationale: 'Stable.',
  evidence: null,
  positions: [{ person_id: 'p1', name: 'Dr Rossi', specialty: 'spine_surgery', stance: 'agrees', prefers: null, hinges_on: '', would_change: '' }],
  actions: [],
  decided_by_forecast: false,
};

function episodeWith(decision?: BoardDecision): BoardEpisode {
  return { id: 'e1', index_date: '2026-03-05', question: 'Why?', ...(decision ? { decision } : {}) };
}

beforeEach(() => setWords(WORDS));

/** As `InSession` takes one, whatever its properties. */
const anyControl = (control: unknown): Component<Record<string, unknown>> => control as Component<Record<string, unknown>>;

describe('a recommendation that is typed', () => {
  it('sends dose and fractions as numbers, and only with radiotherapy', () => {
    const form = new RecommendationForm();
    form.fill(null);
    form.option = 'stereotactic';
    [form.dose, form.fractions] = ['24.5', '3'];
    expect(form.input()).toMatchObject({ option: 'stereotactic', dose_gray: 24.5, fractions: 3 });
    form.option = 'supportive';
    expect(form.input()).toMatchObject({ option: 'supportive', dose_gray: null, fractions: null });
  });

  it('names the number that cannot be read and sends nothing', () => {
    const form = new RecommendationForm();
    form.option = 'conventional';
    form.dose = '1,250';
    expect(form.input()).toBeNull();
    expect(form.problem).toEqual({ field: 'dose', code: 'ambiguous' });
    [form.dose, form.fractions] = ['20', '2.5'];
    expect(form.input()).toBeNull();
    expect(form.problem).toEqual({ field: 'fractions', code: 'decision_no_fractions' });
  });

  it('is either an option or a deferral, never both', () => {
    const form = new RecommendationForm();
    form.fill(DECISION.recommendation);
    form.isDeferred = true;
    form.deferredFor = 'MRI of the whole spine';
    expect(form.input()).toMatchObject({ option: null, deferred_for: 'MRI of the whole spine', dose_gray: null, systemic_plan: '' });
    form.isDeferred = false;
    expect(form.input()).toMatchObject({ option: 'stereotactic', deferred_for: '' });
  });
});

it('leaves out actions in which nothing stands, and keeps the id of those that were saved', () => {
  const form = new ActionsForm();
  form.fill([{ id: 'a1', what: 'Planning CT', owner: 'Radiology', due_on: null }]);
  form.add();
  expect(form.input()).toEqual([{ id: 'a1', what: 'Planning CT', owner: 'Radiology', due_on: null }]);
});

describe('a decision that is typed', () => {
  it('asks everybody who works here where they stand, and sends those who said so', () => {
    const form = new DecisionForm();
    form.fill(VIEW, episodeWith(), PEOPLE);
    expect(form.positions.map(({ name, stance }) => [name, stance])).toEqual([['Dr Rossi', '']]);
    expect(form.input()?.positions).toEqual([]);
    form.positions[0]!.stance = 'dissents';
    form.positions[0]!.hingesOn = ' growth ';
    expect(form.input()?.positions).toEqual([{ person_id: 'p1', name: 'Dr Rossi', specialty: 'spine_surgery', stance: 'dissents', prefers: null, hinges_on: 'growth', would_change: '' }]);
  });

  it('follows what is saved while nothing is typed, and else puts it beside', () => {
    const form = new DecisionForm();
    const changed = { ...DECISION, rationale: 'Another reason.' };
    form.follow(VIEW, episodeWith(DECISION), PEOPLE);
    expect(form.isChanged).toBe(false);
    form.follow(VIEW, episodeWith(changed), PEOPLE);
    expect(form.rationale).toBe('Another reason.');
    expect(form.theirs).toBeNull();
    form.rationale = 'Mine.';
    form.follow({ ...VIEW, revision: 9 }, episodeWith(DECISION), PEOPLE);
    expect([form.rationale, form.theirs?.rationale, form.basis]).toEqual(['Mine.', 'Stable.', VIEW.revision]);
    form.keepMine({ ...VIEW, revision: 9 }, episodeWith(DECISION));
    expect([form.rationale, form.theirs, form.basis, form.isChanged]).toEqual(['Mine.', null, 9, true]);
  });

  it('is written down while it is typed and taken up by a blank form, with the version of somebody who saved since', () => {
    const form = new DecisionForm();
    form.follow(VIEW, episodeWith(), PEOPLE);
    expect(form.kept()).toBe('');
    [form.rationale, form.recommendation.option, form.recommendation.dose] = ['Half a sent', 'conventional', '8'];
    form.positions[0]!.stance = 'dissents';
    form.actions.add();
    form.actions.rows[0]!.what = 'Call';
    const text = form.kept();
    const after = new DecisionForm();
    after.follow(VIEW, episodeWith(), PEOPLE);
    after.takeUp('{"version":0,"typed":{"rationale":"Of another version"}}');
    after.takeUp('no draft');
    expect(after.kept()).toBe('');
    after.takeUp(text);
    expect(after.kept()).toBe(text);
    expect(after.input()).toMatchObject({ rationale: 'Half a sent', recommendation: { option: 'conventional', dose_gray: 8 }, actions: [{ what: 'Call' }] });
    after.follow(VIEW, episodeWith(), PEOPLE);
    expect(after.theirs).toBeNull();
    after.follow(VIEW, episodeWith(DECISION), PEOPLE);
    expect([after.theirs?.rationale, after.rationale]).toEqual(['Stable.', 'Half a sent']);
  });

  it('is kept for each discussion by itself', () => {
    const forms = new TypedForms();
    forms.decision('e1').rationale = 'First';
    expect(forms.decision('e2').rationale).toBe('');
    expect(forms.decision('e1').rationale).toBe('First');
  });
});

it('reads a recommendation back, and takes that of the last addendum that has one', () => {
  expect(recommendationText(DECISION.recommendation)).toBe('Stereotactic radiotherapy; T12, L1; 24 Gy in 2 fractions; denosumab');
  const addendum = { text: '', person_id: '', name: '', written_at: '', sha256: '' };
  const later = { ...DECISION.recommendation, option: 'supportive' as const };
  const addenda = [{ ...addendum, version: 2, recommendation: later }, { ...addendum, version: 3 }];
  expect(standing({ ...DECISION, addenda }).option).toBe('supportive');
});

describe('what is added to a signed decision', () => {
  it('changes the recommendation only if that is said, starting from the one that stands', () => {
    const form = new AddendumForm();
    form.text = 'Progress at L1.';
    expect(form.input()).toEqual({ text: 'Progress at L1.', actions: [] });
    form.change(true, DECISION.recommendation);
    form.recommendation.fractions = '3';
    expect(form.input()?.recommendation).toMatchObject({ option: 'stereotactic', dose_gray: 24, fractions: 3 });
    form.recommendation.dose = 'much';
    expect(form.input()).toBeNull();
    const later = new AddendumForm();
    later.takeUp(form.kept());
    expect([later.isOpen, later.text, later.recommendation.dose]).toEqual([true, 'Progress at L1.', 'much']);
    form.clear();
    expect([form.input(), form.kept()]).toEqual([{ text: '', actions: [] }, '']);
  });

  it('sends a reason only of what was not done as recommended', () => {
    const form = new CarriedOutForm();
    expect(form.input()).toBeNull();
    [form.outcome, form.reason] = ['changed', 'other'];
    expect(form.input()).toMatchObject({ state: 'changed', reason: 'other' });
    form.outcome = 'done';
    expect(form.input()).toMatchObject({ state: 'done', reason: null });
  });
});

describe('a follow-up', () => {
  it('is written down while it is typed, with all of its rows', () => {
    const form = new FollowUpForm();
    expect(form.kept()).toBe('');
    [form.seenOn, form.vital, form.walking, form.note] = ['2026-06-01', 'alive', 'with_aid', 'By telephone'];
    form.complications.push({ what: 'Wound', grade: 2, on: null });
    const later = new FollowUpForm();
    later.takeUp(form.kept());
    expect(later.input()).toEqual(form.input());
    later.fill(null);
    expect(later.kept()).toBe('');
  });

  it('sends nothing of a patient who was not reached, and a death only with its day', () => {
    const form = new FollowUpForm();
    [form.seenOn, form.vital, form.walking, form.worstPain] = ['2026-06-01', 'not_reached', 'independent', 4];
    expect(form.input()).toMatchObject({ vital: { kind: 'not_reached' }, walking: null, worst_pain: null, no_complication: false });
    form.vital = 'died';
    expect(form.isComplete).toBe(false);
    expect(form.input()).toBeNull();
    form.diedOn = '2026-05-20';
    expect(form.input()).toMatchObject({ vital: { kind: 'died', on: '2026-05-20' } });
  });

  const due = (months: number, on: string): DueFollowUp => ({ months, due_on: on, state: 'due' });
  const followed = (months: number, died: boolean, on?: string): EpisodeFollowUp => ({ episode_id: 'e1', due: [], followed: { months, died, ...(on === undefined ? {} : { on }) } });

  it('says of a horizon whether the patient lived then, and nothing beyond what is known', () => {
    const [at3, at6] = [due(3, '2026-06-05'), due(6, '2026-09-05')];
    expect(outcomeSaid(followed(0, false), at3)).toBe('not known yet');
    expect(outcomeSaid(followed(3.9, false, '2026-07-01'), at3)).toBe('alive');
    expect(outcomeSaid(followed(3.9, false, '2026-07-01'), at6)).toContain('not known; alive on');
    expect(outcomeSaid(followed(3.9, true, '2026-07-01'), at3)).toBe('alive');
    expect(outcomeSaid(followed(3.9, true, '2026-07-01'), at6)).toBe('died after 3.9 months');
  });

  it('puts the sealed forecast and the mean of the locked estimates beside it', () => {
    const pack = { name: 'p', version: '1', sha256: '', rests_on: [] };
    const forecast = { pack, horizons: [{ months: 3, alive: 0.62, low: 0.48, high: 0.74 }], interval_level: 0.9, inside_population: true };
    const seal = { person_id: 'p1', name: '', specialty: 'radiology', signed_at: '', sha256: '', open_findings: [], forecast };
    const estimate = (alive: number, at12: number): BoardEstimate => ({ id: String(alive), person_id: '', name: '', specialty: '', alive_3_months: alive, alive_12_months: at12, option: 'supportive', locked_at: '', author: '' });
    const episode: BoardEpisode = { ...episodeWith({ ...DECISION, seal }), estimates: [estimate(60, 20), estimate(80, 30)] };
    expect(forecastSaid(episode, 3)).toBe('62 of 100 (48 to 74)');
    expect(forecastSaid(episode, 6)).toBe('no forecast');
    expect(estimateSaid(episode, 3)).toBe('70 of 100 (mean of 2)');
    expect(estimateSaid(episode, 6)).toBe('not asked for');
    expect(estimateSaid(episodeWith(DECISION), 3)).toBe('no estimate locked');
  });
});

describe('a signed decision', () => {
  async function signed(): Promise<{ session: Session; view: CaseView; episode: BoardEpisode }> {
    const host = demoHost(new URLSearchParams('start=open&demo&replaced'));
    const session = new Session(host);
    await session.start('en');
    const [view, person] = [session.view!, session.person!];
    const id = view.case.episodes.at(-1)!.id;
    const stance = { person_id: person.id, name: person.name, specialty: person.specialty, stance: 'agrees', prefers: null, hinges_on: '', would_change: '' } as const;
    await session.change(() => host.saveDecision(view.case.id, id, view.revision, { ...DECISION, positions: [stance], actions: [] }));
    const open = session.view!.week.decisions[0]!.open_findings;
    await session.change(() => host.signDecision(view.case.id, id, session.view!.revision, { secret: '24681357', acknowledged: open }));
    return { session, view: session.view!, episode: session.view!.case.episodes.at(-1)! };
  }

  it('alarms when the record is not what was signed', async () => {
    const { session, view, episode } = await signed();
    const forged = { ...view, week: { ...view.week, decisions: [{ episode_id: episode.id, open_findings: [], intact: false }] } };
    const { rerender } = render(InSession, { session, control: anyControl(SignedSheet), given: { view, episode, week: null } });
    expect(screen.queryByTestId('not-intact')).toBeNull();
    expect(screen.getByText(WORDS['screen.decision_sheet.intact'] ?? '')).toBeTruthy();
    await rerender({ session, control: anyControl(SignedSheet), given: { view: forged, episode, week: null } });
    expect(screen.getByTestId('not-intact')).toBeTruthy();
    expect(screen.queryByText(WORDS['screen.decision_sheet.intact'] ?? '')).toBeNull();
  });

  it('says in words what it was signed in spite of', async () => {
    const { session, episode } = await signed();
    const [code = ''] = episode.decision?.seal?.open_findings ?? [];
    expect(code).toBe('contradiction');
    expect(openFindingTexts(session, code)[0]).toContain('ECOG and Karnofsky');
    expect(openFindingTexts(session, 'missing:albumin')[0]).toMatch(/of that day about: Albumin/);
  });

  it('offers no reason that ends a treatment, and cites the value set', async () => {
    const { session, view, episode } = await signed();
    const week = await session.host.weekSettings();
    render(InSession, { session, control: anyControl(CarriedOut), given: { view, episode, decision: episode.decision, week } });
    screen.getByLabelText<HTMLInputElement>(WORDS['carried_out.not_done'] ?? '').click();
    const select = await screen.findByLabelText<HTMLSelectElement>(WORDS['screen.decision_sheet.reason'] ?? '');
    const codes = [...select.options].map(({ value }) => value).filter(Boolean);
    const ending = week.deviation_reasons.reason.filter(({ ends_treatment: ends }) => ends).map(({ code }) => code);
    expect(ending.length).toBeGreaterThan(0);
    expect(codes).toHaveLength(week.deviation_reasons.reason.length - ending.length);
    expect(codes.filter((code) => ending.includes(code))).toEqual([]);
    expect(screen.getByText(/Therapiestatusgrund/)).toBeTruthy();
  });
});

// What the board decided and what became of it, in the demo host. Hashes are made up; the rest is enough to walk through.
import type { Host } from '../host.ts';
import type { Action, ActionInput, BoardDecision, BoardEpisode, CaseView, DecisionInput, FollowUpInput, IsoDate, RecordedFollowUp, Seal } from '../types.ts';
import type { Installation } from './installation.ts';
import { NOW, refuse, type Memory } from './memory.ts';
import { faultOf, openFindings, TODAY } from './week_of_case.ts';

type SigningHost = Pick<
  Host,
  | 'saveDecision'
  | 'signDecision'
  | 'addAddendum'
  | 'setActionDone'
  | 'recordCarriedOut'
  | 'openDiscussion'
  | 'recordFollowUp'
  | 'changeFollowUp'
  | 'removeFollowUp'
  | 'setMilestone'
>;

const NOTHING: BoardDecision = {
  decided_on: null,
  recommendation: { option: null, deferred_for: '', levels: [], dose_gray: null, fractions: null, procedure: '', systemic_plan: '' },
  rationale: '',
  evidence: null,
  positions: [],
  actions: [],
  decided_by_forecast: false,
};

/** What `&colleague` in the address writes just before the first saving, as a second person would. */
const OF_A_COLLEAGUE: BoardDecision = {
  ...NOTHING,
  recommendation: { ...NOTHING.recommendation, option: 'supportive' },
  rationale: 'Written at another desk meanwhile.',
};
const COLLEAGUE = 'Dr. Kaan Yıldız';

/** As long as a SHA-256, and as unlike the one before. */
const madeUpHash = (number: number): string => Array.from({ length: 64 }, (_, at) => ((at * 7 + number * 5) % 16).toString(16)).join('');

export function signingHost(state: Installation, memory: Memory): SigningHost {
  const { search, next, latest, change, revisions } = memory;
  let colleagueIsDue = search.has('colleague');
  let clockIsBack = search.has('clock');

  const episodeIn = (view: CaseView | undefined, episodeId: string): BoardEpisode | undefined => view?.case.episodes.find(({ id }) => id === episodeId);
  const withEpisode = (view: CaseView, episodeId: string, changed: (episode: BoardEpisode) => BoardEpisode): CaseView => ({
    ...view,
    case: { ...view.case, episodes: view.case.episodes.map((episode) => (episode.id === episodeId ? changed(episode) : episode)) },
  });
  const author = (): string => state.person?.name ?? '';
  const isToCome = (on: IsoDate | null): boolean => on !== null && on > TODAY;

  /** Somebody else may have written the decision since the form was filled. */
  function isChanged(caseId: string, episodeId: string, revision: number): boolean {
    const then = episodeIn(revisions.get(caseId)?.[revision - 1], episodeId)?.decision;
    return JSON.stringify(then) !== JSON.stringify(episodeIn(latest(caseId), episodeId)?.decision);
  }

  const made = (actions: readonly ActionInput[]): Action[] => actions.map(({ id, what, owner, due_on: due }) => ({ id: id ?? `action-${next()}`, what, owner, due_on: due }));

  /** Changes a signed decision, or refuses. */
  function changeSigned(caseId: string, episodeId: string, changed: (decision: BoardDecision) => BoardDecision): Promise<CaseView> {
    const decision = episodeIn(latest(caseId), episodeId)?.decision;
    if (!decision?.seal) return refuse('decision_not_signed');
    return change(caseId, (view) => withEpisode(view, episodeId, (episode) => ({ ...episode, decision: changed(decision) })));
  }

  function sealOf(view: CaseView, open: string[]): Seal | null {
    const { person } = state;
    const { forecast } = view.assessment;
    if (!person) return null;
    const sealed = forecast.kind !== 'available' ? {} : { forecast: { pack: forecast.pack, horizons: forecast.horizons, interval_level: forecast.interval_level, inside_population: forecast.population.inside } };
    return { person_id: person.id, name: person.name, specialty: person.specialty, signed_at: NOW, sha256: madeUpHash(1), open_findings: open, ...sealed };
  }

  function followUpOf(id: string, input: FollowUpInput): RecordedFollowUp {
    return { ...input, id, note: input.note.trim(), recorded_at: NOW, source: { kind: 'typed' }, author: author() };
  }

  function followUpFault(input: FollowUpInput, others: readonly RecordedFollowUp[]): string | undefined {
    const { vital, seen_on: seen } = input;
    const faults: [boolean, string][] = [
      [seen > TODAY, 'follow_up_in_the_future'],
      [vital.kind === 'died' && vital.on > seen, 'follow_up_died_after_seen'],
      [vital.kind === 'died' && others.some((other) => other.vital.kind === 'alive' && other.seen_on > vital.on), 'follow_up_alive_after_death'],
      [vital.kind === 'alive' && others.some((other) => other.vital.kind === 'died' && other.vital.on < seen), 'follow_up_alive_after_death'],
      [input.complications.some(({ what }) => what.trim() === ''), 'follow_up_complication_without_name'],
    ];
    return faults.find(([isFault]) => isFault)?.[1];
  }

  function keepFollowUp(caseId: string, id: string, input: FollowUpInput): Promise<CaseView> {
    const others = (latest(caseId).case.follow_ups ?? []).filter((other) => other.id !== id);
    const fault = followUpFault(input, others);
    if (fault !== undefined) return refuse(fault);
    const all = [...others, followUpOf(id, input)].sort((one, other) => one.seen_on.localeCompare(other.seen_on));
    return change(caseId, (view) => ({ ...view, case: { ...view.case, follow_ups: all } }));
  }

  function keep(caseId: string, episodeId: string, input: DecisionInput): Promise<CaseView> {
    const known = episodeIn(latest(caseId), episodeId)?.decision ?? NOTHING;
    if (known.seal) return refuse('decision_signed');
    const decision: BoardDecision = { ...known, ...input, actions: made(input.actions) };
    const fault = faultOf(decision, false);
    if (fault !== undefined) return refuse(fault);
    return change(caseId, (view) => withEpisode(view, episodeId, (episode) => ({ ...episode, decision })));
  }

  return {
    saveDecision: async (caseId, episodeId, revision, input) => {
      if (colleagueIsDue) {
        colleagueIsDue = false;
        await change(caseId, (view) => withEpisode(view, episodeId, (episode) => ({ ...episode, decision: OF_A_COLLEAGUE })));
      }
      if (isChanged(caseId, episodeId, revision)) return refuse('decision_changed_elsewhere', { author: COLLEAGUE });
      return keep(caseId, episodeId, input);
    },
    signDecision: (caseId, episodeId, revision, { secret, acknowledged }) => {
      const view = latest(caseId);
      const decision = episodeIn(view, episodeId)?.decision;
      if (secret !== state.secrets.get(state.person?.id ?? '')) return refuse('wrong_secret');
      if (isChanged(caseId, episodeId, revision)) return refuse('decision_changed_elsewhere', { author: COLLEAGUE });
      if (clockIsBack && !acknowledged.includes('clock_set_back')) return refuse('clock_set_back', { last: '2026-03-13T08:00:00+00:00' });
      const open = [...openFindings(view.assessment.findings), ...(clockIsBack ? ['clock_set_back'] : [])];
      const unseen = open.filter((code) => !acknowledged.includes(code));
      if (unseen.length > 0) return refuse('findings_open', { count: String(unseen.length) });
      const fault = decision ? faultOf(decision, true) : 'decision_nothing_recommended';
      if (!decision || fault !== undefined) return refuse(fault ?? 'decision_nothing_recommended');
      const seal = sealOf(view, open);
      if (!seal) return refuse('sign_in_needed');
      clockIsBack = false;
      return change(caseId, (now) => withEpisode(now, episodeId, (episode) => ({ ...episode, decision: { ...decision, seal } })));
    },
    addAddendum: (caseId, episodeId, { text, recommendation, actions }) => {
      if (text.trim() === '') return refuse('addendum_empty');
      return changeSigned(caseId, episodeId, (decision) => {
        const addenda = decision.addenda ?? [];
        const version = addenda.length + 2;
        const added = { version, text: text.trim(), actions: made(actions), person_id: state.person?.id ?? '', name: author(), written_at: NOW, sha256: madeUpHash(version) };
        return { ...decision, addenda: [...addenda, { ...added, ...(recommendation === undefined ? {} : { recommendation }) }] };
      });
    },
    setActionDone: (caseId, episodeId, actionId, on) => {
      if (isToCome(on)) return refuse('day_to_come');
      return changeSigned(caseId, episodeId, (decision) => {
        const others = (decision.done ?? []).filter(({ action_id: done }) => done !== actionId);
        return { ...decision, done: on === null ? others : [...others, { action_id: actionId, on, author: author(), recorded_at: NOW }] };
      });
    },
    recordCarriedOut: (caseId, episodeId, input) => {
      if (isToCome(input.on)) return refuse('day_to_come');
      if (input.state !== 'done' && input.reason === null) return refuse('reason_of_deviation');
      return changeSigned(caseId, episodeId, (decision) => ({
        ...decision,
        carried_out: [...(decision.carried_out ?? []), { ...input, note: input.note.trim(), author: author(), recorded_at: NOW }],
      }));
    },
    openDiscussion: (caseId, indexDate, question) => {
      if (!latest(caseId).case.episodes.at(-1)?.decision?.seal) return refuse('discussion_open');
      const episode: BoardEpisode = { id: `episode-${next()}`, index_date: indexDate, question };
      return change(caseId, (view) => ({
        ...view,
        case: { ...view.case, episodes: [...view.case.episodes, episode] },
        assessment: { ...view.assessment, index_date: indexDate },
      }));
    },
    recordFollowUp: (caseId, input) => keepFollowUp(caseId, `follow-up-${next()}`, input),
    changeFollowUp: (caseId, id, input) => keepFollowUp(caseId, id, input),
    removeFollowUp: (caseId, id) => change(caseId, (view) => ({ ...view, case: { ...view.case, follow_ups: (view.case.follow_ups ?? []).filter((one) => one.id !== id) } })),
    setMilestone: (caseId, kind, on) => {
      if (isToCome(on)) return refuse('day_to_come');
      const episodeId = latest(caseId).case.episodes.at(-1)?.id;
      if (episodeId === undefined) return refuse('no_episode');
      return change(caseId, (view) =>
        withEpisode(view, episodeId, (episode) => {
          const others = (episode.milestones ?? []).filter((known) => known.kind !== kind);
          return { ...episode, milestones: on === null ? others : [...others, { kind, on, author: author(), recorded_at: NOW }] };
        }),
      );
    },
  };
}

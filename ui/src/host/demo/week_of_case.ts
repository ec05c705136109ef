// Where a case stands in the board's week, as the demo host keeps it after each change. What there has to be before a meeting
// stays as it was recorded.
import week from 'virtual:week';
import type { BoardDecision, BoardEpisode, CaseView, ClockReading, ClockState, DecisionCheck, DueFollowUp, EpisodeFollowUp, Finding, IsoDate, MilestoneKind, WeekOfCase } from '../types.ts';

export const TODAY: IsoDate = '2026-03-12';
const DAY = 86_400_000;
const FOLLOW_UP_MONTHS = [3, 6, 12];

const daysBetween = (from: IsoDate, to: IsoDate): number => Math.round((Date.parse(to) - Date.parse(from)) / DAY);
const shifted = (day: IsoDate, by: number): IsoDate => new Date(Date.parse(day) + by * DAY).toISOString().slice(0, 10);

function inMonths(day: IsoDate, months: number): IsoDate {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const last = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(date, last))).toISOString().slice(0, 10);
}

/** What has to be mended before somebody can sign, in the order in which Rust asks. */
export function faultOf({ recommendation, rationale, decided_on: day, positions, actions }: BoardDecision, toSign: boolean): string | undefined {
  const { option, deferred_for: reason, dose_gray: gray, fractions } = recommendation;
  const isDeferred = reason.trim() !== '';
  const names = positions.map(({ person_id: id, name }) => id ?? name.trim());
  const always: [boolean, string][] = [
    [new Set(names).size < names.length, 'decision_position_twice'],
    [actions.some(({ what, owner }) => what.trim() === '' || owner.trim() === ''), 'decision_action_without_owner'],
    [gray !== null && gray <= 0, 'decision_dose_not_positive'],
    [fractions === 0, 'decision_no_fractions'],
    [option !== null && isDeferred, 'decision_recommended_and_deferred'],
  ];
  const signing: [boolean, string][] = [
    [option === null && !isDeferred, 'decision_nothing_recommended'],
    [rationale.trim() === '', 'decision_no_rationale'],
    [day === null, 'decision_no_day'],
    [day !== null && day > TODAY, 'decision_day_to_come'],
    [!positions.some(({ stance }) => stance === 'agrees'), 'decision_nobody_agreed'],
    [positions.some(({ stance, hinges_on: on }) => stance === 'dissents' && on.trim() === ''), 'decision_dissent_without_reason'],
  ];
  return [...always, ...(toSign ? signing : [])].find(([isFault]) => isFault)?.[1];
}

/** Alerts and warnings by code and, where they are about one, feature. */
export function openFindings(findings: readonly Finding[]): string[] {
  const grave = findings.filter(({ severity }) => severity !== 'note');
  return [...new Set(grave.map(({ code, feature }) => (feature === undefined ? code : `${code}:${feature}`)))].sort();
}

function checkOf(episode: BoardEpisode, open: string[]): DecisionCheck[] {
  const { decision } = episode;
  if (!decision) return [];
  if (decision.seal) return [{ episode_id: episode.id, open_findings: [], intact: true }];
  const fault = faultOf(decision, true);
  return [{ episode_id: episode.id, open_findings: open, ...(fault === undefined ? {} : { unsignable: fault }) }];
}

function clockOf(view: CaseView, episode: BoardEpisode, urgent: boolean): ClockReading[] {
  const days: Partial<Record<MilestoneKind, IsoDate>> = {};
  const decidedOn = episode.decision?.decided_on;
  if (decidedOn) days.board = decidedOn;
  const given = view.case.courses.filter(({ status }) => status !== 'planned').map(({ started_on: on }) => on);
  const treated = given.filter((on) => on !== null && on >= episode.index_date).sort()[0];
  if (treated) days.treatment = treated;
  for (const { kind, on } of episode.milestones ?? []) days[kind] = on;
  return week.clock_intervals.map(({ id, from, to, limit_days: ordinary, urgent_limit_days: short }) => {
    const [start, end] = [days[from], days[to]];
    const limit = urgent ? (short ?? ordinary) : ordinary;
    const passed = start === undefined ? undefined : daysBetween(start, end ?? TODAY);
    let state: ClockState = 'not_judged';
    if (passed !== undefined && passed < 0 && end !== undefined) state = 'contradiction';
    else if (passed !== undefined && limit !== null) state = end === undefined ? (passed > limit ? 'overdue' : 'running') : passed > limit ? 'late' : 'met';
    return {
      id,
      state,
      ...(start === undefined ? {} : { started_on: start }),
      ...(end === undefined ? {} : { ended_on: end }),
      ...(passed === undefined ? {} : { days: passed }),
      ...(limit === null ? {} : { limit_days: limit }),
    };
  });
}

function followedAfter(view: CaseView, episode: BoardEpisode): EpisodeFollowUp[] {
  const decidedOn = episode.decision?.decided_on;
  if (!episode.decision?.seal || !decidedOn) return [];
  const followUps = view.case.follow_ups ?? [];
  const died = followUps.flatMap(({ vital }) => (vital.kind === 'died' ? [vital.on] : [])).sort()[0];
  const alive = followUps.flatMap(({ vital, seen_on: on }) => (vital.kind === 'alive' ? [on] : [])).sort().at(-1);
  const until = died ?? (alive !== undefined && alive >= decidedOn ? alive : undefined);
  const due = FOLLOW_UP_MONTHS.map((months): DueFollowUp => {
    const on = inMonths(decidedOn, months);
    const answered = died !== undefined || (alive !== undefined && alive >= shifted(on, -14));
    const open = TODAY < on ? 'not_yet' : TODAY > shifted(on, 30) ? 'overdue' : 'due';
    return { months, due_on: on, state: answered ? 'answered' : open };
  });
  const months = until === undefined ? 0 : Math.max(daysBetween(decidedOn, until), 0) / (365.25 / 12);
  return [{ episode_id: episode.id, due, followed: { months, died: died !== undefined, ...(until === undefined ? {} : { on: until }) } }];
}

/** The case with what its week is now. */
export function withWeek(view: CaseView): CaseView {
  const { week: recorded } = view;
  const { episodes } = view.case;
  const open = openFindings(view.assessment.findings);
  const urgent = view.assessment.pathway.emergency !== undefined;
  const current = episodes.at(-1);
  const now: WeekOfCase = {
    ...recorded,
    clock: current ? clockOf(view, current, urgent) : [],
    urgent,
    decisions: episodes.flatMap((episode) => checkOf(episode, open)),
    follow_ups: episodes.flatMap((episode) => followedAfter(view, episode)),
  };
  return { ...view, week: now };
}

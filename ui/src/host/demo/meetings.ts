// The board's week of the demo host: meetings in memory, and what `&week` brings. It judges nothing: what of a case is lacking and
// what is due is written down in `week.ts`.
import week from 'virtual:week';
import type { Host } from '../host.ts';
import type { AgendaItem, AgendaState, CaseSummary, Meeting, MeetingInput, MeetingSummary, MeetingView, WeekView } from '../types.ts';
import type { Installation } from './installation.ts';
import { refuse, type Memory } from './memory.ts';
import { dayFromToday, invited, madeUpDue, madeUpWeek, NOTHING_DUE, READINGS, SHIPPED, URGENT } from './week.ts';

type MeetingsHost = Pick<
  Host,
  | 'home'
  | 'search'
  | 'meetings'
  | 'meeting'
  | 'createMeeting'
  | 'changeMeeting'
  | 'setAttendance'
  | 'addToMeeting'
  | 'changeAgendaItem'
  | 'moveAgendaItem'
  | 'startAgendaItem'
  | 'endAgendaItem'
  | 'closeMeeting'
  | 'exportClock'
  | 'weekSettings'
  | 'setWeekSettings'
>;

/** What `Specialty::ALL` lists. */
const SPECIALTIES = ['spine_surgery', 'radiation_oncology', 'medical_oncology', 'radiology', 'interventional_radiology', 'pathology', 'palliative_care', 'neurology', 'rehabilitation', 'nursing', 'coordination', 'other'];

function quorumOf({ attendance, quorum }: Meeting): MeetingView['quorum'] {
  const there = attendance.filter(({ presence }) => presence === 'present' || presence === 'remote');
  const missing = quorum.specialties.filter((one) => !there.some(({ specialty }) => specialty === one));
  const people = Math.max(0, quorum.people - there.length);
  return { met: missing.length === 0 && people === 0, present: there.length, missing_specialties: missing, missing_people: people };
}

function summaryOf(meeting: Meeting): MeetingSummary {
  const on = meeting.agenda.filter(({ state }) => state !== 'withdrawn');
  return {
    id: meeting.id,
    title: meeting.title,
    on: meeting.on,
    starts_at: meeting.starts_at,
    place: meeting.place,
    closed: meeting.closed !== undefined,
    cases: on.length,
    late: on.filter(({ late }) => late).length,
    discussed: on.filter(({ state }) => state === 'discussed').length,
    quorum_met: quorumOf(meeting).met,
  };
}

/** Ends what runs. */
function stopped(item: AgendaItem, state: AgendaState, now: string): AgendaItem {
  return { ...item, state, discussed: item.discussed.map((span) => ({ ...span, until: span.until ?? now })) };
}

export function meetingsHost(memory: Memory, state: Installation, { listCases }: Pick<Host, 'listCases'>): MeetingsHost {
  const isMadeUp = memory.search.has('week');
  const kept = new Map<string, { meeting: Meeting; revision: number }>();
  let settings = SHIPPED;
  if (isMadeUp) for (const meeting of madeUpWeek(memory, state.people)) kept.set(meeting.id, { meeting, revision: 1 });

  const byDay = (): Meeting[] => [...kept.values()].map(({ meeting }) => meeting).sort((one, other) => one.on.localeCompare(other.on));

  async function cases(): Promise<Map<string, CaseSummary>> {
    const listed = await listCases('');
    return new Map(listed.cases.map((one) => [one.id, one]));
  }

  async function view(id: string): Promise<MeetingView> {
    const found = kept.get(id);
    if (!found) return refuse('unknown_meeting');
    const { meeting, revision } = found;
    const known = await cases();
    const planned = meeting.agenda.filter(({ state }) => state !== 'postponed' && state !== 'withdrawn');
    return {
      meeting,
      revision,
      quorum: quorumOf(meeting),
      planned_minutes: planned.reduce((sum, { minutes }) => sum + (minutes ?? meeting.minutes_per_case), 0),
      entries: meeting.agenda.map((item) => {
        const summary = known.get(item.case_id);
        const spans = item.discussed.map(({ from, until }) => Date.parse(until ?? new Date().toISOString()) - Date.parse(from));
        return {
          item_id: item.id,
          ...(summary ? { case: summary } : {}),
          question: summary ? (memory.latest(item.case_id).case.episodes.at(-1)?.question ?? '') : '',
          urgent: URGENT.includes(item.case_id),
          completeness: READINGS[item.case_id] ?? [{ id: 'question', state: 'missing', features: [] }],
          alerts: 0,
          decision: item.case_id === 'week-3' ? 'draft' : 'none',
          seconds: Math.floor(spans.reduce((sum, span) => sum + span, 0) / 1000),
        };
      }),
    };
  }

  function edit(id: string, change: (meeting: Meeting) => Meeting): Promise<MeetingView> {
    const found = kept.get(id);
    if (!found) return refuse('unknown_meeting');
    if (found.meeting.closed) return refuse('meeting_closed');
    kept.set(id, { meeting: change(found.meeting), revision: found.revision + 1 });
    return view(id);
  }

  const editItem = (id: string, itemId: string, change: (item: AgendaItem) => AgendaItem): Promise<MeetingView> =>
    edit(id, (meeting) => ({ ...meeting, agenda: meeting.agenda.map((item) => (item.id === itemId ? change(item) : item)) }));

  const plan = (input: MeetingInput): Omit<MeetingInput, 'list_closes_on'> => ({ ...input, title: input.title.trim(), place: input.place.trim() });

  const settingsView = (): Promise<WeekView> => Promise.resolve({ ...week, settings, specialties: SPECIALTIES });

  return {
    home: async () => {
      const known = await cases();
      const today = dayFromToday(0);
      const next = byDay().filter(({ on }) => on >= today).slice(0, 3);
      return {
        today,
        ...(memory.search.has('clock') ? { clock_set_back: new Date(Date.now() + 86_400_000).toISOString() } : {}),
        meetings: await Promise.all(
          next.map(async (meeting) => {
            const { entries } = await view(meeting.id);
            const lacks = entries.filter(({ completeness }) => completeness.some(({ state }) => state === 'stale' || state === 'missing'));
            return { meeting: summaryOf(meeting), incomplete: lacks.length, urgent: entries.filter(({ urgent }) => urgent).length };
          }),
        ),
        ...(isMadeUp ? madeUpDue(known) : NOTHING_DUE),
        cases: known.size,
      };
    },
    search: async (text) => {
      const wanted = text.trim().toLowerCase();
      const byName = (await listCases(text)).cases.map((one) => ({ case: one, excerpt: '' }));
      const others = [...(await cases()).values()].filter(({ id }) => !byName.some((found) => found.case.id === id));
      const byWords = others.flatMap((one) => {
        const question = memory.latest(one.id).case.episodes.at(-1)?.question ?? '';
        return question.toLowerCase().includes(wanted) ? [{ case: one, excerpt: question }] : [];
      });
      const meetings = byDay().filter(({ title, place }) => `${title} ${place}`.toLowerCase().includes(wanted));
      return { cases: [...byName, ...byWords], meetings: meetings.map((meeting) => ({ meeting: summaryOf(meeting), excerpt: meeting.place })), more: false };
    },
    meetings: (from, to) => Promise.resolve(byDay().filter(({ on }) => on >= from && on <= to).map(summaryOf)),
    meeting: view,
    createMeeting: (input) => {
      const id = `meeting-${memory.next()}`;
      const meeting: Meeting = { ...plan(input), id, list_closes_on: input.list_closes_on, quorum: settings.quorum, attendance: invited(state.people), agenda: [] };
      kept.set(id, { meeting, revision: 1 });
      return view(id);
    },
    changeMeeting: (id, revision, input) => {
      const found = kept.get(id);
      if (found && found.revision !== revision) return refuse('meeting_changed_elsewhere', { newest: String(found.revision) });
      return edit(id, (meeting) => ({ ...meeting, ...plan(input), list_closes_on: input.list_closes_on }));
    },
    setAttendance: (id, attendance) => edit(id, (meeting) => ({ ...meeting, attendance })),
    addToMeeting: (id, caseId) => {
      if (kept.get(id)?.meeting.agenda.some((item) => item.case_id === caseId && item.state !== 'withdrawn')) return refuse('meeting_case_twice');
      return edit(id, (meeting) => {
        const late = meeting.list_closes_on !== null && dayFromToday(0) > meeting.list_closes_on;
        const others = meeting.agenda.filter((item) => item.case_id !== caseId);
        const added: AgendaItem = { id: `item-${memory.next()}`, case_id: caseId, late, added_at: new Date().toISOString(), added_by: state.person?.name ?? '', minutes: null, state: 'waiting', discussed: [], note: '' };
        return { ...meeting, agenda: [...others, added] };
      });
    },
    changeAgendaItem: (id, itemId, input) => editItem(id, itemId, (item) => ({ ...item, ...input })),
    moveAgendaItem: (id, itemId, to) =>
      edit(id, (meeting) => {
        const others = meeting.agenda.filter((item) => item.id !== itemId);
        const moved = meeting.agenda.filter((item) => item.id === itemId);
        return { ...meeting, agenda: [...others.slice(0, to), ...moved, ...others.slice(to)] };
      }),
    startAgendaItem: (id, itemId) => {
      const now = new Date().toISOString();
      return edit(id, (meeting) => ({
        ...meeting,
        agenda: meeting.agenda.map((item) => {
          if (item.id !== itemId) return item.state === 'in_discussion' ? stopped(item, 'discussed', now) : item;
          return item.state === 'in_discussion' ? item : { ...item, state: 'in_discussion', discussed: [...item.discussed, { from: now, until: null }] };
        }),
      }));
    },
    endAgendaItem: (id, itemId, state) => editItem(id, itemId, (item) => stopped(item, state, new Date().toISOString())),
    closeMeeting: (id) => {
      const now = new Date().toISOString();
      return edit(id, (meeting) => ({
        ...meeting,
        agenda: meeting.agenda.map((item) => (item.state === 'in_discussion' ? stopped(item, 'discussed', now) : item)),
        closed: { name: state.person?.name ?? '', at: now },
      }));
    },
    exportClock: (from, to, path) => Promise.resolve({ path: path ?? `/demo/${from} ${to}.csv` }),
    weekSettings: settingsView,
    setWeekSettings: (wanted) => {
      settings = wanted;
      return settingsView();
    },
  };
}

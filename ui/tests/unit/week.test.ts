import { beforeEach, describe, expect, it } from 'vitest';
import type { AgendaState, ItemReading, MeetingView } from '../../src/host/types.ts';
import { agendaRows, clockText, firstToDiscuss, lacking, parseTime, plannedEnd, quorumText, readingText, rowBeside, secondsAt } from '../../src/state/week.ts';
import { setWords } from '../../src/state/words.svelte.ts';

/** A meeting with one case for each state, each after two minutes. */
function meeting(states: AgendaState[], gone: string[] = []): MeetingView {
  const ids = states.map((_, at) => String.fromCharCode(97 + at));
  const summary = { family_name: '', given_name: '', patient_id: '', primary_tumour: null, index_date: null, synthetic: true, revision: 1, saved_at: '' };
  return {
    meeting: {
      id: 'm',
      title: 'Thursday',
      on: '2026-03-05',
      starts_at: null,
      place: '',
      minutes_per_case: 8,
      list_closes_on: null,
      quorum: { specialties: ['radiology', 'spine_surgery'], people: 3 },
      attendance: [],
      agenda: ids.map((id, at) => ({ id, case_id: `case-${id}`, late: false, added_at: '', added_by: '', minutes: null, state: states[at]!, discussed: [], note: '' })),
      note: '',
    },
    revision: 1,
    quorum: { met: false, present: 0, missing_specialties: [], missing_people: 3 },
    planned_minutes: 0,
    // In another order than the list: what belongs together is told by its id.
    entries: ids.toReversed().map((id) => ({
      item_id: id,
      ...(gone.includes(id) ? {} : { case: { ...summary, id: `case-${id}` } }),
      question: '',
      urgent: false,
      completeness: [],
      alerts: 0,
      decision: 'none',
      seconds: 120,
    })),
  };
}

const rows = (states: AgendaState[], gone?: string[]): ReturnType<typeof agendaRows> => agendaRows(meeting(states, gone));

it('keeps the order of the list and puts to each case what was derived from it', () => {
  const all = rows(['waiting', 'waiting', 'waiting']);
  expect(all.map(({ item, entry }) => `${item.id}${entry.item_id}`)).toEqual(['aa', 'bb', 'cc']);
});

describe('the walk through the list', () => {
  it('begins with what is being discussed, else with the first that waits', () => {
    expect(firstToDiscuss(rows(['discussed', 'waiting', 'in_discussion']))?.item.id).toBe('c');
    expect(firstToDiscuss(rows(['discussed', 'postponed', 'waiting', 'waiting']))?.item.id).toBe('c');
    expect(firstToDiscuss(rows(['waiting', 'waiting'], ['a']))?.item.id).toBe('b');
    expect(firstToDiscuss(rows(['discussed', 'withdrawn']))).toBeUndefined();
  });

  it('passes what is not discussed and ends at both ends', () => {
    const all = rows(['discussed', 'postponed', 'in_discussion', 'withdrawn', 'waiting', 'waiting'], ['e']);
    expect(rowBeside(all, 'c', 1)?.item.id).toBe('f');
    expect(rowBeside(all, 'c', -1)?.item.id).toBe('a');
    expect(rowBeside(all, 'a', -1)).toBeUndefined();
    expect(rowBeside(all, 'f', 1)).toBeUndefined();
    expect(rowBeside(all, 'x', 1)).toBeUndefined();
    // Postponed while it was open: the walk goes on from there.
    expect(rowBeside(all, 'b', 1)?.item.id).toBe('c');
  });
});

describe('times', () => {
  it('go on while a case is discussed and stand still otherwise', () => {
    const [running, waiting] = rows(['in_discussion', 'waiting']);
    expect(secondsAt(running!, 10_000, 15_900)).toBe(125);
    expect(secondsAt(waiting!, 10_000, 15_900)).toBe(120);
    // A clock that was set back meanwhile takes nothing away.
    expect(secondsAt(running!, 10_000, 4_000)).toBe(120);
  });

  it('are written as minutes and seconds, with hours from an hour on', () => {
    expect([0, 5, 65, 3599, 3600, 4025].map(clockText)).toEqual(['0:00', '0:05', '1:05', '59:59', '1:00:00', '1:07:05']);
  });

  it('are read as people write them, and what is no time is not', () => {
    expect(['14:30', '14.30', '1430', '9', ' 9:05 Uhr '].map(parseTime)).toEqual(['14:30:00', '14:30:00', '14:30:00', '09:00:00', '09:05:00']);
    expect(parseTime('')).toBeNull();
    for (const wrong of ['24:00', '12:60', 'noon', '12:5', '-1']) expect(parseTime(wrong), wrong).toBeUndefined();
  });

  it('give the planned end, past midnight too', () => {
    expect(plannedEnd('15:30:00', 40)).toBe('16:10');
    expect(plannedEnd('23:50:00', 20)).toBe('00:10');
    expect(plannedEnd(null, 20)).toBeNull();
  });
});

describe('in words', () => {
  beforeEach(() =>
    setWords({
      'completeness.mri': 'MRI',
      'completeness.ct': 'CT',
      'absence.pending': 'result pending',
      'specialty.radiology': 'Radiology',
      'screen.meeting.item_stale': '{item}: {days} days old, limit {limit}',
      'screen.meeting.item_absent': '{item} ({reason})',
      'screen.meeting.quorum_met': 'met {present}/{people}',
      'screen.meeting.quorum_people': 'few {present}/{people}',
      'screen.meeting.quorum_missing': 'no {present}/{people} {missing}',
    }),
  );

  const reading = (id: string, state: ItemReading['state'], more: Partial<ItemReading> = {}): ItemReading => ({ id, state, features: [], ...more });

  it('what is missing comes before what is too old, and what is current is left out', () => {
    const all = [reading('a', 'current'), reading('b', 'undated'), reading('c', 'stale'), reading('d', 'missing'), reading('e', 'missing')];
    expect(lacking(all).map(({ id }) => id)).toEqual(['d', 'e', 'c', 'b']);
  });

  it('an item says its age and limit, or why it is missing', () => {
    expect(readingText(reading('mri', 'stale', { days: 51, limit_days: 42 }))).toBe('MRI: 51 days old, limit 42');
    expect(readingText(reading('ct', 'missing', { absent: 'pending' }))).toBe('CT (result pending)');
    expect(readingText(reading('ct', 'missing'))).toBe('CT');
  });

  it('a quorum says who is missing', () => {
    const rule = { specialties: ['radiology'], people: 4 };
    expect(quorumText({ met: true, present: 5, missing_specialties: [], missing_people: 0 }, rule)).toBe('met 5/4');
    expect(quorumText({ met: false, present: 3, missing_specialties: [], missing_people: 1 }, rule)).toBe('few 3/4');
    expect(quorumText({ met: false, present: 2, missing_specialties: ['radiology'], missing_people: 2 }, rule)).toBe('no 2/4 Radiology');
  });
});

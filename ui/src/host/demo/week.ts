// What `&week` in the address brings: made-up patients, two meetings that come and one that was, and what is due. Nothing here is
// of a real patient, and what is said to be due is written down, not computed.
import type { Attendance, CaseSummary, HomeView, ItemReading, Meeting, Person, WeekSettings } from '../types.ts';
import type { Memory } from './memory.ts';
import { DEMO_CASE, EMPTY_CASE } from './recorded.ts';

/** A day so many days after today, by the clock of the window. */
export function dayFromToday(days: number): string {
  const day = new Date();
  day.setDate(day.getDate() + days);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

/** As `WeekSettings::default`. */
export const SHIPPED: WeekSettings = {
  quorum: { specialties: ['spine_surgery', 'radiation_oncology', 'medical_oncology', 'radiology'], people: 4 },
  minutes_per_case: 8,
  list_closes_days_before: 1,
  completeness: { limit_days: {}, left_out: [] },
  clock: { limit_days: {}, urgent_limit_days: {} },
  letterhead: { centre: '', department: '', lines: [] },
};

const PATIENTS = [
  { id: 'week-1', family_name: 'SYNTHETIC', given_name: 'Birch', patient_id: 'SYN-1001', question: 'Separation surgery before stereotactic radiotherapy of L2?' },
  { id: 'week-2', family_name: 'SYNTHETIC', given_name: 'Cedar', patient_id: 'SYN-1002', question: 'Is T7 unstable enough for cement?' },
  { id: 'week-3', family_name: 'SYNTHETIC', given_name: 'Elm', patient_id: 'SYN-1003', question: '' },
];

/** Where the cases of the list differ from what is there, on the day of the meeting. */
export const READINGS: Record<string, ItemReading[]> = {
  [DEMO_CASE.case.id]: [
    { id: 'question', state: 'current', features: [] },
    { id: 'mri', state: 'stale', on: dayFromToday(-49), days: 51, limit_days: 42, features: [] },
    { id: 'bloods', state: 'current', features: [] },
  ],
  'week-1': [
    { id: 'question', state: 'current', features: [] },
    { id: 'ct', state: 'missing', features: [] },
    { id: 'performance_status', state: 'stale', on: dayFromToday(-20), days: 22, limit_days: 14, features: ['ecog'] },
    { id: 'molecular_report', state: 'missing', features: [], absent: 'pending' },
  ],
  'week-2': [{ id: 'question', state: 'current', features: [] }, { id: 'mri', state: 'current', features: [] }],
};

/** With signs of an emergency. */
export const URGENT = ['week-1'];

export function invited(people: Person[]): Attendance[] {
  return people.filter(({ active }) => active).map(({ id, name, specialty }) => ({ person_id: id, name, specialty, presence: 'invited' }));
}

/** Puts the made-up patients into the memory and answers with their meetings. */
export function madeUpWeek({ save }: Memory, people: Person[]): Meeting[] {
  save(DEMO_CASE);
  for (const { id, question, ...named } of PATIENTS) {
    const identity = { ...EMPTY_CASE.case.identity, ...named };
    const episodes = EMPTY_CASE.case.episodes.map((episode) => ({ ...episode, id: `episode-${id}`, question }));
    save({ ...EMPTY_CASE, case: { ...EMPTY_CASE.case, id, identity, episodes, synthetic: true } });
  }
  const attendance = invited(people);
  const base = { starts_at: '15:30:00', place: 'Seminar room 2', minutes_per_case: 8, quorum: SHIPPED.quorum, attendance, note: '' };
  const item = (caseId: string, late = false): Meeting['agenda'][number] => ({
    id: `item-${caseId}`,
    case_id: caseId,
    late,
    added_at: new Date().toISOString(),
    added_by: 'Jonas Brandt',
    minutes: null,
    state: 'waiting',
    discussed: [],
    note: '',
  });
  return [
    { ...base, id: 'meeting-past', title: 'Spine board', on: dayFromToday(-5), list_closes_on: null, agenda: [{ ...item('week-3'), id: 'item-past', state: 'discussed' }] },
    { ...base, id: 'meeting-next', title: 'Spine board', on: dayFromToday(2), list_closes_on: dayFromToday(1), agenda: [item(DEMO_CASE.case.id), item('week-1', true), item('week-2')] },
    { ...base, id: 'meeting-later', title: 'Spine board', on: dayFromToday(9), list_closes_on: dayFromToday(8), agenda: [] },
  ];
}

/** Nothing is due. */
export const NOTHING_DUE: Pick<HomeView, 'follow_ups' | 'steps' | 'actions' | 'unsigned'> = {
  follow_ups: { open: 0, overdue: 0, lines: [] },
  steps: { open: 0, overdue: 0, lines: [] },
  actions: { open: 0, overdue: 0, lines: [] },
  unsigned: { open: 0, cases: [] },
};

/** What is due, as it is written down for the made-up patients. */
export function madeUpDue(known: ReadonlyMap<string, CaseSummary>): Pick<HomeView, 'follow_ups' | 'steps' | 'actions' | 'unsigned'> {
  const [birch, cedar, elm] = [known.get('week-1'), known.get('week-2'), known.get('week-3')];
  if (!birch || !cedar || !elm) return NOTHING_DUE;
  return {
    follow_ups: {
      open: 2,
      overdue: 1,
      lines: [
        { case: elm, episode_id: 'episode-week-3', months: 6, due_on: dayFromToday(-41), state: 'overdue' },
        { case: cedar, episode_id: 'episode-week-2', months: 3, due_on: dayFromToday(-3), state: 'due' },
      ],
    },
    steps: {
      open: 2,
      overdue: 2,
      lines: [
        { case: birch, episode_id: 'episode-week-1', urgent: true, reading: { id: 'mri_to_treatment', started_on: dayFromToday(-3), days: 3, limit_days: 1, state: 'overdue' } },
        { case: cedar, episode_id: 'episode-week-2', urgent: false, reading: { id: 'referral_to_mri', started_on: dayFromToday(-12), days: 12, limit_days: 7, state: 'overdue' } },
      ],
    },
    actions: {
      open: 2,
      overdue: 1,
      lines: [
        { case: cedar, episode_id: 'episode-week-2', action_id: 'action-1', what: 'Ask for the molecular report', owner: 'Dr. Kaan Yıldız', due_on: dayFromToday(-1), overdue: true },
        { case: elm, episode_id: 'episode-week-3', action_id: 'action-2', what: 'Call the family doctor', owner: 'Jonas Brandt', overdue: false },
      ],
    },
    unsigned: { open: 1, cases: [elm] },
  };
}

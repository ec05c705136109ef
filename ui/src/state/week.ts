// A meeting's list as the screens show it: what is next, what is lacking in words, how long it took. Nothing here judges a case.
import type { AgendaEntry, AgendaItem, ItemReading, MeetingView, QuorumRule, QuorumState } from '../host/types.ts';
import { t } from './words.svelte.ts';

/** A case on the list with what was derived from it. */
export interface AgendaRow {
  item: AgendaItem;
  entry: AgendaEntry;
}

/** The list in its order. */
export function agendaRows({ meeting, entries }: MeetingView): AgendaRow[] {
  const of = new Map(entries.map((entry) => [entry.item_id, entry]));
  return meeting.agenda.flatMap((item) => {
    const entry = of.get(item.id);
    return entry ? [{ item, entry }] : [];
  });
}

/** Whether a case is discussed in this meeting, and can be opened. */
export function isOnList({ item, entry }: AgendaRow): boolean {
  return entry.case !== undefined && item.state !== 'postponed' && item.state !== 'withdrawn';
}

/** The case before or after one of the list, past those that are not discussed. */
export function rowBeside(rows: AgendaRow[], itemId: string, by: 1 | -1): AgendaRow | undefined {
  const at = rows.findIndex(({ item }) => item.id === itemId);
  if (at < 0) return undefined;
  return by > 0 ? rows.slice(at + 1).find(isOnList) : rows.slice(0, at).findLast(isOnList);
}

/** Where a walk through the list begins: what is being discussed, else the first that waits. */
export function firstToDiscuss(rows: AgendaRow[]): AgendaRow | undefined {
  const on = rows.filter(isOnList);
  return on.find(({ item }) => item.state === 'in_discussion') ?? on.find(({ item }) => item.state === 'waiting');
}

/** Seconds of discussion at a moment: those that the host counted when it answered, and those since. */
export function secondsAt({ item, entry }: AgendaRow, answeredAt: number, now: number): number {
  const since = item.state === 'in_discussion' ? Math.max(0, Math.floor((now - answeredAt) / 1000)) : 0;
  return entry.seconds + since;
}

/** `7:05`, or `1:07:05` from an hour on. */
export function clockText(seconds: number): string {
  const two = (part: number): string => String(part).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}:${two(seconds % 60)}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** `1400`, `14:00`, `14.00` and `14` as `14:00:00`; null where nothing is typed, undefined where it is no time. */
export function parseTime(text: string): string | null | undefined {
  const typed = text.trim().replace(/\s*(uhr|h)$/i, '');
  if (typed === '') return null;
  const found = /^(\d{1,2})(?:[:.]?(\d{2}))?$/.exec(typed);
  const [hour, minute] = [Number(found?.[1]), Number(found?.[2] ?? 0)];
  if (!found || hour > 23 || minute > 59) return undefined;
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}:00`;
}

/** `14:00:00` without the seconds, which nobody plans. */
export function timeLabel(time: string | null): string {
  return time?.slice(0, 5) ?? '';
}

/** When the plan says that the meeting ends; none without a beginning. */
export function plannedEnd(startsAt: string | null, minutes: number): string | null {
  if (startsAt === null) return null;
  const [hour = 0, minute = 0] = startsAt.split(':').map(Number);
  const end = (hour * 60 + minute + minutes) % (24 * 60);
  return `${String(Math.floor(end / 60)).padStart(2, '0')}:${String(end % 60).padStart(2, '0')}`;
}

/** What is missing, then what is too old, then what has no day; what is current is left out. */
export function lacking(readings: ItemReading[]): ItemReading[] {
  return (['missing', 'stale', 'undated'] as const).flatMap((state) => readings.filter((reading) => reading.state === state));
}

/** An item in words, with its age and limit where it is too old and the reason where somebody said why it is missing. */
export function readingText(reading: ItemReading): string {
  const item = t(`completeness.${reading.id}`);
  if (reading.state === 'stale') return t('screen.meeting.item_stale', { item, days: reading.days ?? 0, limit: reading.limit_days ?? 0 });
  if (reading.absent !== undefined) return t('screen.meeting.item_absent', { item, reason: t(`absence.${reading.absent}`) });
  return item;
}

/** Whether enough people are there, and who is missing. */
export function quorumText(state: QuorumState, rule: QuorumRule): string {
  const missing = state.missing_specialties.map((id) => t(`specialty.${id}`)).join(', ');
  const parameters = { present: state.present, people: rule.people, missing };
  if (state.met) return t('screen.meeting.quorum_met', parameters);
  return missing === '' ? t('screen.meeting.quorum_people', parameters) : t('screen.meeting.quorum_missing', parameters);
}

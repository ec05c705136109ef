// What is typed of a follow-up before it is saved. What can be is decided in Rust.
import type { BoardEpisode, DueFollowUp, EpisodeFollowUp, EventSince, FollowUpInput, IsoDate, RecordedFollowUp, TreatmentKind, VitalStatus } from '../host/types.ts';
import { date, fixed, people } from './format.ts';
import { readKept, writeKept } from './kept.svelte.ts';
import { t } from './words.svelte.ts';

/** Clavien-Dindo. */
export const GRADES = [1, 2, 3, 4, 5] as const;
export const PAIN: readonly number[] = Array.from({ length: 11 }, (_, score) => score);
export const VITALS: readonly VitalStatus['kind'][] = ['alive', 'died', 'not_reached'];

export interface TypedComplication {
  what: string;
  grade: number | null;
  on: IsoDate | null;
}

export interface TypedRetreatment {
  kind: TreatmentKind;
  on: IsoDate | null;
  note: string;
}

/** All that is typed of a follow-up. */
type TypedFollowUp = Pick<FollowUpForm, 'id' | 'seenOn' | 'vital' | 'diedOn' | 'walking' | 'worstPain' | 'continent' | 'compression' | 'compressionOn' | 'complications' | 'noComplication' | 'retreatments' | 'note'>;

/** A follow-up as it is typed. */
export class FollowUpForm {
  /** The follow-up that is corrected; none is a new one. */
  id = $state<string | null>(null);
  seenOn = $state<IsoDate | null>(null);
  vital = $state<VitalStatus['kind'] | ''>('');
  diedOn = $state<IsoDate | null>(null);
  walking = $state('');
  worstPain = $state<number | null>(null);
  continent = $state<'' | 'yes' | 'no'>('');
  compression = $state<'' | EventSince['kind']>('');
  compressionOn = $state<IsoDate | null>(null);
  complications = $state<TypedComplication[]>([]);
  noComplication = $state(false);
  retreatments = $state<TypedRetreatment[]>([]);
  note = $state('');

  get isComplete(): boolean {
    return this.seenOn !== null && this.vital !== '' && (this.vital !== 'died' || this.diedOn !== null);
  }

  fill(known: RecordedFollowUp | null): void {
    this.id = known?.id ?? null;
    this.seenOn = known?.seen_on ?? null;
    this.vital = known?.vital.kind ?? '';
    this.diedOn = known?.vital.kind === 'died' ? known.vital.on : null;
    this.walking = known?.walking ?? '';
    this.worstPain = known?.worst_pain ?? null;
    const continent = known?.continent ?? null;
    this.continent = continent === null ? '' : continent ? 'yes' : 'no';
    this.compression = known?.cord_compression?.kind ?? '';
    this.compressionOn = known?.cord_compression?.kind === 'yes' ? known.cord_compression.on : null;
    this.complications = (known?.complications ?? []).map((one) => ({ ...one }));
    this.noComplication = known?.no_complication ?? false;
    this.retreatments = (known?.retreatments ?? []).map((one) => ({ ...one }));
    this.note = known?.note ?? '';
  }

  kept(): string {
    const typed = writeKept(this.typed());
    return typed === writeKept(new FollowUpForm().typed()) ? '' : typed;
  }

  takeUp(text: string): void {
    Object.assign(this, (readKept(text) as TypedFollowUp | null) ?? {});
  }

  /** As it goes to Rust; none while something is missing without which nothing was learned. */
  input(): FollowUpInput | null {
    const vital = this.status();
    if (this.seenOn === null || !vital) return null;
    const asked = vital.kind !== 'not_reached';
    const alive = vital.kind === 'alive';
    return {
      seen_on: this.seenOn,
      vital,
      walking: alive && this.walking !== '' ? this.walking : null,
      worst_pain: alive ? this.worstPain : null,
      continent: alive && this.continent !== '' ? this.continent === 'yes' : null,
      cord_compression: asked ? this.event() : null,
      complications: asked ? $state.snapshot(this.complications) : [],
      no_complication: asked && this.noComplication && this.complications.length === 0,
      retreatments: asked ? $state.snapshot(this.retreatments) : [],
      note: this.note,
    };
  }

  private typed(): TypedFollowUp {
    const { id, seenOn, vital, diedOn, walking, worstPain, continent, compression, compressionOn, noComplication, note } = this;
    const [complications, retreatments] = [$state.snapshot(this.complications), $state.snapshot(this.retreatments)];
    return { id, seenOn, vital, diedOn, walking, worstPain, continent, compression, compressionOn, complications, noComplication, retreatments, note };
  }

  private status(): VitalStatus | null {
    if (this.vital === '') return null;
    if (this.vital !== 'died') return { kind: this.vital };
    return this.diedOn === null ? null : { kind: 'died', on: this.diedOn };
  }

  private event(): EventSince | null {
    if (this.compression === '') return null;
    return this.compression === 'no' ? { kind: 'no' } : { kind: 'yes', on: this.compressionOn };
  }
}

/** `62 of 100 (48 to 74)`, or that nothing was forecast. */
export function forecastSaid(episode: BoardEpisode, months: number): string {
  const point = episode.decision?.seal?.forecast?.horizons.find((one) => one.months === months);
  if (!point) return t('screen.follow_up.no_forecast');
  return t('screen.follow_up.of_100_between', { alive: people(point.alive), low: people(point.low), high: people(point.high) });
}

/** The mean of the estimates that were locked before the model was seen. */
export function estimateSaid(episode: BoardEpisode, months: number): string {
  const estimates = episode.estimates ?? [];
  if (estimates.length === 0) return t('screen.follow_up.no_estimate');
  if (months !== 3 && months !== 12) return t('screen.follow_up.not_asked');
  const values = estimates.map((one) => (months === 3 ? one.alive_3_months : one.alive_12_months));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return t('screen.follow_up.of_100_by', { alive: people(mean / 100), count: values.length });
}

/** What is known of the patient at a horizon: alive, died after so many months, or nothing yet. */
export function outcomeSaid({ followed }: EpisodeFollowUp, due: DueFollowUp): string {
  const { on, died } = followed;
  const months = fixed(followed.months, 1);
  if (on === undefined) return t('screen.follow_up.outcome_unknown');
  if (died && on <= due.due_on) return t('screen.follow_up.outcome_died', { months });
  if (on >= due.due_on) return t('screen.follow_up.outcome_alive');
  return t('screen.follow_up.outcome_last', { day: date(on), months });
}

// What is typed of a decision before it is saved, kept while tabs and cases change. What can be signed is decided in Rust.
import type { Action, ActionInput, AddendumInput, BoardDecision, BoardEpisode, CarriedOutInput, CarriedOutState, CaseView, DecisionInput, EvidenceKind, HostError, IsoDate, Level, Person, Position, PositionStance, Recommendation, TreatmentOption } from '../host/types.ts';
import { number } from './format.ts';
import { readKept, writeKept } from './kept.svelte.ts';
import { parseNumber } from './parse.ts';
import type { Session } from './session.svelte.ts';

export const EVIDENCE: readonly EvidenceKind[] = ['randomised', 'pooled_randomised', 'observational', 'consensus'];
export const STANCES: readonly PositionStance[] = ['agrees', 'dissents', 'abstains'];

/** Gray and fractions are asked of these alone. */
const WITH_RADIOTHERAPY: readonly string[] = ['surgery_with_radiotherapy', 'stereotactic', 'conventional'];

/** Where somebody stands, as it is typed; an empty stance is none. */
export interface TypedPosition {
  personId: string | null;
  name: string;
  specialty: string;
  stance: PositionStance | '';
  prefers: TreatmentOption | '';
  hingesOn: string;
  wouldChange: string;
}

export interface TypedAction {
  /** Of an action that was saved already. */
  id: string | null;
  what: string;
  owner: string;
  dueOn: IsoDate | null;
}

/** All that is typed of a recommendation. */
interface TypedRecommendation {
  option: TreatmentOption | '';
  isDeferred: boolean;
  deferredFor: string;
  levels: Level[];
  dose: string;
  fractions: string;
  procedure: string;
  systemicPlan: string;
}

/** Runs a change of the open case and hands a refusal back, to be said where it belongs. */
export async function attempt(session: Session, command: () => Promise<CaseView>): Promise<HostError | null> {
  if (await session.change(command)) return null;
  const { error } = session;
  session.error = null;
  return error;
}

/** What the board recommends, as it is typed. */
export class RecommendationForm {
  option = $state<TreatmentOption | ''>('');
  isDeferred = $state(false);
  deferredFor = $state('');
  levels = $state.raw<Level[]>([]);
  dose = $state('');
  fractions = $state('');
  procedure = $state('');
  systemicPlan = $state('');
  /** What was typed as a number and is none. */
  problem = $state<{ field: 'dose' | 'fractions'; code: string } | null>(null);

  get hasRadiotherapy(): boolean {
    return WITH_RADIOTHERAPY.includes(this.option);
  }

  fill(known: Recommendation | null): void {
    this.option = known?.option ?? '';
    this.deferredFor = known?.deferred_for ?? '';
    this.isDeferred = this.deferredFor !== '';
    this.levels = known?.levels ?? [];
    const gray = known?.dose_gray ?? null;
    this.dose = gray === null ? '' : number(gray);
    this.fractions = String(known?.fractions ?? '');
    this.procedure = known?.procedure ?? '';
    this.systemicPlan = known?.systemic_plan ?? '';
    this.problem = null;
  }

  /** As it goes to Rust; none where a number cannot be read, which `problem` then says. */
  input(): Recommendation | null {
    this.problem = null;
    const [dose, fractions] = [this.amount('dose'), this.amount('fractions')];
    if (dose === undefined || fractions === undefined) return null;
    return {
      option: this.isDeferred || this.option === '' ? null : this.option,
      deferred_for: this.isDeferred ? this.deferredFor : '',
      levels: this.levels,
      dose_gray: dose,
      fractions,
      procedure: this.isDeferred ? '' : this.procedure,
      systemic_plan: this.isDeferred ? '' : this.systemicPlan,
    };
  }

  typed(): TypedRecommendation {
    const { option, isDeferred, deferredFor, levels, dose, fractions, procedure, systemicPlan } = this;
    return { option, isDeferred, deferredFor, levels, dose, fractions, procedure, systemicPlan };
  }

  takeUp(typed: TypedRecommendation): void {
    Object.assign(this, typed);
    this.problem = null;
  }

  private amount(field: 'dose' | 'fractions'): number | null | undefined {
    if (this.isDeferred || !this.hasRadiotherapy) return null;
    const parsed = parseNumber(this[field], field === 'fractions');
    if (parsed.kind === 'blank') return null;
    if (parsed.kind === 'number' && (field === 'dose' || parsed.value >= 0)) return parsed.value;
    const unreadable = parsed.kind === 'ambiguous' ? 'ambiguous' : 'not_a_number';
    this.problem = { field, code: field === 'fractions' ? 'decision_no_fractions' : unreadable };
    return undefined;
  }
}

/** Who does what by when, as it is typed. */
export class ActionsForm {
  rows = $state<TypedAction[]>([]);

  fill(known: readonly Action[]): void {
    this.rows = known.map(({ id, what, owner, due_on }) => ({ id, what, owner, dueOn: due_on }));
  }

  add(): void {
    this.rows.push({ id: null, what: '', owner: '', dueOn: null });
  }

  remove(at: number): void {
    this.rows.splice(at, 1);
  }

  /** Without the rows in which nothing stands. */
  input(): ActionInput[] {
    const filled = this.rows.filter(({ id, what, owner }) => id !== null || what.trim() !== '' || owner.trim() !== '');
    return filled.map(({ id, what, owner, dueOn }) => ({ ...(id === null ? {} : { id }), what: what.trim(), owner: owner.trim(), due_on: dueOn }));
  }

  typed(): TypedAction[] {
    return $state.snapshot(this.rows);
  }
}

/** All that is typed of an addition. */
interface TypedAddendum {
  text: string;
  changes: boolean;
  recommendation: TypedRecommendation;
  actions: TypedAction[];
}

/** An addition to a signed decision, as it is typed. */
export class AddendumForm {
  isOpen = $state(false);
  text = $state('');
  /** It changes the recommendation. */
  changes = $state(false);
  readonly recommendation: RecommendationForm = new RecommendationForm();
  readonly actions: ActionsForm = new ActionsForm();

  /** Whether the recommendation changes, starting from the one that stands. */
  change(wanted: boolean, holds: Recommendation): void {
    this.changes = wanted;
    this.recommendation.fill(wanted ? holds : null);
  }

  /** As it goes to Rust; none where a number cannot be read. */
  input(): AddendumInput | null {
    const changed = this.changes ? this.recommendation.input() : undefined;
    if (changed === null) return null;
    return { text: this.text, actions: this.actions.input(), ...(changed === undefined ? {} : { recommendation: changed }) };
  }

  kept(): string {
    const { text, changes } = this;
    const [recommendation, actions] = [this.recommendation.typed(), this.actions.typed()];
    if (text === '' && !changes && this.actions.input().length === 0) return '';
    return writeKept({ text, changes, recommendation, actions } satisfies TypedAddendum);
  }

  takeUp(text: string): void {
    const typed = readKept(text) as TypedAddendum | null;
    if (!typed) return;
    [this.isOpen, this.changes, this.text] = [true, typed.changes, typed.text];
    this.recommendation.takeUp(typed.recommendation);
    this.actions.rows = typed.actions;
  }

  clear(): void {
    [this.isOpen, this.changes, this.text] = [false, false, ''];
    this.recommendation.fill(null);
    this.actions.fill([]);
  }
}

/** What became of a recommendation, as it is typed. */
export class CarriedOutForm {
  outcome = $state<CarriedOutState | ''>('');
  reason = $state('');
  on = $state<IsoDate | null>(null);
  note = $state('');

  get needsReason(): boolean {
    return this.outcome === 'changed' || this.outcome === 'not_done';
  }

  /** As it goes to Rust; none before anything is chosen. */
  input(): CarriedOutInput | null {
    if (this.outcome === '') return null;
    const reason = this.needsReason && this.reason !== '' ? this.reason : null;
    return { state: this.outcome, reason, on: this.on, note: this.note };
  }

  clear(): void {
    [this.outcome, this.reason, this.on, this.note] = ['', '', null, ''];
  }
}

function typedPosition(known: Position): TypedPosition {
  const { person_id, name, specialty, stance, prefers, hinges_on, would_change } = known;
  return { personId: person_id, name, specialty, stance, prefers: prefers ?? '', hingesOn: hinges_on, wouldChange: would_change };
}

function position({ personId, name, specialty, stance, prefers, hingesOn, wouldChange }: TypedPosition): Position | null {
  if (stance === '') return null;
  const dissents = stance === 'dissents';
  const reasons = { prefers: dissents && prefers !== '' ? prefers : null, hinges_on: dissents ? hingesOn.trim() : '', would_change: dissents ? wouldChange.trim() : '' };
  return { person_id: personId, name, specialty, stance, ...reasons };
}

/** All that is typed of a decision, and what it was typed from. */
interface TypedDecision {
  from: string | null;
  revision: number;
  decidedOn: IsoDate | null;
  recommendation: TypedRecommendation;
  rationale: string;
  evidence: EvidenceKind | '';
  positions: TypedPosition[];
  actions: TypedAction[];
  decidedByForecast: boolean;
}

/** A decision of one discussion as it is typed. */
export class DecisionForm {
  decidedOn = $state<IsoDate | null>(null);
  readonly recommendation: RecommendationForm = new RecommendationForm();
  rationale = $state('');
  evidence = $state<EvidenceKind | ''>('');
  positions = $state<TypedPosition[]>([]);
  readonly actions: ActionsForm = new ActionsForm();
  decidedByForecast = $state(false);
  /** The other version, while somebody else changed the decision since the form was filled. */
  theirs = $state.raw<BoardDecision | null>(null);
  isSaving = $state(false);
  /** Revision of the case that the form was filled from. */
  private revision = 0;
  /** The decision that it was filled from, and what then stood in the form. */
  private from: string | null = null;
  private filled = $state('');

  get isChanged(): boolean {
    return this.filled !== this.typed();
  }

  /** Takes what is saved, unless something is typed that is not; then the other version is put beside it. */
  follow(view: CaseView, episode: BoardEpisode, people: readonly Person[]): void {
    if (this.isSaving) return;
    const now = JSON.stringify(episode.decision ?? null);
    if (this.from === now) return;
    if (this.from !== null && this.isChanged) this.theirs = episode.decision ?? null;
    else this.fill(view, episode, people);
  }

  fill(view: CaseView, episode: BoardEpisode, people: readonly Person[]): void {
    const known = episode.decision;
    this.decidedOn = known?.decided_on ?? null;
    this.recommendation.fill(known?.recommendation ?? null);
    this.rationale = known?.rationale ?? '';
    this.evidence = known?.evidence ?? '';
    const said = known?.positions ?? [];
    const silent = people.filter(({ id, active }) => active && !said.some(({ person_id }) => person_id === id));
    const blank = { stance: '', prefers: '', hingesOn: '', wouldChange: '' } as const;
    this.positions = [...said.map(typedPosition), ...silent.map(({ id, name, specialty }) => ({ personId: id, name, specialty, ...blank }))];
    this.actions.fill(known?.actions ?? []);
    this.decidedByForecast = known?.decided_by_forecast ?? false;
    this.keepFrom(view, episode);
    this.filled = this.typed();
  }

  kept(): string {
    if (!this.isChanged) return '';
    const { from, revision, decidedOn, rationale, evidence, decidedByForecast } = this;
    const positions = $state.snapshot(this.positions);
    return writeKept({ from, revision, decidedOn, recommendation: this.recommendation.typed(), rationale, evidence, positions, actions: this.actions.typed(), decidedByForecast } satisfies TypedDecision);
  }

  /** Where somebody saved since, their version comes beside it as with any other form. */
  takeUp(text: string): void {
    const typed = readKept(text) as TypedDecision | null;
    if (!typed) return;
    [this.from, this.revision, this.decidedOn, this.decidedByForecast] = [typed.from, typed.revision, typed.decidedOn, typed.decidedByForecast];
    [this.rationale, this.evidence, this.positions] = [typed.rationale, typed.evidence, typed.positions];
    this.recommendation.takeUp(typed.recommendation);
    this.actions.rows = typed.actions;
  }

  /** What is typed goes on top of the newest version. */
  keepMine(view: CaseView, episode: BoardEpisode): void {
    this.keepFrom(view, episode);
  }

  /** As it goes to Rust; none where a number cannot be read. */
  input(): DecisionInput | null {
    const recommendation = this.recommendation.input();
    if (!recommendation) return null;
    return {
      decided_on: this.decidedOn,
      recommendation,
      rationale: this.rationale,
      evidence: this.evidence === '' ? null : this.evidence,
      positions: this.positions.map(position).filter((one) => one !== null),
      actions: this.actions.input(),
      decided_by_forecast: this.decidedByForecast,
    };
  }

  /** The revision that a signature speaks of. */
  get basis(): number {
    return this.revision;
  }

  /** Saves what is typed; a refusal comes back. */
  async save(session: Session, view: CaseView, episode: BoardEpisode): Promise<HostError | null> {
    const input = this.input();
    if (!input) return { code: 'unreadable', message: '', parameters: {} };
    this.isSaving = true;
    const error = await attempt(session, () => session.host.saveDecision(view.case.id, episode.id, this.revision, input));
    const after = session.view;
    const saved = after?.case.episodes.find(({ id }) => id === episode.id);
    if (!error && after && saved) this.fill(after, saved, session.status?.people ?? []);
    this.isSaving = false;
    if (error?.code === 'decision_changed_elsewhere') await session.change(() => session.host.openCase(view.case.id));
    return error;
  }

  private keepFrom(view: CaseView, episode: BoardEpisode): void {
    this.revision = view.revision;
    this.from = JSON.stringify(episode.decision ?? null);
    this.theirs = null;
  }

  private typed(): string {
    const positions = this.positions.map(position);
    return JSON.stringify([this.decidedOn, this.recommendation.typed(), this.rationale, this.evidence, positions, this.actions.input(), this.decidedByForecast]);
  }
}

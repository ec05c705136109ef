// What is being drawn or labelled in the viewer at the moment.
import type { LabelAnchor, Level, MarkKind, OutlineTarget } from '../host/types.ts';
import { levelsOf, nextLevel } from '../state/labels.ts';
import { partOf, type OutlineRequest } from '../state/outlines.ts';
import { Drawing } from './tools/drawing.svelte.ts';
import type { Surface } from './tools/surface.ts';
import type { World } from './tools/tool.ts';

export interface Labelling {
  anchor: LabelAnchor;
  thoracic: number;
  lumbar: number;
  isUpwards: boolean;
  /** What the next click names. */
  next: Level;
}

export class Marking {
  drawing = $state.raw<Drawing | null>(null);
  labelling = $state.raw<Labelling | null>(null);
  selectedId = $state<string | null>(null);
  /** The stack that the mark was begun on. */
  stackId = $state<string | null>(null);
  /** The next click asks for a proposal of the bony canal. */
  isProposing = $state(false);
  /** The next click asks a model for an outline. */
  outline = $state.raw<OutlineRequest | null>(null);
  /** A model computes. */
  isWaiting = $state(false);

  /** The next click names a place that a proposal is asked for. */
  get asksForPlace(): boolean {
    return this.isProposing || this.outline !== null;
  }

  begin(kind: MarkKind): void {
    this.labelling = null;
    this.selectedId = null;
    this.isProposing = false;
    this.outline = null;
    this.stackId = null;
    this.drawing = new Drawing(kind);
  }

  /** Whether an outline of a target would be the first part of a mark, or the next one of what is drawn. */
  takes(target: OutlineTarget): boolean {
    return partOf(target).part === 0 || this.isNext(target);
  }

  askFor(outline: OutlineRequest): void {
    if (!this.isNext(outline.target)) this.cancel();
    this.isProposing = false;
    this.outline = outline;
  }

  /** Takes a proposed outline as the part that it is: of what is drawn, or of a new mark. It is saved by a person only. */
  take({ sha256, target }: OutlineRequest, stackId: string, surface: Surface, points: World[]): void {
    const { drawing } = this;
    const goesOn = this.isNext(target) && (this.stackId === null || this.stackId === stackId) && drawing?.accepts(surface) === true;
    this.outline = null;
    if (!goesOn && partOf(target).part > 0) return;
    if (!goesOn) this.begin(partOf(target).kind);
    this.stackId = stackId;
    this.drawing?.propose(surface, points, sha256);
  }

  private isNext(target: OutlineTarget): boolean {
    const { kind, part } = partOf(target);
    const { drawing } = this;
    return drawing?.tool.kind === kind && drawing.current === null && (drawing.tool.parts === 'many' || drawing.part === part);
  }

  beginLabels({ first, ...how }: Omit<Labelling, 'next'> & { first: Level }): void {
    this.drawing = null;
    this.selectedId = null;
    this.labelling = { ...how, next: first };
  }

  /** Goes on to the next vertebra; ends after the last one. */
  nextLabel(levels: readonly Level[]): void {
    const { labelling } = this;
    if (!labelling) return;
    const next = nextLevel(levelsOf(levels, labelling.thoracic, labelling.lumbar), labelling.next, labelling.isUpwards);
    this.labelling = next === null ? null : { ...labelling, next };
  }

  /** Gives up what is drawn or labelled, then what is selected; true if there was something. */
  cancel(): boolean {
    const was = this.outline !== null || this.drawing !== null || this.labelling !== null || this.selectedId !== null;
    if (this.drawing === null && this.labelling === null) this.selectedId = null;
    this.drawing = null;
    this.labelling = null;
    this.isProposing = false;
    this.outline = null;
    return was;
  }
}

// What is being drawn or labelled in the viewer at the moment.
import type { LabelAnchor, Level, MarkKind } from '../host/types.ts';
import { levelsOf, nextLevel } from '../state/labels.ts';
import { Drawing } from './tools/drawing.svelte.ts';

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

  begin(kind: MarkKind): void {
    this.labelling = null;
    this.selectedId = null;
    this.isProposing = false;
    this.stackId = null;
    this.drawing = new Drawing(kind);
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
    const was = this.drawing !== null || this.labelling !== null || this.selectedId !== null;
    if (this.drawing === null && this.labelling === null) this.selectedId = null;
    this.drawing = null;
    this.labelling = null;
    this.isProposing = false;
    return was;
  }
}

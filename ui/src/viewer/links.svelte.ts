// Linked scrolling: which panes follow the active one, and what is to be said of it on each.
import type { Level, SpineLabels } from '../host/types.ts';
import { anchorBetween, areParallel, carried, withAnchor, type Anchor, type SlicePlane } from './linking.ts';
import type { Pane } from './pane.svelte.ts';

/** How a pane goes with the active one; `far` is how far its nearest slice lies away, where that is more than its
 * slices lie apart, mm. */
export type LinkNote =
  | { kind: 'frame'; far: number | null }
  | { kind: 'anchor'; offset: number; far: number | null }
  | { kind: 'labels'; level: Level; far: number | null }
  | { kind: 'tilted' | 'other_frame' | 'no_place' };

export type AnchorProblem = 'same_frame' | 'not_parallel' | 'no_place';

/** Where a stack does not say how far its slices lie apart: a working rule. */
const USUAL_SPACING = 5;

export class Links {
  isOn = $state(true);
  anchors = $state.raw<Anchor[]>([]);
  /** The vertebrae that are labelled, which link frames of reference without an anchor. */
  labelled: readonly SpineLabels[] = [];
  /** The first of two panes to be anchored. */
  pending = $state.raw<{ pane: number; plane: SlicePlane } | null>(null);
  /** Why the last anchor could not be set. */
  problem = $state<AnchorProblem | null>(null);
  /** By number of the pane; none for the active one. */
  notes = $state.raw<Record<number, LinkNote>>({});

  /** Says what goes with the active pane and, if links are on, takes it there. */
  follow(active: Pane, panes: readonly Pane[], moves = this.isOn): void {
    const source = active.plane;
    const notes: Record<number, LinkNote> = {};
    if (!active.picture) panes = [];
    for (const pane of panes) {
      if (pane === active || !pane.picture) continue;
      notes[pane.number] = this.#noteOf(source, pane, moves);
    }
    this.notes = notes;
  }

  #noteOf(source: SlicePlane | null, pane: Pane, moves: boolean): LinkNote {
    const target = pane.plane;
    if (!source || !target) return { kind: 'no_place' };
    const link = carried(source, target, this.anchors, this.labelled);
    if (!link) return { kind: source.frameOfReference === target.frameOfReference ? 'tilted' : 'other_frame' };
    const distance = moves ? pane.goToPoint(link.point) : null;
    const far = distance !== null && distance > (pane.stack?.geometry.spacing_between_slices ?? USUAL_SPACING) ? distance : null;
    if (link.kind === 'labels') return { kind: 'labels', level: link.level, far };
    return link.kind === 'anchor' ? { kind: 'anchor', offset: link.offset, far } : { kind: 'frame', far };
  }

  /** Says that this slice is the one that the other pane was anchored at; in the first pane it is noted. */
  anchorAt(pane: Pane): void {
    const { plane } = pane;
    this.problem = null;
    const first = this.pending;
    if (!plane) this.problem = 'no_place';
    else if (first === null || first.pane === pane.number) this.pending = { pane: pane.number, plane };
    else {
      const anchor = anchorBetween(first.plane, plane);
      if (anchor) {
        this.anchors = withAnchor(this.anchors, anchor);
        this.isOn = true;
      } else this.problem = areParallel(first.plane.normal, plane.normal) ? 'same_frame' : 'not_parallel';
      this.pending = null;
    }
  }

  forgetAnchors(): void {
    this.anchors = [];
    this.pending = null;
    this.problem = null;
  }
}

// A mark while it is drawn: the points so far, part by part. Done when the tool has all that it asks for.
import type { MarkKind } from '../../host/types.ts';
import { toolOf } from './index.ts';
import { takes, type Surface } from './surface.ts';
import type { Tool, World } from './tool.ts';

export interface DrawnPart {
  surface: Surface;
  points: World[];
  /** The model that proposed it. */
  model?: string;
}

/** Points of an outline that is dragged are kept no nearer than this, mm. */
const BETWEEN = 0.3;
/** An outline has at least so many. */
const FEWEST = 3;

export class Drawing {
  readonly tool: Tool;
  parts = $state.raw<DrawnPart[]>([]);
  current = $state.raw<DrawnPart | null>(null);

  constructor(kind: MarkKind) {
    this.tool = toolOf(kind);
  }

  /** The number of the part that is drawn now, counted from 0. */
  get part(): number {
    return this.parts.length;
  }

  get isEmpty(): boolean {
    return this.parts.length === 0 && this.current === null;
  }

  /** All parts that the tool asks for are there. */
  get isComplete(): boolean {
    return this.current === null && (this.tool.parts === 'many' ? this.parts.length > 0 : this.parts.length === this.tool.parts);
  }

  /** Whether a point there belongs to what is drawn: a part lies on one surface, and so do parts that go together. */
  accepts(surface: Surface): boolean {
    if (this.isFull() || !takes(surface, this.tool)) return false;
    if (this.current) return this.current.surface.id === surface.id;
    const first = this.parts[0];
    return first === undefined || this.tool.parts === 'many' || first.surface.id === surface.id;
  }

  add(surface: Surface, point: World): void {
    if (!this.accepts(surface)) return;
    const points = [...(this.current?.points ?? []), point];
    this.current = { ...this.current, surface, points };
    if (points.length === this.tool.points) this.close();
  }

  /** Adds a point of a dragged outline, if it is far enough from the last one. */
  drag(surface: Surface, point: World): void {
    const last = this.current?.points.at(-1);
    if (this.tool.points !== 'outline' || !last || Math.hypot(point[0] - last[0], point[1] - last[1], point[2] - last[2]) < BETWEEN) return;
    this.add(surface, point);
  }

  /** Ends the part; an outline with too few points stays open. */
  close(): void {
    const { current, tool } = this;
    if (!current || (tool.points === 'outline' && current.points.length < FEWEST)) return;
    this.parts = [...this.parts, { ...current, points: tool.finish ? tool.finish(current.points) : current.points }];
    this.current = null;
  }

  /** Takes the last point back; true if there was one. */
  back(): boolean {
    if (this.current) {
      const points = this.current.points.slice(0, -1);
      this.current = points.length > 0 ? { ...this.current, points } : null;
      return true;
    }
    if (this.parts.length === 0) return false;
    this.parts = this.parts.slice(0, -1);
    return true;
  }

  /** Takes the last part up again after it was refused: an outline with all its points, else without the last one. */
  reopen(): void {
    const last = this.parts.at(-1);
    if (!last) return;
    this.parts = this.parts.slice(0, -1);
    this.current = this.tool.points === 'outline' ? last : null;
  }

  /** The models whose outlines are in it, each once. */
  get models(): string[] {
    const parts = this.current ? [...this.parts, this.current] : this.parts;
    const models = parts.flatMap(({ model }) => model ?? []);
    return models.filter((model, place) => models.indexOf(model) === place);
  }

  /** Begins the part with a proposed outline, to be corrected point by point. */
  propose(surface: Surface, points: World[], model?: string): void {
    if (!this.accepts(surface)) return;
    this.parts = [...this.parts, { surface, points, ...(model === undefined ? {} : { model }) }];
    this.current = null;
  }

  private isFull(): boolean {
    return this.tool.parts !== 'many' && this.parts.length >= this.tool.parts;
  }
}

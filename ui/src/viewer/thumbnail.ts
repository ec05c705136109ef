// Small pictures of stacks: the middle image in the window in which the stack opens.
import type { Host } from '../host/host.ts';
import type { StackGeometry } from '../host/types.ts';
import { pixelArray, type PixelArray } from './frames.ts';
import { spacingToDraw } from './placement.ts';
import { openingWindow, rangeOfWindow } from './presets.ts';
import type { OpenStacks } from './stacks.svelte.ts';

/** Edge of the square that a small picture fits into, pixels. */
export const THUMBNAIL_SIZE = 96;
/** How many are read at a time, so that the panes are never kept waiting. */
const AT_A_TIME = 2;
/** How many are kept: 36 kB each. */
const KEPT = 300;

/** What a canvas shows: `size × size` pixels of red, green, blue and opacity. The picture keeps the proportions
 * that it has in the patient; around it is nothing. */
export function thumbnailPixels(geometry: StackGeometry, values: PixelArray, size = THUMBNAIL_SIZE): Uint8ClampedArray<ArrayBuffer> {
  const { rows, columns } = geometry;
  const [betweenRows, betweenColumns] = spacingToDraw(geometry);
  const [height, width] = [rows * betweenRows, columns * betweenColumns];
  const scale = size / Math.max(height, width);
  const { lower, upper } = rangeOfWindow(openingWindow(geometry).center, openingWindow(geometry).width);
  const samples = geometry.data_type === 'rgb8' ? 3 : 1;
  const pixels = new Uint8ClampedArray(size * size * 4);
  for (let y = 0; y < size; y += 1) {
    const row = Math.floor(((y + 0.5 - (size - height * scale) / 2) / (height * scale)) * rows);
    if (row < 0 || row >= rows) continue;
    for (let x = 0; x < size; x += 1) {
      const column = Math.floor(((x + 0.5 - (size - width * scale) / 2) / (width * scale)) * columns);
      if (column < 0 || column >= columns) continue;
      const from = (row * columns + column) * samples;
      const to = (y * size + x) * 4;
      for (let sample = 0; sample < 3; sample += 1) {
        const share = ((values[from + (samples === 3 ? sample : 0)] ?? 0) - lower) / (upper - lower);
        pixels[to + sample] = 255 * (geometry.is_inverted ? 1 - Math.min(1, Math.max(0, share)) : share);
      }
      pixels[to + 3] = 255;
    }
  }
  return pixels;
}

/** Reads small pictures, a few at a time, in the order in which they are asked for. */
export class ThumbnailReader {
  readonly #host: Host;
  readonly #stacks: OpenStacks;
  readonly #made = new Map<string, Promise<Uint8ClampedArray<ArrayBuffer>>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(host: Host, stacks: OpenStacks) {
    this.#host = host;
    this.#stacks = stacks;
  }

  /** The small picture of a stack. Rejects where its middle image cannot be decoded; the next call tries again. */
  read(stackId: string): Promise<Uint8ClampedArray<ArrayBuffer>> {
    const known = this.#made.get(stackId);
    if (known) return known;
    const made = this.#inTurn(() => this.#make(stackId));
    this.#made.set(stackId, made);
    made.catch(() => this.#made.delete(stackId));
    for (const oldest of this.#made.keys()) {
      if (this.#made.size <= KEPT) break;
      this.#made.delete(oldest);
    }
    return made;
  }

  async #make(stackId: string): Promise<Uint8ClampedArray<ArrayBuffer>> {
    const opened = this.#stacks.opened(stackId);
    if (opened) {
      const middle = Math.floor(opened.geometry.images.length / 2);
      const values = await opened.frames.frame(middle);
      const failure = opened.frames.failure(middle);
      if (failure) throw new Error(failure.message);
      return thumbnailPixels(opened.geometry, values);
    }
    // Read by itself: opening the stack would set memory aside for all of it.
    const geometry = await this.#host.stackGeometry(stackId);
    const bytes = await this.#host.readFrames(stackId, Math.floor(geometry.images.length / 2), 1);
    return thumbnailPixels(geometry, pixelArray(geometry.data_type, bytes));
  }

  async #inTurn<Answer>(job: () => Promise<Answer>): Promise<Answer> {
    if (this.#running >= AT_A_TIME) await new Promise<void>((begin) => this.#waiting.push(begin));
    this.#running += 1;
    try {
      return await job();
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }
}

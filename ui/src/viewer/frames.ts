// Pixels come from Rust as raw bytes, decoded and with the modality LUT applied. A stack is read in
// chunks, several at a time, into one buffer that both the stack view and the volume show.
import { asHostError, type Host } from '../host/host.ts';
import type { HostError, StackGeometry } from '../host/types.ts';

export type PixelArray = Uint8Array | Int16Array | Float32Array;

const CHUNK_BYTES = 4 * 1024 * 1024;
const CHUNKS_AT_A_TIME = 3;
/** A larger stack, such as a multi-frame file of 4 GB, is never held as a whole. */
const HELD_BYTES = 1024 * 1024 * 1024;
const RECENT_BYTES = 256 * 1024 * 1024;

/** The typed array that the stack's `data_type` asks for. */
export function pixelArray(type: StackGeometry['data_type'], buffer: ArrayBuffer): PixelArray {
  switch (type) {
    case 'int16':
      return new Int16Array(buffer);
    case 'float32':
      return new Float32Array(buffer);
    case 'rgb8':
      return new Uint8Array(buffer);
  }
}

/** What stands where a frame could not be decoded: black in every window. */
function blank(geometry: StackGeometry): number {
  if (geometry.data_type === 'rgb8') return 0;
  return geometry.is_inverted ? 32767 : -32768;
}

/** Frames of one stack, each read once; closed when the viewer leaves the stack. A frame that cannot be
 * decoded is blank and has a reason, and the others go on. A stack too large to hold is read frame by
 * frame as it is looked at, and only the frames seen last are kept. */
export class StackFrames {
  /** The whole stack is in memory, so that it can be a volume too. */
  readonly isHeld: boolean;
  /** Hears of a frame that is kept no longer. */
  onDropped: (index: number) => void = () => undefined;

  readonly #host: Host;
  readonly #geometry: StackGeometry;
  readonly #valuesPerFrame: number;
  readonly #whole: PixelArray;
  readonly #recent = new Map<number, PixelArray>();
  readonly #present: Uint8Array;
  readonly #pending = new Map<number, Promise<void>>();
  readonly #failures = new Map<number, HostError>();
  #closed = false;

  constructor(host: Host, geometry: StackGeometry, heldBytes = HELD_BYTES) {
    const bytes = geometry.bytes_per_frame * geometry.images.length;
    this.isHeld = bytes <= heldBytes;
    this.#host = host;
    this.#geometry = geometry;
    this.#whole = pixelArray(geometry.data_type, new ArrayBuffer(this.isHeld ? bytes : 0));
    this.#valuesPerFrame = geometry.bytes_per_frame / this.#whole.BYTES_PER_ELEMENT;
    this.#present = new Uint8Array(geometry.images.length);
  }

  get values(): PixelArray {
    return this.#whole;
  }

  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#closed = true;
    this.#recent.clear();
  }

  /** Why a frame is blank; none if it was read, or not yet asked for. */
  failure(index: number): HostError | undefined {
    return this.#failures.get(index);
  }

  get failures(): number {
    return this.#failures.size;
  }

  /** Reads a frame again that could not be decoded; true if it could now. */
  async retry(index: number): Promise<boolean> {
    if (!this.#failures.delete(index)) return true;
    this.#recent.delete(index);
    await this.#read(index, 1);
    return !this.#failures.has(index);
  }

  /** The pixel values of one frame. */
  async frame(index: number): Promise<PixelArray> {
    if (this.#present[index] !== 1) await (this.#pending.get(index) ?? this.#read(index, 1));
    const from = index * this.#valuesPerFrame;
    return this.#recent.get(index) ?? this.#whole.subarray(from, from + this.#valuesPerFrame);
  }

  /** Reads every frame, from the middle outwards, so that scrolling starts where the eye is. */
  async readAll(onProgress: (read: number, total: number) => void): Promise<void> {
    const total = this.#geometry.images.length;
    const perChunk = Math.max(1, Math.floor(CHUNK_BYTES / this.#geometry.bytes_per_frame));
    const starts: number[] = [];
    for (let first = 0; first < total; first += perChunk) starts.push(first);
    const middle = total / 2;
    starts.sort((a, b) => Math.abs(a + perChunk / 2 - middle) - Math.abs(b + perChunk / 2 - middle));
    let read = 0;
    const worker = async (): Promise<void> => {
      for (let first = starts.shift(); first !== undefined && !this.#closed; first = starts.shift()) {
        const count = Math.min(perChunk, total - first);
        await this.#read(first, count);
        read += count;
        onProgress(read, total);
      }
    };
    await Promise.all(Array.from({ length: CHUNKS_AT_A_TIME }, worker));
  }

  #keep(first: number, count: number, values: PixelArray): void {
    if (this.isHeld) this.#whole.set(values, first * this.#valuesPerFrame);
    else this.#recent.set(first, values);
    this.#present.fill(1, first, first + count);
    const limit = Math.max(2, Math.floor(RECENT_BYTES / this.#geometry.bytes_per_frame));
    for (const oldest of this.#recent.keys()) {
      if (this.#recent.size <= limit) break;
      this.#recent.delete(oldest);
      this.#present[oldest] = 0;
      this.onDropped(oldest);
    }
  }

  async #fetch(first: number, count: number): Promise<void> {
    const bytes = await this.#host.readFrames(this.#geometry.id, first, count);
    const expected = count * this.#geometry.bytes_per_frame;
    if (bytes.byteLength !== expected) {
      throw new Error(`frames ${first} to ${first + count - 1} have ${bytes.byteLength} bytes, not ${expected}`);
    }
    this.#keep(first, count, pixelArray(this.#geometry.data_type, bytes));
  }

  /** A chunk that fails is read frame by frame, so that one damaged frame hides no other. */
  async #fetchOrBlank(first: number, count: number): Promise<void> {
    try {
      await this.#fetch(first, count);
    } catch (reason) {
      const error = asHostError(reason);
      // Not about one frame: the images were closed, or the store was locked.
      if (error.code !== 'image_unreadable') throw reason;
      if (count > 1) {
        for (let index = first; index < first + count && !this.#closed; index += 1) {
          if (this.#present[index] !== 1) await this.#fetchOrBlank(index, 1);
        }
        return;
      }
      const values = pixelArray(this.#geometry.data_type, new ArrayBuffer(this.#geometry.bytes_per_frame));
      this.#keep(first, 1, values.fill(blank(this.#geometry)));
      this.#failures.set(first, error);
    }
  }

  #read(first: number, count: number): Promise<void> {
    const reading = this.#fetchOrBlank(first, count);
    for (let index = first; index < first + count; index += 1) this.#pending.set(index, reading);
    return reading.finally(() => {
      for (let index = first; index < first + count; index += 1) this.#pending.delete(index);
    });
  }
}

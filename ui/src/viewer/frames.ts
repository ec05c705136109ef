// Pixels come from Rust as raw bytes, decoded and with the modality LUT applied. A stack is read in
// chunks, several at a time, into one buffer that both the stack view and the volume show.
import type { Host } from '../host/host.ts';
import type { StackGeometry } from '../host/types.ts';

export type PixelArray = Uint8Array | Int16Array | Float32Array;

const CHUNK_BYTES = 8 * 1024 * 1024;
const CHUNKS_AT_A_TIME = 4;

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

/** Frames of one stack, each read once; closed when the viewer leaves the stack. */
export class StackFrames {
  readonly #host: Host;
  readonly #geometry: StackGeometry;
  readonly #valuesPerFrame: number;
  readonly #whole: PixelArray;
  readonly #present: Uint8Array;
  readonly #pending = new Map<number, Promise<void>>();
  #closed = false;

  constructor(host: Host, geometry: StackGeometry) {
    this.#host = host;
    this.#geometry = geometry;
    this.#whole = pixelArray(
      geometry.data_type,
      new ArrayBuffer(geometry.bytes_per_frame * geometry.images.length),
    );
    this.#valuesPerFrame = this.#whole.length / geometry.images.length;
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
  }

  /** The pixel values of one frame. */
  async frame(index: number): Promise<PixelArray> {
    if (this.#present[index] !== 1) {
      await (this.#pending.get(index) ?? this.#read(index, 1));
    }
    const from = index * this.#valuesPerFrame;
    return this.#whole.subarray(from, from + this.#valuesPerFrame);
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

  #read(first: number, count: number): Promise<void> {
    const reading = this.#host.readFrames(this.#geometry.id, first, count).then((bytes) => {
      const expected = count * this.#geometry.bytes_per_frame;
      if (bytes.byteLength !== expected) {
        throw new Error(`frames ${first} to ${first + count - 1} have ${bytes.byteLength} bytes, not ${expected}`);
      }
      this.#whole.set(pixelArray(this.#geometry.data_type, bytes), first * this.#valuesPerFrame);
      this.#present.fill(1, first, first + count);
    });
    for (let index = first; index < first + count; index += 1) this.#pending.set(index, reading);
    return reading.finally(() => {
      for (let index = first; index < first + count; index += 1) this.#pending.delete(index);
    });
  }
}

// The stacks that stand in panes. One that stands in several is read once, and forgotten with the last of them.
import { asHostError, type Host } from '../host/host.ts';
import type { HostError, StackGeometry } from '../host/types.ts';
import { StackFrames } from './frames.ts';
import { middlesOf } from './linking.ts';
import type { Vector } from './orientation.ts';

/** What the drawing machine is told of stacks. */
export interface Drawing {
  register: (geometry: StackGeometry, frames: StackFrames) => string[];
  forget: (stackId: string) => void;
  forgetPicture: (imageId: string, stackId: string) => void;
}

/** Held in memory at most, all open stacks together; a stack beyond it is read frame by frame. */
const ALL_HELD_BYTES = 2 * 1024 * 1024 * 1024;
const ONE_HELD_BYTES = 1024 * 1024 * 1024;

export class OpenStack {
  readonly geometry: StackGeometry;
  readonly frames: StackFrames;
  readonly imageIds: string[];
  /** The middles of its images in the patient, for linking. */
  readonly middles: Vector[];
  read = $state({ done: 0, total: 0 });
  /** How many frames read so far could not be decoded. */
  blankFrames = $state(0);
  /** Why reading ended early. */
  failure = $state.raw<HostError | undefined>(undefined);
  #reading: Promise<void> | undefined;

  constructor(geometry: StackGeometry, frames: StackFrames, imageIds: string[]) {
    this.geometry = geometry;
    this.frames = frames;
    this.imageIds = imageIds;
    this.middles = middlesOf(geometry);
    this.read = { done: 0, total: frames.isHeld ? geometry.images.length : 0 };
  }

  get bytes(): number {
    return this.frames.isHeld ? this.geometry.bytes_per_frame * this.geometry.images.length : 0;
  }

  /** Can be cut into planes. */
  get isVolume(): boolean {
    return this.geometry.volume !== null && this.geometry.data_type !== 'rgb8' && this.frames.isHeld;
  }

  /** Reads all frames that are not there yet; once, however often it is asked for. */
  readRest(): Promise<void> {
    if (!this.frames.isHeld) return Promise.resolve();
    this.#reading ??= this.frames
      .readAll((done, total) => {
        this.read = { done, total };
        this.blankFrames = this.frames.failures;
      })
      .catch((reason: unknown) => {
        this.failure = asHostError(reason);
        this.#reading = undefined;
      });
    return this.#reading;
  }
}

interface Users {
  count: number;
  stack: Promise<OpenStack>;
  opened?: OpenStack;
}

export class OpenStacks {
  readonly #host: Host;
  readonly #drawing: Drawing;
  // Counted, never shown.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  readonly #open = new Map<string, Users>();

  constructor(host: Host, drawing: Drawing) {
    this.#host = host;
    this.#drawing = drawing;
  }

  /** Opens a stack for one more user. Each call that succeeds is followed by one of `give`. */
  async take(stackId: string): Promise<OpenStack> {
    const users = this.#open.get(stackId) ?? { count: 0, stack: this.#read(stackId) };
    this.#open.set(stackId, users);
    users.count += 1;
    try {
      users.opened = await users.stack;
      return users.opened;
    } catch (reason) {
      if (this.#open.get(stackId) === users) this.#open.delete(stackId);
      throw reason;
    }
  }

  /** One user fewer. */
  give(stackId: string): void {
    const users = this.#open.get(stackId);
    if (!users) return;
    users.count -= 1;
    if (users.count > 0) return;
    this.#open.delete(stackId);
    this.#drawing.forget(stackId);
  }

  /** A stack that is open already, for a look that opens nothing. */
  opened(stackId: string): OpenStack | undefined {
    return this.#open.get(stackId)?.opened;
  }

  async #read(stackId: string): Promise<OpenStack> {
    const geometry = await this.#host.stackGeometry(stackId);
    const held = [...this.#open.values()].reduce((sum, { opened }) => sum + (opened?.bytes ?? 0), 0);
    const frames = new StackFrames(this.#host, geometry, Math.min(ONE_HELD_BYTES, ALL_HELD_BYTES - held));
    const imageIds = this.#drawing.register(geometry, frames);
    frames.onDropped = (index) => this.#drawing.forgetPicture(imageIds[index] ?? '', stackId);
    return new OpenStack(geometry, frames, imageIds);
  }
}

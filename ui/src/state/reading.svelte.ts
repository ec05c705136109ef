// Reading images for the open case, whichever way they came in: one reading at a time, kept while
// tabs are changed, and forgotten with the case it was begun for.
import { SvelteMap } from 'svelte/reactivity';
import { asHostError, type Host } from '../host/host.ts';
import type { HostError, ImageLibrary, LibraryQuestion, ScanProgress } from '../host/types.ts';

/** What a person said about two patients of one examination; shown, never acted upon. */
export type SameExamAnswer = 'unclear' | 'one_person' | 'two_people';

/** Where a reading puts what it has read. */
interface Reader {
  readonly host: Host;
  images: ImageLibrary | null;
  stackId: string | null;
  error: HostError | null;
}

export class ImageReading {
  /** None while nothing is being read. */
  progress = $state.raw<ScanProgress | null>(null);
  /** Whole seconds since the reading began. */
  seconds = $state(0);
  stopping = $state(false);
  /** What is opened next is added to what is open. */
  keep = $state(true);
  /** Paths that came in while others were being read. */
  waiting = $state.raw<string[]>([]);
  /** Shows what was read and left out instead of a stack. */
  overview = $state(true);
  readonly answers = new SvelteMap<string, SameExamAnswer>();

  readonly #reader: Reader;
  #turn = 0;
  /** Ends when the host has answered, so that no reading is begun before the last one has stopped. */
  #settled: Promise<unknown> = Promise.resolve();

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** Opens folders, ZIP files, DICOMDIRs and files; while others are being read, after them. */
  async open(paths: string[]): Promise<void> {
    const wanted = paths.map((path) => path.trim()).filter((path) => path !== '');
    if (wanted.length === 0) return;
    if (this.progress) {
      this.waiting = [...this.waiting, ...wanted];
      return;
    }
    this.#reader.error = null;
    await this.#read(wanted);
  }

  async #read(wanted: string[]): Promise<void> {
    const turn = (this.#turn += 1);
    this.progress = { done: 0, found: 0, images: 0, rejected: 0 };
    this.stopping = false;
    this.seconds = 0;
    const clock = setInterval(() => (this.seconds += 1), 1000);
    try {
      await this.#settled;
      // Only on arrival, as a reading that was forgotten meanwhile must not begin at all.
      if (turn !== this.#turn) return;
      const kept = this.keep ? (this.#reader.images?.sources ?? []) : [];
      const reading = this.#reader.host.openImages([...kept, ...wanted.filter((path) => !kept.includes(path))], (news) => this.#hear(turn, news));
      this.#settled = reading.catch(() => undefined);
      const library = await reading;
      if (turn !== this.#turn) return;
      this.#reader.stackId = null;
      this.#reader.images = library;
      this.overview = true;
    } catch (reason) {
      if (turn !== this.#turn) return;
      this.#reader.error = asHostError(reason);
    } finally {
      clearInterval(clock);
      if (turn === this.#turn) this.progress = null;
    }
    const next = this.waiting;
    this.waiting = [];
    if (turn === this.#turn && next.length > 0) await this.#read(next);
  }

  #hear(turn: number, news: ScanProgress): void {
    if (turn === this.#turn && this.progress) this.progress = news;
  }

  /** Ends the running reading; what was open before stays open. */
  async stop(): Promise<void> {
    if (!this.progress || this.stopping) return;
    this.stopping = true;
    this.waiting = [];
    await this.#cancel();
  }

  /** Forgets everything of the case before: its late answer must not reach another patient. */
  forget(): void {
    const running = this.progress !== null;
    this.#turn += 1;
    this.progress = null;
    this.stopping = false;
    this.waiting = [];
    this.overview = true;
    this.answers.clear();
    if (running) void this.#cancel();
  }

  async #cancel(): Promise<void> {
    try {
      await this.#reader.host.cancelImages();
    } catch (reason) {
      this.#reader.error = asHostError(reason);
    }
  }
}

/** Tells one question of a library from the others. */
export function questionKey(question: LibraryQuestion): string {
  return JSON.stringify([question.study_uids, question.patients.map(({ patient_id: id, name }) => [id, name.alphabetic])]);
}

// A comparison on a centre's own patients: what was asked, how far it is, what came out. Kept while pages are
// changed, gone when the store is locked.
import { asHostError, type Host } from '../host/host.ts';
import type { CohortStudy, HostError, StudyQuestion } from '../host/types.ts';

interface Asker {
  readonly host: Host;
  error: HostError | null;
}

export class StudyRun {
  path = $state('');
  setting = $state('');
  /** Without the centre's recalibration. */
  asShipped = $state(false);
  /** Ids of the scores; none asks for every one. */
  scores = $state<string[]>([]);
  developedHere = $state<string[]>([]);
  thresholds = $state('');
  /** From 0 to 1; none while nothing runs. */
  progress = $state<number | null>(null);
  stopping = $state(false);
  result = $state.raw<CohortStudy | null>(null);
  /** The folder that the result was written to. */
  written = $state('');

  readonly #asker: Asker;
  #turn = 0;

  constructor(asker: Asker) {
    this.#asker = asker;
  }

  async run(thresholds: number[]): Promise<void> {
    if (this.progress !== null) return;
    const turn = (this.#turn += 1);
    const question: StudyQuestion = {
      setting: this.setting === '' ? null : this.setting,
      as_shipped: this.asShipped,
      scores: this.scores,
      developed_here: this.developedHere,
      thresholds,
      bootstraps: 200,
      seed: 1,
    };
    this.#asker.error = null;
    this.progress = 0;
    this.stopping = false;
    this.result = null;
    this.written = '';
    try {
      const result = await this.#asker.host.studyTable(this.path.trim(), question, (share) => {
        if (turn === this.#turn) this.progress = share;
      });
      if (turn === this.#turn) this.result = result;
    } catch (reason) {
      if (turn === this.#turn) this.#asker.error = asHostError(reason);
    } finally {
      if (turn === this.#turn) this.progress = null;
    }
  }

  async stop(): Promise<void> {
    if (this.progress === null || this.stopping) return;
    this.stopping = true;
    await this.#asker.host.cancelStudy();
  }

  /** Nothing of it is shown to whoever opens the store next. */
  forget(): void {
    this.#turn += 1;
    this.progress = null;
    this.result = null;
    this.written = '';
    this.path = '';
    this.setting = '';
    this.asShipped = false;
    this.scores = [];
    this.developedHere = [];
    this.thresholds = '';
  }
}

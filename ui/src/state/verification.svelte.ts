// The check of the centre's own results: which model was asked about, how far it is, what came out, and the recalibration that was
// proposed. Kept while pages are changed, gone when the store is locked.
import { asHostError, type Host } from '../host/host.ts';
import type { AppStatus, CheckedModel, HostError, OwnResults, RecalibrationProposal } from '../host/types.ts';

interface Asker {
  readonly host: Host;
  error: HostError | null;
  status: AppStatus | null;
}

const STOPPED = 'own_results_stopped';

export class OwnResultsRun {
  /** What runs at the moment. */
  running = $state<'check' | 'proposal' | null>(null);
  /** From 0 to 1. */
  progress = $state(0);
  result = $state.raw<OwnResults | null>(null);
  proposal = $state.raw<RecalibrationProposal | null>(null);
  /** What was done with the proposal, as a word of `own_results`. */
  done = $state<'kept' | 'removed' | null>(null);

  readonly #asker: Asker;
  #turn = 0;

  constructor(asker: Asker) {
    this.#asker = asker;
  }

  /** Checks a model; none is the one that answers now. */
  async check(model?: CheckedModel): Promise<void> {
    const question = { ...(model ? { model } : {}), bootstraps: 200, seed: 1 };
    await this.#run('check', (told) => this.#asker.host.ownResults(question, told), (result) => (this.result = result));
  }

  async propose(): Promise<void> {
    this.proposal = null;
    this.done = null;
    await this.#run('proposal', (told) => this.#asker.host.proposeRecalibration(told), (proposal) => (this.proposal = proposal));
  }

  async keep(): Promise<void> {
    await this.#decide('kept', () => this.#asker.host.keepProposedRecalibration());
  }

  async remove(pack: string): Promise<void> {
    await this.#decide('removed', () => this.#asker.host.removeRecalibration(pack));
  }

  async stop(): Promise<void> {
    if (this.running !== null) await this.#asker.host.cancelOwnResults();
  }

  /** Nothing of it is shown to whoever opens the store next. */
  forget(): void {
    this.#turn += 1;
    this.running = null;
    this.result = null;
    this.proposal = null;
    this.done = null;
  }

  async #run<Answer>(what: 'check' | 'proposal', ask: (told: (share: number) => void) => Promise<Answer>, take: (answer: Answer) => void): Promise<void> {
    const turn = (this.#turn += 1);
    this.#asker.error = null;
    this.running = what;
    this.progress = 0;
    try {
      const answer = await ask((share) => {
        if (turn === this.#turn) this.progress = share;
      });
      if (turn === this.#turn) take(answer);
    } catch (reason) {
      const error = asHostError(reason);
      // Whoever stops it knows that it has ended.
      if (turn === this.#turn && error.code !== STOPPED) this.#asker.error = error;
    } finally {
      if (turn === this.#turn) this.running = null;
    }
  }

  async #decide(done: 'kept' | 'removed', act: () => Promise<AppStatus>): Promise<void> {
    this.#asker.error = null;
    try {
      this.#asker.status = await act();
      this.proposal = null;
      this.done = done;
      // Another model answers from now on.
      await this.check();
    } catch (reason) {
      this.#asker.error = asHostError(reason);
    }
  }
}

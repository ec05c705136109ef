// The forecasts on own patients in the demo host: recorded ones of a made-up centre.
import type { Host } from '../host.ts';
import type { OwnResults } from '../types.ts';
import type { Installation } from './installation.ts';
import { refuse, type Memory } from './memory.ts';
import { OWN_RESULTS } from './recorded.ts';

type VerificationHost = Pick<Host, 'ownResultsInShort' | 'ownResults' | 'cancelOwnResults' | 'proposeRecalibration' | 'keepProposedRecalibration' | 'removeRecalibration'>;

/** `&own_results` is `many`, `few` or `slow`, or `offer`, where the patients are not said to be made up; without it no decision was signed yet. */
export function verificationHost(state: Installation, { search }: Memory): VerificationHost {
  const wanted = search.get('own_results');
  const recorded: OwnResults = wanted === null ? { synthetic: false, without_forecast: 0 } : { ...OWN_RESULTS[wanted === 'few' ? 'few' : 'many'], synthetic: wanted !== 'offer' };
  let running = new AbortController();
  let isProposed = false;
  let isKept = false;

  /** False where it was ended. */
  async function work(onProgress: (share: number) => void): Promise<boolean> {
    running.abort();
    running = new AbortController();
    const { signal } = running;
    for (let step = 0; step <= 4; step += 1) {
      onProgress(step / 4);
      await new Promise((resolve) => setTimeout(resolve, wanted === 'slow' ? 600 : 10));
      if (signal.aborted) return false;
    }
    return true;
  }

  function answer(): OwnResults {
    const { answering } = recorded;
    return answering && isKept ? { ...recorded, answering: { ...answering, recalibration: { date: '2026-03-12', numbers: '' } } } : recorded;
  }

  return {
    ownResultsInShort: () =>
      Promise.resolve({
        synthetic: recorded.synthetic,
        horizons: (recorded.found?.horizons ?? []).map(({ months, everybody, drift }) => ({
          months,
          patients: everybody.deaths.patients,
          state: everybody.state,
          observed_over_expected: everybody.deaths.observed_over_expected,
          drift: drift.shown,
        })),
      }),
    ownResults: async (_, onProgress) => ((await work(onProgress)) ? answer() : refuse('own_results_stopped')),
    cancelOwnResults: () => {
      running.abort();
      return Promise.resolve();
    },
    proposeRecalibration: async (onProgress) => {
      if (!(await work(onProgress))) return refuse('own_results_stopped');
      isProposed = true;
      return { ...OWN_RESULTS.proposal, synthetic: recorded.synthetic };
    },
    keepProposedRecalibration: () => {
      if (!isProposed) return refuse('no_proposal');
      isProposed = false;
      isKept = true;
      return state.status();
    },
    removeRecalibration: () => {
      isKept = false;
      return state.status();
    },
  };
}

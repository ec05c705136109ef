// Estimates, facts tried out and the board's limit in the demo host. It computes nothing: what is tried out answers as recorded.
import type { Host } from '../host.ts';
import type { BoardEstimate, SweepRow } from '../types.ts';
import type { Installation } from './installation.ts';
import { NOW, refuse, type Memory } from './memory.ts';

type DecisionHost = Pick<Host, 'lockEstimate' | 'revealWithoutEstimate' | 'tryOut' | 'decidingFacts' | 'setDecisionSettings' | 'setPreference'>;

export function decisionHost(state: Installation, { next, change, latest }: Memory): DecisionHost {
  return {
    lockEstimate: (caseId, { person_id: personId, alive_3_months: at3, alive_12_months: at12, option }) => {
      const person = state.people.find(({ id }) => id === personId) ?? state.person;
      if (!person) return refuse('sign_in_needed');
      if (at12 > at3 || at3 > 100) return refuse('estimate_impossible');
      const known = latest(caseId).case.episodes.at(-1)?.estimates ?? [];
      if (known.some((one) => one.person_id === person.id)) return refuse('estimate_locked');
      const locked: BoardEstimate = { id: `estimate-${next()}`, person_id: person.id, name: person.name, specialty: person.specialty, alive_3_months: at3, alive_12_months: at12, option, locked_at: NOW, author: state.person?.name ?? '' };
      return change(caseId, (view) => {
        const episodes = view.case.episodes.map((episode, index) => (index === view.case.episodes.length - 1 ? { ...episode, estimates: [...(episode.estimates ?? []), locked] } : episode));
        return { ...view, case: { ...view.case, episodes } };
      });
    },
    revealWithoutEstimate: () => Promise.resolve(),
    tryOut: (caseId) => Promise.resolve(latest(caseId).assessment),
    decidingFacts: (caseId) => {
      const { forecast } = latest(caseId).assessment;
      const blanks = forecast.kind === 'available' ? forecast.averaged_over : [];
      const limit = state.decision.surgery_threshold;
      return Promise.resolve(blanks.map((feature, place): SweepRow => ({ feature, largest_change: 0.1 / (place + 1), crosses: limit && place === 0 ? [limit] : [], answers: [] })));
    },
    setDecisionSettings: (settings) => {
      if (state.person?.role === 'member') return refuse('not_allowed', { role: 'member' });
      state.decision = settings;
      return state.status();
    },
    setPreference: (name, value) => {
      state.preferences = { ...state.preferences, [name]: value };
      return state.status();
    },
  };
}

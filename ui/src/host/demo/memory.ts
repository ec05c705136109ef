// What the demo host remembers between two commands: the saved revisions of each case.
import type { CaseView, HostError } from '../types.ts';
import { withSpine } from './spine.ts';
import { withWeek } from './week_of_case.ts';

/** The moment at which everything in the demo host happens. */
export const NOW = '2026-03-12T09:30:00Z';

export interface Memory {
  /** `?start=locked|open|newer` and further marks of the address. */
  search: URLSearchParams;
  revisions: Map<string, CaseView[]>;
  /** A new number at each call, for ids. */
  next: () => number;
  latest: (caseId: string) => CaseView;
  save: (view: CaseView) => CaseView;
  change: (caseId: string, change: (view: CaseView) => CaseView) => Promise<CaseView>;
}

export function memory(search: URLSearchParams): Memory {
  const revisions = new Map<string, CaseView[]>();
  let made = 0;

  function latest(caseId: string): CaseView {
    const view = revisions.get(caseId)?.at(-1);
    if (!view) throw new Error('the demo host has no such case');
    return view;
  }

  function save(view: CaseView): CaseView {
    const history = revisions.get(view.case.id) ?? [];
    const saved = { ...withWeek(withSpine(view)), revision: history.length + 1, saved_at: NOW, can_undo: history.length > 0 };
    revisions.set(view.case.id, [...history, saved]);
    return saved;
  }

  return {
    search,
    revisions,
    next: () => {
      made += 1;
      return made;
    },
    latest,
    save,
    change: (caseId, change) => Promise.resolve(save({ ...change(latest(caseId)), can_redo: false })),
  };
}

/** Rejects as a command does. */
export function refuse(code: string, parameters: Record<string, string> = {}): Promise<never> {
  const error: HostError = { code, message: code, parameters };
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as Tauri rejects: with a plain object
  return Promise.reject(error);
}

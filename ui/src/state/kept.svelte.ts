// What is typed of forms that are saved as a whole, kept in the store as a draft of whoever types it: a crash or a cut of the power
// loses no more than the last keystrokes.
import { onDestroy, untrack } from 'svelte';
import type { Session } from './session.svelte.ts';

/** A form that can be written down while it is typed. */
export interface Keepable {
  /** All that is typed; empty while nothing is. */
  kept: () => string;
  /** Takes up what was typed before; what cannot be read is left alone. */
  takeUp: (text: string) => void;
}

const DELAY_MS = 600;

/** Counts up when what the forms write down changes its structure. */
const VERSION = 1;

export function writeKept(typed: object): string {
  return JSON.stringify({ version: VERSION, typed });
}

/** What a form wrote down; none where another version did. */
export function readKept(text: string): unknown {
  try {
    const read = JSON.parse(text) as { version?: number; typed?: unknown } | null;
    return read?.version === VERSION ? (read.typed ?? null) : null;
  } catch {
    return null;
  }
}

/** Takes up the draft of a form that is still as it was saved, and keeps what is typed from now on. Called while a component begins. */
export function keepTyped(session: Session, caseId: string, name: string, form: Keepable): void {
  const key = `${name}/${session.person?.id ?? ''}`;
  let stored = untrack(() => session.drafts[key] ?? '');
  let timer: ReturnType<typeof setTimeout> | undefined;

  untrack(() => {
    if (stored !== '' && form.kept() === '') form.takeUp(stored);
  });

  function store(text: string): void {
    timer = undefined;
    if (text === stored) return;
    stored = text;
    if (session.view?.case.id === caseId) session.drafts = { ...session.drafts, [key]: text };
    // The form itself is still there, and whatever keeps a draft from being written hinders the next command too, which says so.
    session.host.saveDraft(caseId, key, text).catch(() => undefined);
  }

  $effect(() => {
    const text = form.kept();
    clearTimeout(timer);
    timer = text === stored ? undefined : setTimeout(() => store(text), DELAY_MS);
  });
  onDestroy(() => {
    if (timer === undefined) return;
    clearTimeout(timer);
    store(form.kept());
  });
}

// What the demo installation is: its store, keys, people and settings, as the recorded status tells at the start.
import type { AppStatus, BackupStatus, CrashReport, DecisionSettings, KeychainState, Language, Person, RefusedRecalibration, StoreStatus } from '../types.ts';
import { languageOf } from '../languages.ts';
import { refuse, type Memory } from './memory.ts';
import { STATUS } from './recorded.ts';

/** The secret of every recorded person. */
export const RECORDED_SECRET = '24681357';
export const RECORDED_PASSPHRASE = 'correct horse battery staple';

/** What `&recalibration=refused` finds beside the packs. */
const CHANGED: RefusedRecalibration = { file: 'spine-ensemble.recalibration.toml', code: 'forged', detail: '' };

/** What `&crash` in the address tells of an earlier run. */
const CRASH: CrashReport = { at: '2026-03-11T17:02:11Z', path: '/demo/spineboard/crash-20260311T170211Z.shown.txt' };

export interface Installation {
  researchUse: boolean;
  store: StoreStatus;
  /** Found only when the store is opened. */
  isDamaged: boolean;
  passphrase: string;
  recoveryKey: string | null;
  recoveryKeyMadeAt: string | null;
  keychain: KeychainState;
  autoLockMinutes: number;
  language: Language;
  languageChosen: boolean;
  people: Person[];
  person: Person | null;
  recovered: boolean;
  secrets: Map<string, string>;
  wrongSecrets: number;
  decision: DecisionSettings;
  preferences: Record<string, string>;
  backup: BackupStatus;
  status: () => Promise<AppStatus>;
}

/** Why a typed recovery key opens nothing; none if it is the wanted one. */
export function refusedKey(typed: string, wanted: string): Promise<never> | null {
  // The demo takes a letter that no key has for a misread one; Rust computes check characters.
  const misread = typed.toUpperCase().split(/[\s-]+/).findIndex((group) => group.includes('U'));
  if (misread >= 0) return refuse('recovery_key_misread', { group: String(misread + 1) });
  const plain = (key: string): string => key.toUpperCase().replace(/[^A-Z0-9]/g, '');
  return plain(typed) === plain(wanted) ? null : refuse('wrong_recovery_key');
}

function storeAtStart(start: string): StoreStatus {
  if (start === 'locked' || start === 'damaged') return { kind: 'locked' };
  if (start === 'newer') return { kind: 'failed', code: 'newer_database', parameters: { found: '9', known: '1' } };
  return start === 'first' ? { kind: 'absent' } : { kind: 'open' };
}

function chosenKeychain(chosen: string | null): KeychainState {
  return chosen === 'on' || chosen === 'unavailable' ? chosen : 'off';
}

/**
 * `start` is `first`, `locked`, `open` (signed in), `unsigned`, `before_people` (a store of an earlier version),
 * `newer` or `damaged`; `role=member` signs in a member, `keychain` is `on`, `off` or `unavailable`, and `backup=failed` records a fault.
 * `language` is the one that was chosen at an earlier start.
 */
export function installation({ search }: Memory): Installation {
  const start = search.get('start') ?? 'first';
  const isNew = start === 'first' || start === 'before_people';
  const { first_start: closed, open } = STATUS;
  const people = isNew ? [] : open.people;
  const role = search.get('role') ?? 'chair';
  const chosen = search.has('language') ? languageOf(search.get('language') ?? '') : null;
  const failed = { code: 'backup_folder', parameters: { detail: 'No such file or directory' } };

  const state: Installation = {
    researchUse: start !== 'first',
    store: storeAtStart(start),
    isDamaged: start === 'damaged',
    passphrase: RECORDED_PASSPHRASE,
    recoveryKey: isNew ? null : STATUS.recovery_keys[0].key,
    recoveryKeyMadeAt: isNew ? null : open.recovery_key_made_at,
    keychain: chosenKeychain(search.get('keychain')),
    autoLockMinutes: open.auto_lock_minutes,
    language: chosen ?? 'en',
    languageChosen: chosen !== null,
    people,
    person: start === 'open' ? (people.find((person) => person.active && person.role === role) ?? null) : null,
    recovered: false,
    secrets: new Map(people.map(({ id }) => [id, RECORDED_SECRET])),
    wrongSecrets: 0,
    decision: search.has('estimate') ? { ...open.decision, estimate_first: 'always' } : open.decision,
    preferences: {},
    backup: isNew ? closed.backup : search.get('backup') === 'failed' ? { ...open.backup, due: true, last_fault: failed } : open.backup,
    status: () => {
      const spoken = { language: state.language, language_chosen: state.languageChosen };
      const started = { ...spoken, start: { demo: search.has('demo') }, keychain: state.keychain, ...(search.has('crash') ? { last_crash: CRASH } : {}) };
      if (state.store.kind !== 'open') return Promise.resolve({ ...closed, ...started, store: state.store });
      return Promise.resolve({
        ...open,
        ...started,
        research_use_accepted: state.researchUse,
        people: state.people,
        person: state.person,
        recovered: state.recovered,
        auto_lock_minutes: state.autoLockMinutes,
        decision: state.decision,
        preferences: state.person ? state.preferences : {},
        recovery_key_made_at: state.recoveryKeyMadeAt,
        backup: state.backup,
        ...(search.get('recalibration') === 'refused' ? { refused_recalibrations: [CHANGED] } : {}),
      });
    },
  };
  return state;
}

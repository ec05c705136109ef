// Application, store and keys of the demo host.
import { languages as catalogues } from 'virtual:catalogue';
import { languages as words } from 'virtual:words';
import type { Host, LockReason } from '../host.ts';
import { languageOf } from '../languages.ts';
import { refusedKey, type Installation } from './installation.ts';
import { refuse } from './memory.ts';
import { SHEETS, STATUS } from './recorded.ts';

type StoreHost = Pick<
  Host,
  | 'status'
  | 'acceptResearchUse'
  | 'createStore'
  | 'unlock'
  | 'unlockWithRecoveryKey'
  | 'unlockWithKeychain'
  | 'lock'
  | 'onLocked'
  | 'noteActivity'
  | 'words'
  | 'catalogue'
  | 'setLanguage'
  | 'scoreSheets'
  | 'changePassphrase'
  | 'makeRecoveryKey'
  | 'setKeychain'
  | 'setAutoLock'
>;

/** A browser test sends this event to the page, with the reason as its detail. */
export const LOCK_EVENT = 'demo-locked';


export function storeHost(state: Installation): StoreHost {
  const { status } = state;

  function open(): ReturnType<typeof status> {
    state.store = { kind: 'open' };
    state.wrongSecrets = 0;
    return status();
  }

  function close(): void {
    state.store = { kind: 'locked' };
    state.person = null;
    state.recovered = false;
  }

  return {
    status,
    acceptResearchUse: () => {
      state.researchUse = true;
      return status();
    },
    createStore: (chosen) => {
      if (chosen.length < STATUS.open.minimum_passphrase) {
        return refuse('passphrase_too_short', { minimum: String(STATUS.open.minimum_passphrase) });
      }
      state.passphrase = chosen;
      return open();
    },
    unlock: (tried) => {
      if (state.isDamaged) return refuse('damaged');
      return tried === state.passphrase ? open() : refuse('wrong_passphrase');
    },
    unlockWithRecoveryKey: (key, newPassphrase) => {
      if (state.recoveryKey === null) return refuse('no_recovery_key');
      const refused = refusedKey(key, state.recoveryKey);
      if (refused) return refused;
      state.passphrase = newPassphrase;
      state.recovered = true;
      return open();
    },
    unlockWithKeychain: () => (state.keychain === 'on' ? open() : refuse('keychain_empty')),
    lock: () => {
      close();
      return status();
    },
    onLocked: (callback) => {
      const listener = (event: Event): void => {
        close();
        callback((event as CustomEvent<LockReason>).detail);
      };
      globalThis.addEventListener(LOCK_EVENT, listener);
      return () => globalThis.removeEventListener(LOCK_EVENT, listener);
    },
    noteActivity: () => Promise.resolve(),
    words: (language) => Promise.resolve(words[languageOf(language)]),
    catalogue: (language) => Promise.resolve(catalogues[language]),
    setLanguage: (language, keep) => {
      state.language = language;
      state.languageChosen ||= keep;
      return status();
    },
    scoreSheets: () => Promise.resolve(SHEETS),
    changePassphrase: (current, newPassphrase) => {
      if (current !== state.passphrase) return refuse('wrong_passphrase');
      state.passphrase = newPassphrase;
      return status();
    },
    makeRecoveryKey: () => {
      const [, made] = STATUS.recovery_keys;
      state.recoveryKey = made.key;
      state.recoveryKeyMadeAt = made.made_at;
      return Promise.resolve(made);
    },
    setKeychain: (on) => {
      if (state.keychain === 'unavailable') return refuse('keychain_unavailable');
      state.keychain = on ? 'on' : 'off';
      return status();
    },
    setAutoLock: (minutes) => {
      state.autoLockMinutes = minutes;
      return status();
    },
  };
}

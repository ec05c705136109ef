// Application and store of the demo host: one passphrase, open or locked.
import catalogue from 'virtual:catalogue';
import words from 'virtual:words';
import type { Host } from '../host.ts';
import type { AppStatus, StoreStatus } from '../types.ts';
import { refuse, type Memory } from './memory.ts';
import { STATUS } from './recorded.ts';

const SHORTEST_PASSPHRASE = 12;

type StoreHost = Pick<Host, 'status' | 'acceptResearchUse' | 'createStore' | 'unlock' | 'lock' | 'words' | 'catalogue' | 'auditVerify'>;

function storeAtStart(start: string): StoreStatus {
  if (start === 'open' || start === 'locked') return { kind: start };
  if (start === 'newer') return { kind: 'failed', code: 'newer_database', parameters: { found: '9', known: '1' } };
  return { kind: 'absent' };
}

export function storeHost({ search }: Memory): StoreHost {
  const start = search.get('start') ?? 'first';
  let researchUse = start !== 'first';
  let store = storeAtStart(start);
  let passphrase = 'correct horse battery staple';

  const status = (): Promise<AppStatus> =>
    Promise.resolve({ ...STATUS, research_use_accepted: researchUse, store, start: { demo: search.has('demo') } });

  return {
    status,
    acceptResearchUse: () => {
      researchUse = true;
      return status();
    },
    createStore: (chosen) => {
      if (chosen.length < SHORTEST_PASSPHRASE) return refuse('passphrase_too_short');
      passphrase = chosen;
      store = { kind: 'open' };
      return status();
    },
    unlock: (tried) => {
      if (tried !== passphrase) return refuse('wrong_passphrase');
      store = { kind: 'open' };
      return status();
    },
    lock: () => {
      store = { kind: 'locked' };
      return status();
    },
    words: () => Promise.resolve(words),
    catalogue: () => Promise.resolve(catalogue),
    auditVerify: () => Promise.resolve({ entries: 0, faults: [] }),
  };
}

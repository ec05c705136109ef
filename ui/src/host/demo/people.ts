// People of the demo host: who works here and who is signed in.
import type { Host } from '../host.ts';
import type { AppStatus, Person } from '../types.ts';
import type { Installation } from './installation.ts';
import { NOW, refuse, type Memory } from './memory.ts';
import { STATUS } from './recorded.ts';

type PeopleHost = Pick<Host, 'addPerson' | 'changePerson' | 'setPersonSecret' | 'signIn' | 'signOut'>;

const WRONG_SECRETS_ALLOWED = 5;
const manages = (person: Person): boolean => person.active && person.role !== 'member';

export function peopleHost(state: Installation, { next }: Memory): PeopleHost {
  const { status } = state;

  function mayManage(): boolean {
    return state.person !== null && manages(state.person);
  }

  function refuseRole(): Promise<never> {
    return state.person ? refuse('not_allowed', { role: state.person.role }) : refuse('sign_in_needed');
  }

  function secretProblem(secret: string): Promise<never> | null {
    if (secret.length < STATUS.open.minimum_secret) return refuse('secret_too_short', { minimum: String(STATUS.open.minimum_secret) });
    return new Set(secret).size < 3 ? refuse('secret_too_simple') : null;
  }

  function wrongSecret(): Promise<AppStatus> {
    state.wrongSecrets += 1;
    if (state.wrongSecrets < WRONG_SECRETS_ALLOWED) return refuse('wrong_secret');
    state.store = { kind: 'locked' };
    state.person = null;
    return refuse('too_many_attempts');
  }

  return {
    addPerson: ({ name, specialty, role, secret }) => {
      const isFirst = state.people.length === 0;
      if (!isFirst && !mayManage()) return refuseRole();
      if (name.trim() === '') return refuse('name_needed');
      if (state.people.some((person) => person.name === name.trim())) return refuse('person_exists');
      const problem = secretProblem(secret);
      if (problem) return problem;
      const person: Person = { id: `person-${next()}`, name: name.trim(), specialty, role, active: true, added_at: NOW };
      state.people = [...state.people, person];
      state.secrets.set(person.id, secret);
      if (isFirst) state.person = person;
      return status();
    },
    changePerson: (personId, change) => {
      if (!mayManage()) return refuseRole();
      const changed = state.people.map((person) => (person.id === personId ? { ...person, ...change } : person));
      if (!changed.some(manages)) return refuse('last_manager');
      state.people = changed;
      state.person = changed.find((person) => person.active && person.id === state.person?.id) ?? null;
      return status();
    },
    setPersonSecret: (personId, current, secret) => {
      const own = state.person?.id === personId;
      const isRecovering = state.recovered && state.person === null && state.people.some((person) => person.id === personId && manages(person));
      if (!own && !mayManage() && !isRecovering) return refuseRole();
      if (own && current !== state.secrets.get(personId)) return wrongSecret();
      const problem = secretProblem(secret);
      if (problem) return problem;
      state.secrets.set(personId, secret);
      return status();
    },
    signIn: (personId, secret) => {
      const person = state.people.find(({ id }) => id === personId);
      if (!person) return refuse('unknown_person');
      if (secret !== state.secrets.get(personId)) return wrongSecret();
      state.wrongSecrets = 0;
      state.person = person;
      state.recovered = false;
      return status();
    },
    signOut: () => {
      state.person = null;
      return status();
    },
  };
}

// The people who work here, as the screens list and name them.
import type { Role, Specialty } from '../host/types.ts';
import { t } from './words.svelte.ts';

export const SPECIALTIES: Specialty[] = [
  'spine_surgery',
  'radiation_oncology',
  'medical_oncology',
  'radiology',
  'interventional_radiology',
  'pathology',
  'palliative_care',
  'neurology',
  'rehabilitation',
  'nursing',
  'coordination',
  'other',
];

/** Those who look after people and settings come first. */
export const MANAGERS: Role[] = ['chair', 'coordinator'];
export const ROLES: Role[] = [...MANAGERS, 'member'];

/** What is typed of a person before it is saved. */
export interface PersonDraft {
  name: string;
  specialty: Specialty | '';
  role: Role | '';
}

export const NOBODY: PersonDraft = { name: '', specialty: '', role: '' };

/** The person without the spaces around the name; `null` while something is missing. */
export function complete(draft: PersonDraft): { name: string; specialty: Specialty; role: Role } | null {
  const name = draft.name.trim();
  return name === '' || draft.specialty === '' || draft.role === '' ? null : { name, specialty: draft.specialty, role: draft.role };
}

export function specialtyLabel(specialty: Specialty): string {
  return t(`specialty.${specialty}`);
}

export function roleLabel(role: Role): string {
  return t(`role.${role}`);
}

// How a patient is named on the screen; masked, nothing of the identity is left but the case's age.
import type { Identity } from '../host/types.ts';
import { t } from './words.svelte.ts';

/** Family name first, as on a wrist band; the Latin form follows a name in another script. */
export function displayName(
  identity: Pick<Identity, 'family_name' | 'given_name'> & { alphabetic_name?: string | null },
  masked: boolean,
): string {
  if (masked) return t('screen.identity.hidden');
  const name = [identity.family_name, identity.given_name].filter((part) => part !== '').join(', ');
  const shown = name === '' ? t('screen.identity.no_name') : name;
  return identity.alphabetic_name ? `${shown} (${identity.alphabetic_name})` : shown;
}

export function displayId(patientId: string, masked: boolean): string {
  if (masked) return '•••';
  return patientId === '' ? t('screen.identity.no_id') : patientId;
}

/** Nobody yet. */
export const NO_IDENTITY: Identity = { patient_id: '', family_name: '', given_name: '', alphabetic_name: null, birth_date: null };

/** Without the spaces around what was typed. */
export function trimmed(identity: Identity): Identity {
  return {
    ...identity,
    patient_id: identity.patient_id.trim(),
    family_name: identity.family_name.trim(),
    given_name: identity.given_name.trim(),
    alphabetic_name: identity.alphabetic_name?.trim() ?? null,
  };
}

/** A number and a name are needed to notice images of another patient. */
export function isIdentified(identity: Identity): boolean {
  const { patient_id: id, family_name: family, given_name: given } = trimmed(identity);
  return id !== '' && (family !== '' || given !== '');
}

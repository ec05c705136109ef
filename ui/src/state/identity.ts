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

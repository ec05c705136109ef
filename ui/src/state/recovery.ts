// A recovery key as people read it: groups of letters and digits. Whether it is right is Rust's to say.

const GROUPS = 8;
const GROUP_CHARACTERS = 5;

/** The groups of a key as printed, in capitals. */
export function keyGroups(key: string): string[] {
  return key
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((group) => group !== '');
}

/** The groups of a key while it is typed, with or without separators, as Rust counts them in its answer. */
export function typedGroups(text: string): string[] {
  const parts = keyGroups(text);
  if (parts.length === GROUPS) return parts;
  return parts.join('').match(new RegExp(`.{1,${GROUP_CHARACTERS}}`, 'g')) ?? [];
}

/** True if the group, counted from 0, was copied as it is in the key. */
export function isGroupOf(key: string, index: number, typed: string): boolean {
  const [group, ...more] = keyGroups(typed);
  return more.length === 0 && group !== undefined && group === keyGroups(key)[index];
}

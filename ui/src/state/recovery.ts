// A recovery key as people read it: groups of letters and digits. Whether it is right is Rust's to say.

/** The groups of a key as typed or printed, in capitals. */
export function keyGroups(key: string): string[] {
  return key
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((group) => group !== '');
}

/** True if the group, counted from 0, was copied as it is in the key. */
export function isGroupOf(key: string, index: number, typed: string): boolean {
  const [group, ...more] = keyGroups(typed);
  return more.length === 0 && group !== undefined && group === keyGroups(key)[index];
}

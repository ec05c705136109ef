// Files that were left out, by reason: first what a person can do something about.
import type { Reason, RejectedFile } from '../host/types.ts';

/** Reasons that are expected on an ordinary disc and ask for nothing. */
const EXPECTED: Reason[] = ['not_dicom', 'dicomdir', 'no_image', 'duplicate'];

export interface RejectedGroup {
  reason: Reason;
  expected: boolean;
  files: RejectedFile[];
}

/** Groups of one reason, those that ask for something first, then the largest. */
export function byReason(rejected: RejectedFile[]): RejectedGroup[] {
  const groups = new Map<Reason, RejectedFile[]>();
  for (const file of rejected) {
    const known = groups.get(file.reason);
    if (known) known.push(file);
    else groups.set(file.reason, [file]);
  }
  return [...groups]
    .map(([reason, files]) => ({ reason, files, expected: EXPECTED.includes(reason) }))
    .sort((one, other) => Number(one.expected) - Number(other.expected) || other.files.length - one.files.length);
}

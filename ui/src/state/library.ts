// Finding one's way in a library of images. Grouping into stacks is Rust's.
import type { ImageLibrary, PersonName, Series, Stack, StackNote, Study } from '../host/types.ts';
import { number } from './format.ts';
import { t } from './words.svelte.ts';

/** A stack with what it belongs to. */
/** The stack that holds an image, and the image's place in it; none where its study is not open. */
export function findImage(library: ImageLibrary, sopInstanceUid: string, frame = 1): { stackId: string; index: number } | null {
  for (const study of library.studies) {
    for (const series of study.series) {
      for (const stack of series.stacks) {
        const index = stack.images.findIndex((image) => image.sop_instance_uid === sopInstanceUid && image.frame === frame);
        if (index >= 0) return { stackId: stack.id, index };
      }
    }
  }
  return null;
}

/** A stack in one of the frames of reference: one of those that are shown, else the first; none where none is open. */
export function stackOfFrames(library: ImageLibrary, frames: readonly string[], shownIds: readonly string[]): string | null {
  const stacks = library.studies.flatMap(({ series }) => series.flatMap((one) => one.stacks)).filter((stack) => frames.includes(stack.frame_of_reference_uid));
  return (stacks.find(({ id }) => shownIds.includes(id)) ?? stacks[0])?.id ?? null;
}

export function findStack(library: ImageLibrary, stackId: string): { study: Study; series: Series; stack: Stack } | null {
  for (const study of library.studies) {
    for (const series of study.series) {
      const stack = series.stacks.find(({ id }) => id === stackId);
      if (stack) return { study, series, stack };
    }
  }
  return null;
}

/** Studies by patient, in the order of the library. */
export function byPatient(library: ImageLibrary): { key: string; studies: Study[] }[] {
  const patients = new Map<string, Study[]>();
  for (const study of library.studies) {
    const key = JSON.stringify(study.patient);
    const known = patients.get(key);
    if (known) known.push(study);
    else patients.set(key, [study]);
  }
  return [...patients].map(([key, studies]) => ({ key, studies }));
}

/** How much a library holds, for people to compare with what they expect. */
export function countLibrary(library: ImageLibrary): { patients: number; studies: number; stacks: number; images: number } {
  const stacks = library.studies.flatMap(({ series }) => series.flatMap((one) => one.stacks));
  return {
    patients: byPatient(library).length,
    studies: library.studies.length,
    stacks: stacks.length,
    images: stacks.reduce((sum, stack) => sum + stack.images.length, 0),
  };
}

/** A DICOM name as people write it, in Latin letters where the file has them. */
export function personName(name: PersonName): string {
  const group = name.alphabetic ?? name.ideographic ?? name.phonetic ?? '';
  const [family = '', given = ''] = group.split('^');
  return [family, given].filter((part) => part !== '').join(', ');
}

/** Why a stack is not, or not quite, a volume, in words. */
export function noteText(note: StackNote): string {
  const lengths = Object.entries(note).filter(([name]) => name !== 'kind');
  return t(`screen.images.note_${note.kind}`, Object.fromEntries(lengths.map(([name, value]) => [name, number(Number(value))])));
}

// Finding one's way in a library of images. Grouping into stacks is Rust's.
import type { ImageLibrary, PersonName, Series, Stack, Study } from '../host/types.ts';

/** A stack with what it belongs to. */
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
  const patients: { key: string; studies: Study[] }[] = [];
  for (const study of library.studies) {
    const key = JSON.stringify(study.patient);
    const known = patients.find((patient) => patient.key === key);
    if (known) known.studies.push(study);
    else patients.push({ key, studies: [study] });
  }
  return patients;
}

/** A DICOM name as people write it, in Latin letters where the file has them. */
export function personName(name: PersonName): string {
  const group = name.alphabetic ?? name.ideographic ?? name.phonetic ?? '';
  const [family = '', given = ''] = group.split('^');
  return [family, given].filter((part) => part !== '').join(', ');
}

// Made-up libraries of the demo host, chosen by path: what discs bring that the recorded one does not.
import type { ImageLibrary, LibraryQuestion, PatientFacts, Reason, RejectedFile, Stack, Study } from '../types.ts';
import { IMAGES } from './recorded.ts';

const EVERY_REASON: Reason[] = [
  ...(['not_dicom', 'empty', 'dicomdir', 'no_image', 'duplicate', 'duplicate_differs', 'truncated', 'broken_structure', 'missing_attribute'] as const),
  ...(['invalid_attribute', 'too_large', 'unsupported_compression', 'decoding_failed', 'unreadable', 'unsafe_path', 'link'] as const),
  ...(['bomb', 'encrypted', 'nested_archive', 'unpack_first', 'missing', 'too_many', 'timed_out', 'out_of_memory', 'decoder_crashed'] as const),
];

/** The library of all paths together. */
export function libraryOf(paths: string[]): ImageLibrary {
  const parts = paths.map(single);
  const library: ImageLibrary = {
    folder: paths.join(' + '),
    sources: paths,
    studies: parts.flatMap(({ studies }) => studies),
    rejected: parts.flatMap(({ rejected }) => rejected),
    files: parts.reduce((sum, { files }) => sum + files, 0),
    questions: parts.flatMap(({ questions }) => questions),
    missing: parts.flatMap(({ missing }) => missing),
  };
  // As Rust does: a study that is there twice is one.
  const seen = new Set<string>();
  library.studies = library.studies.filter((study) => {
    const key = study.uid + JSON.stringify(study.patient);
    return !seen.has(key) && seen.add(key);
  });
  return library;
}

function single(path: string): ImageLibrary {
  const plain: ImageLibrary = { ...IMAGES, questions: [], missing: [], sources: [path] };
  switch (path.split('/')[1]) {
    case 'large':
      return large(plain);
    case 'same-exam':
      return sameExam(plain);
    case 'mixed':
      return mixed(plain);
    case 'unbroken':
      return unbroken(plain);
    case 'prior':
      return prior(plain);
    case 'uneven':
      return uneven(plain);
    case 'disc.zip':
      return { ...plain, files: plain.files + 60, rejected: disc(), missing: ['ST1/SE2/IM0007', 'ST1/SE2/IM0008', 'ST2/SE1/IM0001'].map((file) => ({ directory: 'disc.zip/DICOMDIR', file })) };
    case 'clean':
      return { ...plain, files: plain.files - plain.rejected.length, rejected: [] };
    case 'nothing':
      return { ...plain, files: 2, studies: [] };
    default:
      return plain;
  }
}

/** Every reason there is, some with many files. */
function disc(): RejectedFile[] {
  return EVERY_REASON.flatMap((reason, index) =>
    Array.from({ length: index % 4 === 0 ? 130 : 1 + (index % 3) }, (_, number) => ({
      path: `disc.zip/${reason}/IM${String(number + 1).padStart(4, '0')}`,
      reason,
      detail: reason === 'missing_attribute' ? 'Rows (0028,0010)' : reason === 'truncated' ? 'pixel data end after 4096 of 32768 bytes' : '',
    })),
  );
}

/** The recorded CT under a second number of the same person. */
function sameExam(plain: ImageLibrary): ImageLibrary {
  const [original] = plain.studies;
  if (!original) return plain;
  const patient: PatientFacts = { ...original.patient, patient_id: 'EXT-99017', birth_date: '1961-05-15' };
  const renamed: Study = { ...original, uid: '2.25.301', patient, series: restacked(original, '2.25.301') };
  const question: LibraryQuestion = { kind: 'same_exam_other_patient', study_uids: [original.uid, renamed.uid], patients: [original.patient, patient], images: 24 };
  return { ...plain, files: plain.files + 24, studies: [...plain.studies, renamed], questions: [question] };
}

/** Names and descriptions of 64 letters without a break, which files may hold (LO, PS3.5 section 6.2). */
function unbroken(plain: ImageLibrary): ImageLibrary {
  const word = 'W'.repeat(64);
  const studies = plain.studies.map((study): Study => ({
    ...study,
    uid: `${study.uid}.9`,
    description: word,
    patient: { ...study.patient, patient_id: word, name: { alphabetic: word, ideographic: null, phonetic: null } },
    series: restacked(study, `${study.uid}.9`).map((series) => ({ ...series, description: word })),
  }));
  return { ...plain, studies, sources: [`/unbroken/${word}/${word}`] };
}

/** One study UID under 14 patients, as a folder of files from everywhere has it. */
function mixed(plain: ImageLibrary): ImageLibrary {
  const [original] = plain.studies;
  if (!original) return plain;
  const studies = Array.from({ length: 14 }, (_, index): Study => ({
    ...original,
    patient: { patient_id: `MIX-${index + 1}`, name: { alphabetic: `Mixed^${index + 1}`, ideographic: null, phonetic: null }, birth_date: null, sex: null },
    series: restacked(original, `2.25.400.${index + 1}`),
  }));
  const question: LibraryQuestion = { kind: 'same_exam_other_patient', study_uids: [original.uid], patients: studies.map(({ patient }) => patient), images: 336 };
  return { ...plain, studies, questions: [question] };
}

/** Today's MR with a second weighting and axial slices, and the MR of half a year before, in which the patient lay
 * elsewhere. Both with a scout, as scanners make them. */
function prior(plain: ImageLibrary): ImageLibrary {
  const magnetic = plain.studies.find(({ series }) => series[0]?.modality === 'MR');
  const sagittal = magnetic?.series.find(({ description }) => description.includes('SAG'));
  const axial = magnetic?.series.find(({ description }) => description.includes('AX'));
  const [long, short] = [sagittal?.stacks[0], axial?.stacks[0]];
  const [image] = short?.images ?? [];
  if (!magnetic || !sagittal || !axial || !long || !short || !image) return plain;
  const axials = (higher: number) =>
    Array.from({ length: 20 }, (_, index) => ({ ...image, sop_instance_uid: `${image.sop_instance_uid}.${index}`, instance_number: index + 1, position: [-91.625, -101.625, -60 + higher + index * 6] as [number, number, number] }));
  const study = (uid: string, description: string, day: string, higher: number): Study => {
    const frame = `${uid}.9`;
    const stack = (base: Stack, number: number, images: Stack['images']): Stack => ({ ...base, id: `${uid}.${number}.1`, frame_of_reference_uid: frame, images });
    const moved = long.images.map((one) => ({ ...one, position: one.position && ([one.position[0], one.position[1], one.position[2] + higher] as [number, number, number]) }));
    return {
      ...magnetic,
      uid,
      description,
      date: day,
      series: [
        { ...sagittal, uid: `${uid}.1`, number: 1, description: 'LOCALIZER', stacks: [stack(long, 1, moved.slice(0, 3))] },
        { ...sagittal, uid: `${uid}.2`, number: 2, stacks: [stack(long, 2, moved)] },
        { ...sagittal, uid: `${uid}.3`, number: 3, description: 'T1 TSE SAG', stacks: [stack(long, 3, moved)] },
        { ...axial, uid: `${uid}.4`, number: 4, stacks: [{ ...stack(short, 4, axials(higher)), is_volume: true, spacing_between_slices: 6 }] },
      ],
    };
  };
  const computed = plain.studies.filter((one) => one !== magnetic);
  return { ...plain, studies: [...computed, study('2.25.600', 'MR SPINE (SYNTHETIC)', '2026-03-02', 0), study('2.25.601', 'MR SPINE BEFORE (SYNTHETIC)', '2025-09-08', 12)] };
}

/** A CT of which slices are missing and one is there twice. */
function uneven(plain: ImageLibrary): ImageLibrary {
  const [study, ...others] = plain.studies;
  if (!study) return plain;
  const notes: Stack['notes'] = [{ kind: 'duplicate_positions', count: 1 }, { kind: 'gap', largest: 8, usual: 2 }];
  const series = restacked(study, '2.25.700').map((one) => ({ ...one, stacks: one.stacks.map((stack) => ({ ...stack, is_volume: false, notes })) }));
  return { ...plain, studies: [{ ...study, uid: '2.25.700', series }, ...others] };
}

function restacked(study: Study, uid: string): Study['series'] {
  return study.series.map((series, index) => ({
    ...series,
    uid: `${uid}.${index + 1}`,
    stacks: series.stacks.map((stack, number) => ({ ...stack, id: `${uid}.${index + 1}.${number + 1}` })),
  }));
}

/** 10,000 files: 30 studies of 100 series, one of them in 3,000 stacks, and 2,500 files left out. */
function large(plain: ImageLibrary): ImageLibrary {
  const [original] = plain.studies;
  const [pattern] = original?.series ?? [];
  const [stack] = pattern?.stacks ?? [];
  if (!original || !pattern || !stack) return plain;
  const one = (id: string): Stack => ({ ...stack, id, is_volume: false, images: stack.images.slice(0, 1) });
  const studies = Array.from({ length: 30 }, (_, number): Study => ({
    ...original,
    uid: `2.25.5000.${number}`,
    description: `Synthetic study ${number + 1}`,
    series: Array.from({ length: 50 }, (_unused, index) => ({
      ...pattern,
      uid: `2.25.5000.${number}.${index}`,
      number: index + 1,
      stacks: number === 0 && index === 0 ? Array.from({ length: 3000 }, (_none, at) => one(`large-${at}`)) : [{ ...stack, id: `large-${number}-${index}`, images: stack.images.slice(0, 3) }],
    })),
  }));
  const rejected = Array.from({ length: 2500 }, (_, number): RejectedFile => ({
    path: `large/folder-${number % 17}/file-${number}.dcm`,
    reason: number % 5 === 0 ? 'not_dicom' : 'truncated',
    detail: '',
  }));
  return { ...plain, files: 10_000, studies, rejected };
}

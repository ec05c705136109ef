// Images of the demo host: the recorded library with made-up pixels, links and key images.
import type { Host } from '../host.ts';
import type { ImageLibrary } from '../types.ts';
import { libraryOf } from './libraries.ts';
import { NOW, refuse, type Memory } from './memory.ts';
import { framesOf, geometryOf, onePixel } from './pixels.ts';

type ImagesHost = Pick<
  Host,
  | 'openImages'
  | 'cancelImages'
  | 'pickFolder'
  | 'pickImagesFile'
  | 'onImagesDropped'
  | 'onImagesHover'
  | 'stackGeometry'
  | 'readFrames'
  | 'linkStudy'
  | 'unlinkStudy'
  | 'markKeyImage'
  | 'removeKeyImage'
  | 'keyImagePng'
>;

/** A frame of `/damaged` that no retry helps, and one that is read at the second attempt. */
const BROKEN_FRAME = 14;
const SHY_FRAME = 12;
/** Names of events that stand for dragging over the window and dropping on it. */
const DRAG = 'dragover';

export function imagesHost({ next, change }: Memory): ImagesHost {
  let scan = new AbortController();
  let open: ImageLibrary = libraryOf(['/demo/images']);
  let attempts = 0;

  return {
    openImages: async (paths, onProgress) => {
      scan = new AbortController();
      const { signal } = scan;
      const library = libraryOf(paths);
      const slow = paths.some((path) => path.startsWith('/slow'));
      const steps = slow ? 15 : 4;
      for (let step = 0; step <= steps; step += 1) {
        const done = Math.round((library.files * step) / steps);
        const rejected = Math.round((library.rejected.length * step) / steps);
        onProgress({ done, found: library.files, images: done - rejected, rejected });
        await new Promise((resolve) => setTimeout(resolve, slow ? 300 : 20));
        if (signal.aborted) return refuse('cancelled');
      }
      if (paths.includes('/missing')) return refuse('image_folder', { detail: 'not found' });
      open = library;
      attempts = 0;
      return library;
    },
    cancelImages: () => {
      scan.abort();
      return Promise.resolve();
    },
    pickFolder: () => Promise.resolve('/demo/images'),
    pickImagesFile: () => Promise.resolve('/disc.zip'),
    onImagesDropped: (callback) => {
      const dropped = (event: DragEvent): void => {
        event.preventDefault();
        callback([...(event.dataTransfer?.files ?? [])].map(({ name }) => `/${name}`));
      };
      addEventListener('drop', dropped);
      return () => removeEventListener('drop', dropped);
    },
    onImagesHover: (callback) => {
      const over = (event: DragEvent): void => {
        event.preventDefault();
        callback(event.type === DRAG);
      };
      for (const kind of [DRAG, 'dragleave', 'drop'] as const) addEventListener(kind, over);
      return () => [DRAG, 'dragleave', 'drop'].forEach((kind) => removeEventListener(kind as 'drop', over));
    },
    stackGeometry: (stackId) => Promise.resolve(geometryOf(open, stackId)),
    readFrames: (stackId, first, count) => {
      if (open.sources.includes('/damaged')) {
        const inside = (frame: number): boolean => frame >= first && frame < first + count;
        if (inside(BROKEN_FRAME)) return refuse('image_unreadable', { reason: 'decoder_crashed', detail: '' });
        if (inside(SHY_FRAME)) {
          attempts += count === 1 ? 1 : 0;
          if (attempts < 2) return refuse('image_unreadable', { reason: 'timed_out', detail: '' });
        }
      }
      return Promise.resolve(framesOf(open, stackId, first, count));
    },
    linkStudy: (caseId, studyInstanceUid, confirmMismatch) =>
      change(caseId, (view) => {
        const study = open.studies.find(({ uid }) => uid === studyInstanceUid);
        if (!study) return view;
        const same = study.patient.patient_id === view.case.identity.patient_id;
        const others = view.case.studies.filter((linked) => linked.study_instance_uid !== studyInstanceUid);
        const linked = {
          study_instance_uid: study.uid,
          folder: open.folder,
          description: study.description,
          study_date: study.date,
          patient_id: study.patient.patient_id,
          patient_name: study.patient.name.alphabetic ?? '',
          patient_birth_date: study.patient.birth_date,
          mismatch_confirmed_by: confirmMismatch ? 'demo' : null,
        };
        const findings = view.assessment.findings.filter(({ code }) => !code.startsWith('patient_mismatch'));
        if (!same) {
          findings.unshift({
            code: confirmMismatch ? 'patient_mismatch_confirmed' : 'patient_mismatch',
            severity: confirmMismatch ? 'note' : 'alert',
            parameters: { element: 'patient_id_birth_date_name', date: study.date ?? 'unknown', study: String(others.length + 1) },
          });
        }
        return { ...view, case: { ...view.case, studies: [...others, linked] }, assessment: { ...view.assessment, findings } };
      }),
    unlinkStudy: (caseId, studyInstanceUid) =>
      change(caseId, (view) => ({
        ...view,
        case: { ...view.case, studies: view.case.studies.filter((linked) => linked.study_instance_uid !== studyInstanceUid) },
        assessment: { ...view.assessment, findings: view.assessment.findings.filter(({ code }) => code !== 'patient_mismatch') },
      })),
    markKeyImage: (caseId, input) =>
      change(caseId, (view) => {
        const key = {
          id: `key-image-${next()}`,
          series_instance_uid: input.stack_id,
          sop_instance_uid: `${input.stack_id}.${input.image_index}`,
          frame: 1,
          window_center: input.window_center,
          window_width: input.window_width,
          level: input.level,
          note: input.note,
          caption: 'CT · synthetic phantom',
          marked_at: NOW,
          author: 'demo',
        };
        return { ...view, case: { ...view.case, key_images: [...view.case.key_images, key] } };
      }),
    removeKeyImage: (caseId, keyImageId) =>
      change(caseId, (view) => ({
        ...view,
        case: { ...view.case, key_images: view.case.key_images.filter(({ id }) => id !== keyImageId) },
      })),
    keyImagePng: () => Promise.resolve(onePixel()),
  };
}

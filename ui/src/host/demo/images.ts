// Images of the demo host: the recorded library with made-up pixels, links and key images.
import type { Host } from '../host.ts';
import { NOW, refuse, type Memory } from './memory.ts';
import { framesOf, geometryOf, onePixel } from './pixels.ts';
import { IMAGES } from './recorded.ts';

type ImagesHost = Pick<
  Host,
  | 'openImages'
  | 'cancelImages'
  | 'pickFolder'
  | 'stackGeometry'
  | 'readFrames'
  | 'linkStudy'
  | 'unlinkStudy'
  | 'markKeyImage'
  | 'removeKeyImage'
  | 'keyImagePng'
>;

export function imagesHost({ next, change }: Memory): ImagesHost {
  let scan = new AbortController();

  return {
    openImages: async (path, onProgress) => {
      scan = new AbortController();
      const { signal } = scan;
      const steps = 4;
      for (let step = 1; step <= steps; step += 1) {
        onProgress({ done: step * 12, found: steps * 12, images: step * 11, rejected: step > 2 ? 2 : 0 });
        await new Promise((resolve) => setTimeout(resolve, path === '/slow' ? 400 : 20));
        if (signal.aborted) return refuse('cancelled');
      }
      return path === '/missing' ? refuse('image_folder', { detail: 'not found' }) : { ...IMAGES, folder: path };
    },
    cancelImages: () => {
      scan.abort();
      return Promise.resolve();
    },
    pickFolder: () => Promise.resolve('/demo/images'),
    stackGeometry: (stackId) => Promise.resolve(geometryOf(IMAGES, stackId)),
    readFrames: (stackId, first, count) => Promise.resolve(framesOf(IMAGES, stackId, first, count)),
    linkStudy: (caseId, studyInstanceUid, confirmMismatch) =>
      change(caseId, (view) => {
        const study = IMAGES.studies.find(({ uid }) => uid === studyInstanceUid);
        if (!study) return view;
        const same = study.patient.patient_id === view.case.identity.patient_id;
        const others = view.case.studies.filter((linked) => linked.study_instance_uid !== studyInstanceUid);
        const linked = {
          study_instance_uid: study.uid,
          folder: IMAGES.folder,
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
            parameters: { element: 'patient_id_birth_date_name', date: study.date ?? 'unknown' },
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

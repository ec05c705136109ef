// Reports and exports of the demo host: nothing is written, paths are named.
import type { Host } from '../host.ts';
import type { DeidentifiedView, YearFigures } from '../types.ts';
import { refuse, type Memory } from './memory.ts';
import { DEMO_CASE, IMAGES, YEAR } from './recorded.ts';
import { dayFromToday } from './week.ts';

type ReportHost = Pick<
  Host,
  'exportPdf' | 'exportReferrerSummary' | 'exportMeetingList' | 'exportMinutes' | 'year' | 'exportYear' | 'exportObjects' | 'pickSavePath' | 'exportDeidentified'
>;

/** As many copies as the demo case has images in each of its studies. */
function copies(): string[] {
  const linked = DEMO_CASE.case.studies.map((study) => study.study_instance_uid);
  const counts = IMAGES.studies
    .filter(({ uid }) => linked.includes(uid))
    .map(({ series }) => series.flatMap(({ stacks }) => stacks.flatMap(({ images }) => images)).length);
  return counts.flatMap((count, study) => Array.from({ length: count }, (_, index) => `images/${study + 1}/${String(index + 1).padStart(4, '0')}.dcm`));
}

/** With `&year` the recorded year that a span lies in, by the year of its last day; without it nothing happened. */
function yearOf(search: URLSearchParams, from: string, to: string): YearFigures {
  const today = dayFromToday(0);
  const yearsAgo = Number(today.slice(0, 4)) - Number(to.slice(0, 4));
  const recorded = yearsAgo <= 0 ? YEAR.running : yearsAgo === 1 ? YEAR.past : YEAR.nothing;
  return { ...(search.has('year') ? recorded : YEAR.nothing), from, to, as_of: today };
}

/** The export into `/full`, `/leak` or `/unread` is refused; with images it asks about burned-in text. */
export function reportHost({ search }: Memory): ReportHost {
  return {
    exportPdf: (_caseId, path) => Promise.resolve({ path: path ?? '/demo/spineboard/reports/summary.pdf' }),
    exportReferrerSummary: (_caseId, path) => Promise.resolve({ path: path ?? '/demo/spineboard/reports/referrer-summary.pdf' }),
    exportMeetingList: (_meetingId, path) => Promise.resolve({ path: path ?? '/demo/spineboard/reports/meeting-list.pdf' }),
    exportMinutes: (_meetingId, path) => Promise.resolve({ path: path ?? '/demo/spineboard/reports/minutes.pdf' }),
    year: (from, to) => (from > to ? refuse('span_reversed') : Promise.resolve(yearOf(search, from, to))),
    exportYear: (from, to, path) => Promise.resolve({ path: path ?? `/demo/spineboard/reports/year-${from}-${to}.pdf` }),
    exportObjects: (_caseId, folder) => (folder === '/full' ? refuse('dicom_objects', { detail: '3 of the images are not there: open the folder or disc that they came from' }) : Promise.resolve({ path: `${folder ?? '/demo/spineboard/reports'}/dicom-objects-20260312-093000` })),
    pickSavePath: (name) => Promise.resolve(`/demo/${name}`),
    exportDeidentified: (_caseId, input) => {
      if (input.folder === '/full') return refuse('folder_not_empty');
      if (input.folder === '/leak') return refuse('identity_found', { count: '2' });
      if (input.folder === '/unread') return refuse('no_open_images');
      if (input.images && !input.confirm_burned_in) return refuse('burned_in_not_confirmed', { count: '2', paths: '/demo/images/SC/IM0003\n/demo/images/US/IM0031' });
      const images = input.images ? copies() : [];
      const view: DeidentifiedView = {
        folder: input.folder,
        files: [...images, ...(input.case_file ? ['case.json'] : []), ...(input.pdf ? ['summary.pdf'] : [])],
        images: images.length,
        warnings: input.images
          ? [
              { code: 'burned_in_possible', path: 'images/1/0003.dcm', detail: 'stated' },
              { code: 'burned_in_possible', path: 'images/2/0007.dcm', detail: 'kind' },
              { code: 'left_out', path: 'US/IM0001', detail: 'unsupported_compression' },
            ]
          : [],
        searched_values: 14,
        not_searched: ['Patient\'s Sex (0010,0040)', 'Study ID (0020,0010)'],
        searched_files: images.length + Number(input.case_file) + Number(input.pdf),
      };
      return Promise.resolve(view);
    },
  };
}

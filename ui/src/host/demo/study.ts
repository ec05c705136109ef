// Comparisons of the demo host: the recorded one, whatever the table.
import type { Host } from '../host.ts';
import { refuse, type Memory } from './memory.ts';
import { RECALIBRATED, STUDY } from './recorded.ts';

type StudyHost = Pick<Host, 'studyOptions' | 'studyTable' | 'cancelStudy' | 'exportStudy' | 'pickTable'>;

/** `/slow.csv` takes its time and `/letter.csv` is no table; with scores of which the patients were their own, these are said. */
export function studyHost({ search }: Memory): StudyHost {
  const isRecalibrated = search.get('recalibration') === 'used';
  let running = new AbortController();
  let isThere = false;

  return {
    studyOptions: () => Promise.resolve(isRecalibrated ? RECALIBRATED.options : STUDY.options),
    studyTable: async (path, question, onProgress) => {
      running = new AbortController();
      const { signal } = running;
      const slow = path.startsWith('/slow');
      for (let step = 0; step <= 4; step += 1) {
        onProgress(step / 4);
        await new Promise((resolve) => setTimeout(resolve, slow ? 600 : 10));
        if (signal.aborted) return refuse('study_stopped');
      }
      if (path.startsWith('/letter')) return refuse('table_file', { detail: "line 1: there is no column 'months'; a cohort needs 'months' of follow-up and 'died' (0 or 1)" });
      isThere = true;
      const { forecast } = RECALIBRATED;
      const pack = isRecalibrated && !question.as_shipped ? { pack: forecast.pack } : {};
      return { ...STUDY.study, ...pack, developed_here: question.developed_here };
    },
    cancelStudy: () => {
      running.abort();
      return Promise.resolve();
    },
    exportStudy: (folder) => (isThere ? Promise.resolve({ path: `${folder ?? '/demo/spineboard/reports'}/cohort-comparison-20260312-093000` }) : refuse('no_study')),
    pickTable: () => Promise.resolve('/demo/cohort.csv'),
  };
}

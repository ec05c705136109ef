// Reports of the demo host: nothing is written, a path is named.
import type { Host } from '../host.ts';

type ReportHost = Pick<Host, 'exportPdf' | 'pickSavePath'>;

export function reportHost(): ReportHost {
  return {
    exportPdf: (_caseId, path) => Promise.resolve({ path: path ?? '/demo/spineboard/reports/summary.pdf' }),
    pickSavePath: (name) => Promise.resolve(`/demo/${name}`),
  };
}

// Imports of the demo host: the recorded table, whatever the file. It answers questions as the mapping does and reads nothing.
import type { Host } from '../host.ts';
import type { ImportMapping, ImportRecord, ImportTable, OpenQuestion, SavedMapping } from '../types.ts';
import { withObservations } from './cases.ts';
import { NOW, refuse, type Memory } from './memory.ts';
import { IMPORTS } from './recorded.ts';

type ImportsHost = Pick<Host, 'readImportTable' | 'previewImport' | 'runImport' | 'imports' | 'takeBackImport' | 'importMappings' | 'saveImportMapping'>;

function isOpen(question: OpenQuestion, mapping: ImportMapping, day: string | null): boolean {
  switch (question.kind) {
    case 'date_format':
      return mapping.columns[question.column]?.date_format === null;
    case 'unit':
      return mapping.columns[question.column]?.unit === null;
    case 'day':
      return day === null;
    default:
      return true;
  }
}

/** `/letter.pdf` is no table. */
export function importsHost({ change }: Memory): ImportsHost {
  let kept: ImportRecord[] = [];
  let saved: SavedMapping[] = [];

  function asked(table: ImportTable, mapping: ImportMapping | null, day: string | null): ImportTable {
    const taken = mapping ?? table.mapping;
    const earlier = kept.find((entry) => entry.file_name === table.file_name && entry.taken_back_at === null) ?? null;
    return { ...table, mapping: taken, earlier, questions: table.questions.filter((question) => isOpen(question, taken, day)) };
  }

  return {
    readImportTable: (source, mapping, day, caseId) => {
      if (source.kind === 'file' && source.path.endsWith('.pdf')) return refuse('table_is_pdf');
      return Promise.resolve(asked(caseId === null ? IMPORTS.table : IMPORTS.pasted, mapping, day));
    },
    previewImport: ({ case_id: caseId, confirmed }) => {
      if (caseId !== null) return Promise.resolve(IMPORTS.pasted_preview);
      return Promise.resolve(confirmed.length > 0 ? IMPORTS.confirmed : IMPORTS.preview);
    },
    runImport: async ({ case_id: caseId }) => {
      const done = { ...IMPORTS.done, id: `import-${kept.length + 1}` };
      kept = [done, ...kept];
      if (caseId !== null) {
        const [patient] = IMPORTS.pasted_preview.patients;
        await change(caseId, (view) => {
          const added = (patient?.values ?? []).map(({ feature, subject, value, unit, observed_on }, index) => ({
            id: `imported-${index}`,
            feature,
            subject,
            value,
            ...(unit === null ? {} : { unit }),
            observed_on,
            recorded_at: NOW,
            source: { kind: 'file' as const, name: IMPORTS.pasted.file_name },
            author: done.person,
          }));
          return withObservations(view, [...view.case.observations, ...added]);
        });
      }
      return done;
    },
    imports: () => Promise.resolve(kept),
    takeBackImport: (importId) => {
      const found = kept.find(({ id }) => id === importId);
      if (!found || found.taken_back_at !== null) return refuse('unknown_import');
      const back: ImportRecord = { ...found, taken_back_at: NOW, taken_back_by: found.person, can_take_back: false };
      kept = kept.map((entry) => (entry.id === importId ? back : entry));
      return Promise.resolve({ ...IMPORTS.taken_back, import: back });
    },
    importMappings: () => Promise.resolve(saved),
    saveImportMapping: (name, mapping) => {
      const others = saved.filter((one) => one.name !== name.trim());
      saved = mapping === null ? others : [...others, { name: name.trim(), mapping }];
      return Promise.resolve(saved);
    },
  };
}

// The recorded answers of the real board that the demo host plays back. The journey tests/tests/fixtures.rs writes
// them, and fails when they are no longer what the board answers.
import recordedAudit from '../../../tests/fixtures/audit.json';
import recordedDemo from '../../../tests/fixtures/demo_case.json';
import recordedEmergency from '../../../tests/fixtures/emergency.json';
import recordedEmpty from '../../../tests/fixtures/empty_case.json';
import recordedImages from '../../../tests/fixtures/images.json';
import recordedImports from '../../../tests/fixtures/imports.json';
import recordedMarks from '../../../tests/fixtures/marks.json';
import recordedOwnResults from '../../../tests/fixtures/own_results.json';
import recordedRecalibration from '../../../tests/fixtures/recalibrated.json';
import recordedReasons from '../../../tests/fixtures/reasons.json';
import recordedSheets from '../../../tests/fixtures/scores.json';
import recordedStatus from '../../../tests/fixtures/status.json';
import recordedStudy from '../../../tests/fixtures/study.json';
import recordedYear from '../../../tests/fixtures/year.json';
import type { AppStatus, AuditRowView, AuditView, BackupView, CaseView, CohortStudy, ExplainedEndpoint, ExplanationState, ForecastState, ImageLibrary, ImportPreview, ImportRecord, ImportTable, Mark, OwnResults, Pathway, Proposal, RecalibrationProposal, RecoveryKey, ScoreSheet, StudyOptions, TakenBack, YearFigures } from '../types.ts';

interface RecordedStatus {
  /** Also what a locked store answers, but for its kind. */
  first_start: AppStatus;
  /** The store is open, and nobody is signed in. */
  open: AppStatus;
  /** The one of the first start, and one that takes its place. */
  recovery_keys: [RecoveryKey, RecoveryKey];
}

interface RecordedAudit {
  /** Newest first. */
  rows: AuditRowView[];
  verified: AuditView;
  backup: BackupView;
}

export const AUDIT: RecordedAudit = recordedAudit;
export const DEMO_CASE = recordedDemo as unknown as CaseView;
/** What guidelines say of the demonstration case, had it a disturbance of bladder or bowel. */
export const EMERGENCY = recordedEmergency as unknown as Pathway;
export const EMPTY_CASE = recordedEmpty as unknown as CaseView;
export const IMAGES = recordedImages as unknown as ImageLibrary;
/** A table of cases with two questions, a pasted laboratory table, and what becomes of the first. */
export const IMPORTS = recordedImports as unknown as {
  table: ImportTable;
  pasted: ImportTable;
  preview: ImportPreview;
  /** One patient is confirmed. */
  confirmed: ImportPreview;
  pasted_preview: ImportPreview;
  done: ImportRecord;
  taken_back: TakenBack;
};
export const STATUS = recordedStatus as unknown as RecordedStatus;
export const REASONS = recordedReasons as unknown as Record<'demo_case' | 'empty_case', Record<ExplainedEndpoint, ExplanationState>>;
/** What a recalibrated model says of the demonstration case. */
export const RECALIBRATED = recordedRecalibration as unknown as { forecast: Extract<ForecastState, { kind: 'available' }>; options: StudyOptions };
/** A mark of each kind with its values, and what it proposes. */
export const MARKS = recordedMarks as unknown as { mark: Mark; proposals: Proposal[] }[];
/** What a made-up centre's forecasts did, on many patients and on few, and what the many would teach. */
export const OWN_RESULTS = recordedOwnResults as unknown as { many: OwnResults; few: OwnResults; proposal: RecalibrationProposal };
export const SHEETS = recordedSheets as unknown as ScoreSheet[];
export const STUDY = recordedStudy as unknown as { options: StudyOptions; study: CohortStudy };
/** What a made-up centre did in the year before, in the year that ran, and in one in which nothing happened. */
export const YEAR = recordedYear as unknown as { past: YearFigures; running: YearFigures; nothing: YearFigures };

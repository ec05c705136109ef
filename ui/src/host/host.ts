// The one door between the interface and Rust. Each method is one Tauri command of the same name
// in snake_case. Every method rejects with a `HostError`; the words for `error.<code>` say what to do.
import type {
  AppStatus,
  AuditView,
  CaseSummary,
  CaseView,
  CatalogueView,
  EntryAdvice,
  ExportedFile,
  FeatureId,
  HostError,
  Identity,
  ImageLibrary,
  IsoDate,
  KeyImageInput,
  Level,
  ObservationInput,
  ScanProgress,
  StackGeometry,
} from './types.ts';

export interface Host {
  // Application and store
  status(): Promise<AppStatus>;
  acceptResearchUse(): Promise<AppStatus>;
  createStore(passphrase: string): Promise<AppStatus>;
  unlock(passphrase: string): Promise<AppStatus>;
  lock(): Promise<AppStatus>;
  words(language: string): Promise<Record<string, string>>;
  catalogue(): Promise<CatalogueView>;
  auditVerify(): Promise<AuditView>;

  // Cases
  listCases(search: string): Promise<CaseSummary[]>;
  createCase(identity: Identity, question: string): Promise<CaseView>;
  openCase(caseId: string): Promise<CaseView>;
  openDemoCase(): Promise<CaseView>;
  setIdentity(caseId: string, identity: Identity): Promise<CaseView>;
  setEpisode(caseId: string, indexDate: IsoDate, question: string): Promise<CaseView>;
  setIndexLevel(caseId: string, level: Level | null): Promise<CaseView>;

  // Facts: each recorded observation is one revision
  recordObservation(caseId: string, input: ObservationInput): Promise<CaseView>;
  retractObservation(caseId: string, observationId: string): Promise<CaseView>;
  undo(caseId: string): Promise<CaseView>;
  checkEntry(feature: FeatureId, value: number, unit: string | null): Promise<EntryAdvice>;
  /** Keeps what was typed but not committed; empty text forgets it. */
  saveDraft(caseId: string, field: string, text: string): Promise<void>;
  drafts(caseId: string): Promise<Record<string, string>>;

  // Images
  openImages(path: string, onProgress: (progress: ScanProgress) => void): Promise<ImageLibrary>;
  cancelImages(): Promise<void>;
  pickFolder(): Promise<string | null>;
  stackGeometry(stackId: string): Promise<StackGeometry>;
  /** Frames `first .. first + count` of a stack as little-endian pixel values, modality LUT applied. */
  readFrames(stackId: string, first: number, count: number): Promise<ArrayBuffer>;
  linkStudy(caseId: string, studyInstanceUid: string, confirmMismatch: boolean): Promise<CaseView>;
  unlinkStudy(caseId: string, studyInstanceUid: string): Promise<CaseView>;
  markKeyImage(caseId: string, input: KeyImageInput): Promise<CaseView>;
  removeKeyImage(caseId: string, keyImageId: string): Promise<CaseView>;
  /** The rendered key image as PNG. */
  keyImagePng(caseId: string, keyImageId: string): Promise<ArrayBuffer>;

  // Report
  /** Without a path the report goes to the data folder. */
  exportPdf(caseId: string, path: string | null, maskIdentity: boolean): Promise<ExportedFile>;
  pickSavePath(name: string): Promise<string | null>;
}

/** What a rejected command carries; anything else becomes the code `unexpected`. */
export function asHostError(reason: unknown): HostError {
  if (typeof reason === 'object' && reason !== null && 'code' in reason && 'message' in reason) {
    const { code, message } = reason;
    const parameters = 'parameters' in reason ? (reason.parameters as Record<string, string> | null) : null;
    return { code: String(code), message: String(message), parameters: parameters ?? {} };
  }
  return { code: 'unexpected', message: String(reason), parameters: {} };
}

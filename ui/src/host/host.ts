// The one door between the interface and Rust. Each method is one Tauri command of the same name
// in snake_case. Every method rejects with a `HostError`; the words for `error.<code>` say what to do.
import type {
  AddendumInput,
  AgendaInput,
  AgendaState,
  AppStatus,
  Assessment,
  Attendance,
  AuditRowView,
  AuditView,
  BackupView,
  CarriedOutInput,
  CaseList,
  CaseView,
  CatalogueView,
  CohortStudy,
  CourseInput,
  DecisionInput,
  DecisionSettings,
  DeidentifiedInput,
  DeidentifiedView,
  EarlierResult,
  EntryAdvice,
  EstimateInput,
  ExplainedEndpoint,
  ExplanationState,
  ExportedFile,
  FeatureId,
  FollowUpInput,
  HomeView,
  HostError,
  Identity,
  ImageLibrary,
  ImportChoices,
  ImportMapping,
  ImportPreview,
  ImportRecord,
  ImportSource,
  ImportTable,
  IsoDate,
  KeyImageInput,
  Language,
  LesionInput,
  Level,
  MarkInput,
  MarkPartInput,
  MeetingInput,
  MeetingSummary,
  MeetingView,
  MilestoneKind,
  ObservationInput,
  OutlineTarget,
  OwnResults,
  OwnResultsInShort,
  OwnResultsQuestion,
  PersonChange,
  PersonInput,
  RecalibrationProposal,
  RecoveryKey,
  ReportChoices,
  SavedMapping,
  ScanProgress,
  ScoreSheet,
  SearchView,
  SignInput,
  SpineLabelsInput,
  StackGeometry,
  StudyOptions,
  StudyQuestion,
  SweepRow,
  TakenBack,
  Threshold,
  TriedFact,
  WeekSettings,
  WeekView,
  YearFigures,
} from './types.ts';

/** As `board::preferences` knows them. */
export type Preference = 'forecast_view' | 'reference_cohort' | 'theme' | 'zoom';

/** What the shared screen shows of a case. */
export const SHARED_PARTS = ['overview', 'forecast', 'benefit', 'pathway', 'images'] as const;
export type SharedPart = (typeof SHARED_PARTS)[number];
export interface Presented {
  view: CaseView;
  part: SharedPart;
  /** Of the part, from 0; a page after the last is the last. */
  page: number;
  /** Ids of the pictures in the part of the images, a page each. */
  pictures: string[];
  masked: boolean;
  /** The model is not shown yet. */
  hidden: boolean;
  /** The view of the forecast, as `ForecastViews` names it. */
  forecastView: string;
  /** Id of the published cohort beside the forecast. */
  reference: string;
  /** The board's own limit. */
  limit: Threshold | null;
  /** Light, dark or as the computer says, as the presenter sees it. */
  theme: string;
}

/** A picture as it stands on the shared screen: pixels and marks, and words without the patient's identity. */
export interface SharedPicture {
  id: string;
  /** As a data address; empty if there is none. */
  url: string;
  lines: string[];
  /** Which side of the patient lies where; empty on a kept picture, which carries its own. */
  edges: { left: string; right: string; top: string; bottom: string } | null;
}

/** What the shared screen tells the presenter of a part. */
export interface SharedPages {
  part: SharedPart;
  page: number;
  count: number;
}

/** Why the store closed itself. */
export type LockReason = 'idle' | 'suspend';

export interface Host {
  // Application and store
  status(): Promise<AppStatus>;
  acceptResearchUse(): Promise<AppStatus>;
  createStore(passphrase: string): Promise<AppStatus>;
  unlock(passphrase: string): Promise<AppStatus>;
  unlockWithRecoveryKey(key: string, newPassphrase: string): Promise<AppStatus>;
  unlockWithKeychain(): Promise<AppStatus>;
  lock(): Promise<AppStatus>;
  /** Calls back when the store was closed by itself. Returns how to stop listening. */
  onLocked(callback: (reason: LockReason) => void): () => void;
  /** Says that somebody is at the keyboard; at most every 15 s. */
  noteActivity(): Promise<void>;
  words(language: string): Promise<Record<string, string>>;
  catalogue(language: Language): Promise<CatalogueView>;
  /** Speaks a language from now on, and with `keep` after the next start. */
  setLanguage(language: Language, keep: boolean): Promise<AppStatus>;
  scoreSheets(): Promise<ScoreSheet[]>;

  // Keys and people
  changePassphrase(current: string, newPassphrase: string): Promise<AppStatus>;
  /** The key is given out this once; a new one replaces the one before. */
  makeRecoveryKey(): Promise<RecoveryKey>;
  setKeychain(on: boolean): Promise<AppStatus>;
  setAutoLock(minutes: number): Promise<AppStatus>;
  addPerson(input: PersonInput): Promise<AppStatus>;
  changePerson(personId: string, change: PersonChange): Promise<AppStatus>;
  /** Without `current` a chair or coordinator sets it anew for somebody else. */
  setPersonSecret(personId: string, current: string | null, secret: string): Promise<AppStatus>;
  /** Keeps how whoever is signed in likes to look at things. */
  setPreference(name: Preference, value: string): Promise<AppStatus>;
  signIn(personId: string, secret: string): Promise<AppStatus>;
  signOut(): Promise<AppStatus>;

  // Audit log and backups
  auditVerify(): Promise<AuditView>;
  /** The newest `count` rows, or those before the row `before`. */
  auditRows(before: number | null, count: number): Promise<AuditRowView[]>;
  exportAudit(path: string | null): Promise<ExportedFile>;
  /** Without a path into the folder of the schedule. */
  writeBackup(path: string | null): Promise<BackupView>;
  setBackupSchedule(folder: string | null, everyHours: number, keep: number): Promise<AppStatus>;
  restoreBackup(path: string, passphrase: string): Promise<AppStatus>;
  restoreBackupWithRecoveryKey(path: string, key: string, newPassphrase: string): Promise<AppStatus>;
  pickBackupFile(): Promise<string | null>;

  // Cases
  /** The first ones, the latest change first, and how many there are. */
  listCases(search: string): Promise<CaseList>;
  createCase(identity: Identity, question: string): Promise<CaseView>;
  openCase(caseId: string): Promise<CaseView>;
  openDemoCase(): Promise<CaseView>;
  setIdentity(caseId: string, identity: Identity): Promise<CaseView>;
  setEpisode(caseId: string, indexDate: IsoDate, question: string): Promise<CaseView>;
  setIndexLevel(caseId: string, level: Level | null): Promise<CaseView>;
  /** Why a forecast is what it is; asked for after the view, because it takes longer. */
  explain(caseId: string, endpoint: ExplainedEndpoint): Promise<ExplanationState>;
  /** The results that models gave which do not answer now, the latest first. */
  earlierResults(caseId: string): Promise<EarlierResult[]>;

  // Facts: each recorded observation is one revision
  recordObservation(caseId: string, input: ObservationInput): Promise<CaseView>;
  retractObservation(caseId: string, observationId: string): Promise<CaseView>;
  /** A course of treatment, given or planned. */
  addCourse(caseId: string, input: CourseInput): Promise<CaseView>;
  changeCourse(caseId: string, courseId: string, input: CourseInput): Promise<CaseView>;
  removeCourse(caseId: string, courseId: string): Promise<CaseView>;
  addLesion(caseId: string, input: LesionInput): Promise<CaseView>;
  /** The facts of a lesion follow its name. */
  changeLesion(caseId: string, name: string, input: LesionInput): Promise<CaseView>;
  /** Only of a lesion without facts. */
  removeLesion(caseId: string, name: string): Promise<CaseView>;
  undo(caseId: string): Promise<CaseView>;
  redo(caseId: string): Promise<CaseView>;
  checkEntry(feature: FeatureId, value: number, unit: string | null): Promise<EntryAdvice>;
  /** Keeps what was typed but not committed; empty text forgets it. */
  saveDraft(caseId: string, field: string, text: string): Promise<void>;
  drafts(caseId: string): Promise<Record<string, string>>;

  // The decision
  /** Keeps an estimate for the current episode; it is not changed afterwards. */
  lockEstimate(caseId: string, input: EstimateInput): Promise<CaseView>;
  /** Notes that the model was looked at before an estimate was locked. */
  revealWithoutEstimate(caseId: string): Promise<void>;
  /** The assessment if these facts were so; nothing is saved. */
  tryOut(caseId: string, tried: TriedFact[]): Promise<Assessment>;
  /** Blank facts that could carry the forecast across the board's limit or change it most. */
  decidingFacts(caseId: string): Promise<SweepRow[]>;
  setDecisionSettings(settings: DecisionSettings): Promise<AppStatus>;

  // What the board decided, and what became of it
  /** Keeps what is written; `revision` is that of the case that the form was filled from. */
  saveDecision(caseId: string, episodeId: string, revision: number, input: DecisionInput): Promise<CaseView>;
  /** Locks the decision with the secret of whoever is signed in. */
  signDecision(caseId: string, episodeId: string, revision: number, input: SignInput): Promise<CaseView>;
  addAddendum(caseId: string, episodeId: string, input: AddendumInput): Promise<CaseView>;
  /** On which day an action was done; null takes that back. */
  setActionDone(caseId: string, episodeId: string, actionId: string, on: IsoDate | null): Promise<CaseView>;
  recordCarriedOut(caseId: string, episodeId: string, input: CarriedOutInput): Promise<CaseView>;
  /** Another discussion of the patient, once the one before is signed. */
  openDiscussion(caseId: string, indexDate: IsoDate, question: string): Promise<CaseView>;
  recordFollowUp(caseId: string, input: FollowUpInput): Promise<CaseView>;
  changeFollowUp(caseId: string, followUpId: string, input: FollowUpInput): Promise<CaseView>;
  removeFollowUp(caseId: string, followUpId: string): Promise<CaseView>;
  /** On which day a step of the way was reached in the current discussion; null takes that back. */
  setMilestone(caseId: string, kind: MilestoneKind, on: IsoDate | null): Promise<CaseView>;

  // The board's week
  home(): Promise<HomeView>;
  /** Cases by name, number or what people wrote of them, and meetings. */
  search(text: string): Promise<SearchView>;
  meetings(from: IsoDate, to: IsoDate): Promise<MeetingSummary[]>;
  meeting(meetingId: string): Promise<MeetingView>;
  createMeeting(input: MeetingInput): Promise<MeetingView>;
  /** `revision` is that of the meeting that the form was filled from. */
  changeMeeting(meetingId: string, revision: number, input: MeetingInput): Promise<MeetingView>;
  setAttendance(meetingId: string, attendance: Attendance[]): Promise<MeetingView>;
  addToMeeting(meetingId: string, caseId: string): Promise<MeetingView>;
  changeAgendaItem(meetingId: string, itemId: string, input: AgendaInput): Promise<MeetingView>;
  /** To a place of the list, counted from 0. */
  moveAgendaItem(meetingId: string, itemId: string, to: number): Promise<MeetingView>;
  startAgendaItem(meetingId: string, itemId: string): Promise<MeetingView>;
  endAgendaItem(meetingId: string, itemId: string, state: AgendaState): Promise<MeetingView>;
  closeMeeting(meetingId: string): Promise<MeetingView>;
  /** The times of the pathway as a table without names; without a path it goes to the data folder. */
  exportClock(from: IsoDate, to: IsoDate, path: string | null): Promise<ExportedFile>;
  weekSettings(): Promise<WeekView>;
  setWeekSettings(settings: WeekSettings): Promise<WeekView>;

  // Images
  /** Folders, ZIP files, DICOMDIRs or single files, all into one library. */
  openImages(paths: string[], onProgress: (progress: ScanProgress) => void): Promise<ImageLibrary>;
  cancelImages(): Promise<void>;
  pickFolder(): Promise<string | null>;
  /** A ZIP file or a DICOMDIR. */
  pickImagesFile(): Promise<string | null>;
  /** Hears of what is dropped anywhere on the window; the answer ends the listening. */
  onImagesDropped(callback: (paths: string[]) => void): () => void;
  /** Hears whether something is held over the window; the answer ends the listening. */
  onImagesHover(callback: (over: boolean) => void): () => void;
  stackGeometry(stackId: string): Promise<StackGeometry>;
  /** Frames `first .. first + count` of a stack as little-endian pixel values, modality LUT applied. */
  readFrames(stackId: string, first: number, count: number): Promise<ArrayBuffer>;
  linkStudy(caseId: string, studyInstanceUid: string, confirmMismatch: boolean): Promise<CaseView>;
  unlinkStudy(caseId: string, studyInstanceUid: string): Promise<CaseView>;
  markKeyImage(caseId: string, input: KeyImageInput): Promise<CaseView>;
  /** Saves a mark with its values, which Rust computes. */
  drawMark(caseId: string, input: MarkInput): Promise<CaseView>;
  redrawMark(caseId: string, markId: string, input: MarkInput): Promise<CaseView>;
  describeMark(caseId: string, markId: string, level: Level | null, note: string): Promise<CaseView>;
  removeMark(caseId: string, markId: string): Promise<CaseView>;
  /** The outline of the bony canal around a place on a CT image, to be corrected; nothing is saved. */
  proposeCanal(stackId: string, imageIndex: number, point: [number, number, number]): Promise<MarkPartInput>;
  /** The outline that the model with that manifest proposes around a place, to be corrected; nothing is saved. */
  proposeOutline(stackId: string, imageIndex: number, point: [number, number, number], model: string, target: OutlineTarget): Promise<MarkPartInput>;
  /** In place of earlier labels of the frame of reference; no labels take them away. */
  labelSpine(caseId: string, input: SpineLabelsInput): Promise<CaseView>;
  removeKeyImage(caseId: string, keyImageId: string): Promise<CaseView>;
  /** The rendered key image as PNG. */
  keyImagePng(caseId: string, keyImageId: string): Promise<ArrayBuffer>;

  // Report
  /** Without a path the report goes to the data folder. */
  exportPdf(caseId: string, path: string | null, choices: ReportChoices): Promise<ExportedFile>;
  /** The one page for whoever referred the patient. */
  exportReferrerSummary(caseId: string, path: string | null, choices: ReportChoices): Promise<ExportedFile>;
  /** The list before a meeting, with what is to be fetched. */
  exportMeetingList(meetingId: string, path: string | null, choices: ReportChoices): Promise<ExportedFile>;
  /** The minutes after a meeting: a draft until it is closed and every decision signed. */
  exportMinutes(meetingId: string, path: string | null, choices: ReportChoices): Promise<ExportedFile>;
  /** What was done in a span of days and what came of it; both ends belong to it. */
  year(from: string, to: string): Promise<YearFigures>;
  /** The report of a span of days. */
  exportYear(from: string, to: string, path: string | null): Promise<ExportedFile>;
  /** Measurements, key images and outlines as DICOM objects, in a new folder; the images have to be open. */
  exportObjects(caseId: string, folder: string | null): Promise<ExportedFile>;
  pickSavePath(name: string): Promise<string | null>;
  /** Writes copies without identity into an empty folder, searched for what identifies before it answers. */
  exportDeidentified(caseId: string, input: DeidentifiedInput): Promise<DeidentifiedView>;

  // Tables of other programs
  /** Without a mapping one is proposed; `questions` says what has to be answered before a preview. */
  readImportTable(source: ImportSource, mapping: ImportMapping | null, day: IsoDate | null, caseId: string | null): Promise<ImportTable>;
  /** Nothing is written. */
  previewImport(choices: ImportChoices): Promise<ImportPreview>;
  /** Writes what the preview with that `seen` showed, all of it or nothing. */
  runImport(choices: ImportChoices, seen: string): Promise<ImportRecord>;
  imports(): Promise<ImportRecord[]>;
  takeBackImport(importId: string): Promise<TakenBack>;
  importMappings(): Promise<SavedMapping[]>;
  /** None forgets it. */
  saveImportMapping(name: string, mapping: ImportMapping | null): Promise<SavedMapping[]>;

  // The shared screen
  openShared(): Promise<void>;
  closeShared(): Promise<void>;
  /** Shows this on the shared screen; nothing clears it. */
  present(shown: Presented | null): Promise<void>;
  presented(): Promise<Presented | null>;
  /** The shared screen hears what is to be shown; the answer ends the listening. */
  onPresented(callback: (shown: Presented | null) => void): () => void;
  /** Travels by itself, as it is large; shown only where its id is asked for. */
  presentPicture(picture: SharedPicture): Promise<void>;
  presentedPicture(): Promise<SharedPicture | null>;
  onPresentedPicture(callback: (picture: SharedPicture | null) => void): () => void;
  tellPages(pages: SharedPages): Promise<void>;
  /** The presenter hears which page the shared screen shows; the answer ends the listening. */
  onSharedPages(callback: (pages: SharedPages) => void): () => void;
  /** The presenter hears that the shared screen was closed; the answer ends the listening. */
  onSharedClosed(callback: () => void): () => void;

  // The model and the scores on own patients
  studyOptions(): Promise<StudyOptions>;
  /** Hears how far it is, from 0 to 1. */
  studyTable(path: string, question: StudyQuestion, onProgress: (share: number) => void): Promise<CohortStudy>;
  cancelStudy(): Promise<void>;
  /** Writes the last comparison into a new folder inside the given one, or inside the data folder. */
  exportStudy(folder: string | null): Promise<ExportedFile>;

  // The forecasts on this centre's own patients
  /** How far the model that answers now is checked, without intervals that take time. */
  ownResultsInShort(): Promise<OwnResultsInShort>;
  ownResults(question: OwnResultsQuestion, onProgress: (share: number) => void): Promise<OwnResults>;
  /** Ends a check or a proposal. */
  cancelOwnResults(): Promise<void>;
  /** What the stored patients would teach the model; nothing is changed. */
  proposeRecalibration(onProgress: (share: number) => void): Promise<RecalibrationProposal>;
  keepProposedRecalibration(): Promise<AppStatus>;
  removeRecalibration(pack: string): Promise<AppStatus>;
  pickTable(): Promise<string | null>;
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

// The shapes that pass through the host door. Names and fields equal the Rust types
// (clinical::{case, assessment, findings, catalogue}, board, imaging); dates are ISO 8601 text.

export type FeatureId = string;
export type Level = string;
export type IsoDate = string;
export type IsoDateTime = string;

// clinical::case

export interface Case {
  schema: number;
  id: string;
  identity: Identity;
  synthetic: boolean;
  index_level: Level | null;
  observations: Observation[];
  courses: TreatmentCourse[];
  episodes: BoardEpisode[];
  studies: LinkedStudy[];
  key_images: KeyImage[];
}

export interface Identity {
  patient_id: string;
  family_name: string;
  given_name: string;
  alphabetic_name: string | null;
  birth_date: IsoDate | null;
}

export type Observation = Entry & {
  id: string;
  feature: FeatureId;
  subject: Subject;
  observed_on: IsoDate | null;
  recorded_at: IsoDateTime;
  source: Source;
  author: string;
};

export type Subject =
  | { kind: 'patient' }
  | { kind: 'level'; name: Level }
  | { kind: 'lesion'; name: string };

export type Entry = { value: Value; unit?: string } | { absent: AbsenceReason };

export type Value = boolean | number | string;

export type AbsenceReason = 'not_done' | 'pending' | 'not_available' | 'not_applicable' | 'declined';

export type Source =
  | { kind: 'typed' }
  | { kind: 'file'; name: string }
  | { kind: 'image'; sop_instance_uid: string };

export type TreatmentKind =
  | 'surgery'
  | 'stereotactic_radiotherapy'
  | 'conventional_radiotherapy'
  | 'systemic_therapy'
  | 'bone_modifying_agent'
  | 'supportive';

export interface TreatmentCourse {
  id: string;
  kind: TreatmentKind;
  description: string;
  levels: Level[];
  dose_gray: number | null;
  fractions: number | null;
  started_on: IsoDate | null;
  ended_on: IsoDate | null;
  author: string;
}

export interface BoardEpisode {
  id: string;
  index_date: IsoDate;
  question: string;
}

export interface LinkedStudy {
  study_instance_uid: string;
  folder: string;
  description: string;
  study_date: IsoDate | null;
  patient_id: string;
  patient_name: string;
  patient_birth_date: IsoDate | null;
  mismatch_confirmed_by: string | null;
}

export interface KeyImage {
  id: string;
  series_instance_uid: string;
  sop_instance_uid: string;
  frame: number;
  window_center: number;
  window_width: number;
  level: Level | null;
  note: string;
  caption: string;
  marked_at: IsoDateTime;
  author: string;
}

// clinical::assessment

export interface Assessment {
  index_date: IsoDate;
  app_version: string;
  facts_used: UsedFact[];
  scores: ScoreResult[];
  forecast: ForecastState;
  findings: Finding[];
}

export interface UsedFact {
  feature: FeatureId;
  subject: Subject;
  /** In the catalogue's unit. */
  value: Value;
  origin: FactOrigin;
  observed_on?: IsoDate;
  stale: boolean;
}

export type FactOrigin =
  | { kind: 'observed'; observation_id: string }
  | { kind: 'derived'; reads: FeatureId[] };

export type ScoreFamily = 'survival' | 'stability' | 'compression';

export type Direction =
  | 'higher_is_better'
  | 'lower_is_better'
  | 'higher_is_less_stable'
  | 'higher_is_worse';

export interface ScoreResult {
  id: string;
  name: string;
  short_name: string;
  family: ScoreFamily;
  direction: Direction;
  subject: Subject;
  outcome: ScoreOutcome;
  citation: Citation;
  population?: ScorePopulation;
  caveats: string[];
}

export type ScoreOutcome =
  | { kind: 'total'; total: number; minimum: number; maximum: number; items: ScoreItem[]; group: ScoreGroup; typed?: number }
  | { kind: 'typed_total'; total: number; minimum: number; maximum: number; group: ScoreGroup }
  | { kind: 'grade'; grade: string; definition: string; group: ScoreGroup }
  | { kind: 'missing'; features: FeatureId[]; outside: FeatureId[]; level_needed: boolean; possible?: PossibleTotals };

/** What a score with gaps can still become. */
export interface PossibleTotals {
  minimum: number;
  maximum: number;
  groups: string[];
}

export interface ScorePopulation {
  patients?: number;
  years?: string;
  treatment: string;
  provenance: FigureProvenance;
}

export type FigureProvenance = 'read' | 'recalled_high' | 'recalled_medium';

export interface ScoreItem {
  id: string;
  label: string;
  row: string;
  points: number;
  reads: FeatureId[];
}

export interface ScoreGroup {
  id: string;
  label: string;
  predicted?: string;
  advised?: string;
  published: PublishedSurvival[];
}

export interface PublishedSurvival {
  cohort: string;
  patients?: number;
  median_months?: number;
  median_confidence_interval?: [number, number];
  /** Months to the share alive, 0 to 1. */
  alive: Record<string, number>;
  provenance: FigureProvenance;
}

export interface Citation {
  text: string;
  doi?: string;
}

export type ForecastState =
  | ({ kind: 'available' } & SurvivalForecast)
  | { kind: 'refused'; code: string; parameters: Record<string, string> };

export interface SurvivalForecast {
  pack: PackIdentity;
  horizons: SurvivalPoint[];
  curve: SurvivalPoint[];
  interval_level: number;
  population: PopulationMatch;
  averaged_over: FeatureId[];
  used: FeatureId[];
}

/** Shares alive within 0 to 1. */
export interface SurvivalPoint {
  months: number;
  alive: number;
  low: number;
  high: number;
}

export interface PackIdentity {
  name: string;
  version: string;
  sha256: string;
  rests_on: string[];
}

export interface PopulationMatch {
  inside: boolean;
  reasons: string[];
  similar_patients?: number;
}

// clinical::findings

export type FindingCode =
  | 'patient_mismatch'
  | 'patient_mismatch_confirmed'
  | 'patient_unverified'
  | 'contradiction'
  | 'implausible_unit'
  | 'implausible'
  | 'unknown_unit'
  | 'unknown_feature'
  | 'unknown_option'
  | 'invalid_value'
  | 'wrong_subject'
  | 'index_level_unclear'
  | 'typed_differs'
  | 'missing'
  | 'stale'
  | 'recorded_absent'
  | 'typed_total'
  | 'after_index_date';

export type Severity = 'alert' | 'warning' | 'note';

export interface Finding {
  code: FindingCode;
  severity: Severity;
  feature?: FeatureId;
  subject?: Subject;
  parameters: Record<string, string>;
}

// clinical::catalogue

export type Per = 'patient' | 'level' | 'lesion';
export type Kind = 'number' | 'integer' | 'choice' | 'flag' | 'outcome';

export interface Feature {
  id: FeatureId;
  label: string;
  help: string;
  group: string;
  kind: Kind;
  per: Per;
  options: Choice[];
  unit?: string;
  other_units: UnitConversion[];
  limits?: Limits;
  /** Steps in which a whole number is recorded, from the lower limit. */
  step?: number;
  stale_after_days?: number;
  codes: Code[];
  read_by: string[];
  derived: boolean;
  /** A score or the forecast reads it, so a blank is worth filling. */
  important: boolean;
}

export interface Choice {
  id: string;
  label: string;
}

/** canonical = entered * factor + offset */
export interface UnitConversion {
  unit: string;
  factor: number;
  offset: number;
}

export interface Limits {
  min: number;
  max: number;
}

export interface Code {
  system: string;
  code: string;
  confidence: string;
}

export interface Group {
  id: string;
  label: string;
}

/** How a derived feature gets its value, for reading. */
export interface RuleNote {
  feature: FeatureId;
  note: string;
  citation: string;
}

export interface CatalogueView {
  groups: Group[];
  features: Feature[];
  /** Every vertebral level from head to foot. */
  levels: Level[];
  rules?: RuleNote[];
}

// board

export interface AppStatus {
  app_version: string;
  research_use_accepted: boolean;
  store: StoreStatus;
  data_folder: string;
  packs: PackStatus[];
  start: StartArguments;
}

export type StoreStatus =
  | { kind: 'absent' }
  | { kind: 'locked' }
  | { kind: 'open' }
  | { kind: 'failed'; code: string; parameters: Record<string, string> };

export interface StartArguments {
  demo: boolean;
  images_path?: string;
}

export interface PackStatus {
  name: string;
  title?: string;
  version?: string;
  state: PackState;
  is_default: boolean;
  /** The model card's text, as Markdown. */
  card?: string;
  notices: string[];
}

export type PackState = { kind: 'ready' } | { kind: 'refused'; code: string; detail: string };

export interface CaseSummary {
  id: string;
  family_name: string;
  given_name: string;
  patient_id: string;
  primary_tumour: string | null;
  index_date: IsoDate | null;
  synthetic: boolean;
  revision: number;
  saved_at: IsoDateTime;
}

export interface CaseView {
  case: Case;
  revision: number;
  saved_at: IsoDateTime;
  assessment: Assessment;
  /** The level that level-wise results are about, if it is clear which. */
  level?: Level;
  /** True if there is an earlier revision to go back to. */
  can_undo: boolean;
}

export interface ObservationInput {
  feature: FeatureId;
  subject: Subject;
  entry: Entry;
  observed_on: IsoDate | null;
  source?: Source;
}

export type EntryAdvice =
  | { kind: 'plausible' }
  /** Outside the limits, which are given in the unit of entry. */
  | { kind: 'implausible'; low: number; high: number }
  /** Plausible if it was meant in this unit. */
  | { kind: 'did_you_mean'; unit: string }
  /** The catalogue does not convert this unit. */
  | { kind: 'unknown_unit' };

export interface KeyImageInput {
  stack_id: string;
  image_index: number;
  window_center: number;
  window_width: number;
  level: Level | null;
  note: string;
}

export interface ExportedFile {
  path: string;
}

export interface AuditView {
  entries: number;
  /** Codes for the words `audit.<code>`; empty if the log is whole. */
  faults: { code: string; number: number }[];
}

// imaging

export interface ScanProgress {
  done: number;
  /** Files found so far. */
  found: number;
  images: number;
  rejected: number;
}

export interface ImageLibrary {
  folder: string;
  studies: Study[];
  rejected: RejectedFile[];
}

export interface RejectedFile {
  path: string;
  /** Words key `image_rejection.<reason>`. */
  reason: string;
  detail: string;
}

export interface Study {
  uid: string;
  description: string;
  date: IsoDate | null;
  patient: PatientFacts;
  series: Series[];
}

/** Who the images say the patient is. */
export interface PatientFacts {
  patient_id: string;
  name: PersonName;
  birth_date: IsoDate | null;
  sex: string | null;
}

/** A name in up to three scripts, components parted by `^`. */
export interface PersonName {
  alphabetic: string | null;
  ideographic: string | null;
  phonetic: string | null;
}

export interface Series {
  uid: string;
  number: number | null;
  modality: string;
  description: string;
  body_part: string;
  stacks: Stack[];
}

export type Plane = 'axial' | 'sagittal' | 'coronal' | 'oblique' | 'unknown';

/** Images of one series that share orientation, frame of reference, matrix, spacing and type. */
export interface Stack {
  id: string;
  rows: number;
  columns: number;
  plane: Plane;
  is_volume: boolean;
  /** Millimetres from centre to centre. */
  spacing_between_slices: number | null;
  notes: StackNote[];
  images: ImageRef[];
}

/** Why a stack is not, or not quite, a volume; lengths in mm. */
export type StackNote =
  | { kind: 'duplicate_positions'; count: number }
  | { kind: 'uneven_spacing'; smallest: number; largest: number }
  | { kind: 'gap'; largest: number; usual: number }
  | { kind: 'sheared'; shift: number };

export interface ImageRef {
  sop_instance_uid: string;
  frame: number;
  instance_number: number | null;
}

/** Everything the viewer needs to draw a stack; computed by Rust, never by the viewer. */
export interface StackGeometry {
  stack_id: string;
  series_instance_uid: string;
  modality: string;
  rows: number;
  columns: number;
  /** Spacing between rows and between columns in mm; 1 where the file gives none. */
  row_spacing: number;
  column_spacing: number;
  /** Direction cosines of row and column in patient coordinates. */
  orientation: number[];
  /** False where the file gives no position in the patient. */
  has_position: boolean;
  frame_of_reference_uid: string;
  spacing_between_slices: number | null;
  frames: FrameGeometry[];
  data_type: 'uint8' | 'int16' | 'uint16' | 'float32' | 'rgb8';
  bytes_per_frame: number;
  monochrome1: boolean;
  window_center: number;
  window_width: number;
  /** Present if the stack is one evenly spaced volume. */
  volume: VolumeGeometry | null;
}

export interface FrameGeometry {
  sop_instance_uid: string;
  frame: number;
  position: [number, number, number];
}

export interface VolumeGeometry {
  /** Columns, rows, slices. */
  dimensions: [number, number, number];
  /** In mm, same order. */
  spacing: [number, number, number];
  /** Centre of the first voxel in patient coordinates, mm. */
  origin: [number, number, number];
  /** Row, column and slice direction cosines, nine numbers. */
  direction: number[];
}

export interface HostError {
  code: string;
  message: string;
  parameters: Record<string, string>;
}

// What the window shows now: application status, the open case and where the reader is in it.
// It mirrors the answers of the host and decides nothing about the medicine.
import { getContext, setContext } from 'svelte';
import { asHostError, type Host, type LockReason, type Preference, type Presented } from '../host/host.ts';
import { languageOf } from '../host/languages.ts';
import type {
  AppStatus,
  CaseView,
  CatalogueView,
  ExportedFile,
  Feature,
  FeatureId,
  Finding,
  HostError,
  ImageLibrary,
  Language,
  Level,
  ScoreSheet,
  Subject,
} from '../host/types.ts';
import type { Arrangement } from './arrangement.ts';
import { recordedLevels } from './form.ts';
import { written } from './format.ts';
import { theme } from './looks.svelte.ts';
import { ImageReading } from './reading.svelte.ts';
import { Shared } from './shared.svelte.ts';
import { StudyRun } from './study.svelte.ts';
import { TypedForms } from './typed.ts';
import { Week } from './week.svelte.ts';
import { OwnResultsRun } from './verification.svelte.ts';
import { setWords, t } from './words.svelte.ts';

export type Tab = 'facts' | 'images' | 'assessment' | 'decision' | 'follow_up' | 'report';
export const TABS: Tab[] = ['facts', 'images', 'assessment', 'decision', 'follow_up', 'report'];

/** A page over the cases: about the installation, not about a patient. */
export type Page = 'settings' | 'audit' | 'study' | 'import' | 'own_results' | 'meetings' | 'meeting' | 'year';
export type SettingsSection = 'people' | 'self' | 'keys' | 'lock' | 'backup' | 'language' | 'deciding' | 'week';

export type Place = 'starting' | 'first_start' | 'unlock' | 'store_failed' | 'sign_in' | Page | 'cases' | 'case';

/** Often enough for an auto-lock that counts in minutes. */
const ACTIVITY_EVERY_MS = 15_000;

/** Codes that say that the store or the person is not what the window believes. */
const STATUS_CODES = ['store_locked', 'sign_in_needed', 'too_many_attempts'];

/** A field that the reader asked to see, from a finding or a score. */
export interface FieldRequest {
  feature: FeatureId;
  subject: Subject | null;
}

/** An image that a fact was read from, or a vertebra. */
export type ImageRequest = { sopInstanceUid: string; mark: string | null } | { keyImage: string } | { level: Level };

export class Session {
  readonly host: Host;
  status = $state<AppStatus | null>(null);
  catalogue = $state.raw<CatalogueView>({ groups: [], features: [], levels: [], rules: [], reference_cohorts: [], contradictions: [] });
  /** What is known of each published score, whatever the case. */
  sheets = $state.raw<ScoreSheet[]>([]);
  view = $state.raw<CaseView | null>(null);
  drafts = $state.raw<Record<string, string>>({});
  tab = $state<Tab>('facts');
  /** Hides who the patient is, everywhere. */
  masked = $state(false);
  error = $state.raw<HostError | null>(null);
  busy = $state(false);
  /** The level and the lesion that the form and the sheet ask about. */
  formLevel = $state<Level | null>(null);
  formLesion = $state('');
  /** Images opened for the case; kept while tabs are changed. */
  images = $state.raw<ImageLibrary | null>(null);
  /** The stack of the active pane. */
  stackId = $state<string | null>(null);
  /** What stands in which pane of the viewer; kept while tabs are changed. */
  arrangement = $state.raw<Arrangement | null>(null);
  readonly reading: ImageReading = new ImageReading(this);
  readonly study: StudyRun = new StudyRun(this);
  readonly week: Week = new Week(this);
  /** What the person who is signed in typed of decisions and follow-ups and did not save yet. */
  readonly typed: TypedForms = new TypedForms();
  readonly ownResults: OwnResultsRun = new OwnResultsRun(this);
  fieldRequest = $state.raw<FieldRequest | null>(null);
  /** What the reader asked to see on the images. */
  imageRequest = $state.raw<ImageRequest | null>(null);
  /** The case whose model was shown after, or without, the people's own estimates. */
  revealed = $state<string | null>(null);
  /** The shared screen is open. */
  sharing = $state(false);
  /** What of the case stands on it. */
  readonly shared: Shared = new Shared(this);
  page = $state<Page | null>(null);
  /** The list of the window's keys lies over everything. */
  keysShown = $state(false);
  settingsSection = $state<SettingsSection>('people');
  /** Why the store closed itself, until it is opened again. */
  lockReason = $state<LockReason | null>(null);

  /** The person has read about the error of an earlier run. */
  crashSeen = $state(false);

  private started = false;
  private caseToResume: string | null = null;
  private lastActivity = -Infinity;
  private requestedImages: string | null = null;
  // Rebuilt as a whole when the catalogue changes, never changed in place.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  private features = $derived(new Map(this.catalogue.features.map((feature) => [feature.id, feature])));

  place = $derived.by((): Place => {
    if (!this.status) return 'starting';
    if (this.status.store.kind === 'failed') return 'store_failed';
    if (this.status.store.kind === 'locked') return 'unlock';
    // The acceptance is kept in the store, so it is asked for again should the store be made anew.
    if (this.status.store.kind === 'absent' || !this.status.research_use_accepted || this.status.people.length === 0) return 'first_start';
    if (!this.status.person) return 'sign_in';
    return this.page ?? (this.view ? 'case' : 'cases');
  });

  /** The discussion that the open case is prepared for: the latest. */
  episode = $derived.by(() => this.view?.case.episodes.at(-1));

  /** The lesion that the form asks about: the chosen one, while the case has it, else the first; empty without one. */
  lesion = $derived.by(() => {
    const names = this.view?.lesions.map(({ name }) => name) ?? [];
    return names.includes(this.formLesion) ? this.formLesion : (names[0] ?? '');
  });

  crash = $derived(this.crashSeen ? null : (this.status?.last_crash ?? null));
  person = $derived(this.status?.person ?? null);
  /** Chairs and coordinators look after people and settings. */
  manages = $derived(this.person !== null && this.person.role !== 'member');

  /** Somebody is signed in to an open store. */
  readonly isReady: boolean = $derived(!['starting', 'first_start', 'unlock', 'store_failed', 'sign_in'].includes(this.place));

  /** The people are asked before the model shows. */
  asksEstimate = $derived.by(() => {
    const asked = this.status?.decision.estimate_first ?? 'never';
    return asked === 'always' || (asked === 'in_meetings' && this.sharing);
  });

  /** The model of the open case waits for the people's own estimates. */
  modelHidden = $derived(this.asksEstimate && this.revealed !== this.view?.case.id);
  /** Id of the published cohort beside the forecast; the first one where nobody chose, `none` where nobody wants one. */
  referenceCohort = $derived(this.status?.preferences.reference_cohort ?? this.catalogue.reference_cohorts[0]?.id ?? 'none');
  /** What the shared screen is to show. */
  presented = $derived.by((): Presented | null => {
    if (!this.sharing || !this.view || this.place !== 'case') return null;
    const { part, page, pictures } = this.shared;
    return {
      view: this.view,
      part,
      page,
      pictures,
      masked: this.masked,
      hidden: this.modelHidden,
      forecastView: this.status?.preferences.forecast_view ?? 'curve',
      reference: this.referenceCohort,
      limit: this.status?.decision.surgery_threshold ?? null,
      theme: theme(),
    };
  });

  alerts = $derived((this.view?.assessment.findings ?? []).filter((finding) => finding.severity === 'alert'));

  constructor(host: Host) {
    this.host = host;
  }

  /** Keeps how the person likes to look at things; what cannot be kept is not worth a message. */
  async prefer(name: Preference, value: string): Promise<void> {
    try {
      this.status = await this.host.setPreference(name, value);
    } catch {
      // The choice holds until the window is closed.
    }
  }

  /** What every window needs before it can show anything, in the language that was chosen here. */
  async readVocabulary(): Promise<void> {
    const [sheets, { language }] = await Promise.all([this.host.scoreSheets(), this.host.status()]);
    await this.speak(language);
    this.sheets = sheets;
  }

  /**
   * Reads status, sheets of the scores, words and catalogue; then follows the start arguments. The language is the
   * one that was chosen here, else that of the operating system, `locale`.
   */
  async start(locale: string): Promise<void> {
    try {
      const [sheets, found] = await Promise.all([this.host.scoreSheets(), this.host.status()]);
      const language = found.language_chosen ? found.language : languageOf(locale);
      const status = found.language === language ? found : await this.host.setLanguage(language, false);
      await this.speak(language);
      this.sheets = sheets;
      this.host.onSharedClosed(() => (this.sharing = false));
      this.host.onSharedPages((pages) => this.shared.hear(pages));
      this.host.onLocked((reason) => void this.lockedByItself(reason));
      await this.enter(status);
    } catch (reason) {
      this.error = asHostError(reason);
    }
  }

  private async speak(language: Language): Promise<void> {
    const [words, catalogue] = await Promise.all([this.host.words(language), this.host.catalogue(language)]);
    setWords(words, language);
    this.catalogue = catalogue;
  }

  /** Speaks a language from now on, and after the next start. */
  async chooseLanguage(language: Language): Promise<void> {
    const status = await this.run(() => this.host.setLanguage(language, true));
    if (!status) return;
    this.status = status;
    await this.run(() => this.speak(language));
  }

  /** Takes a new status; once somebody is signed in, opens what was open before or what the start asked for. */
  async enter(status: AppStatus): Promise<void> {
    const wasReady = this.isReady;
    this.status = status;
    if (status.store.kind !== 'open') {
      this.close();
      this.study.forget();
      this.week.forget(this.caseToResume !== null);
      this.ownResults.forget();
      if (this.lockReason === null) this.typed.forget();
    } else this.lockReason = null;
    if (status.person) this.typed.belongTo(status.person.id);
    if (!this.isReady) this.page = null;
    else if (!wasReady) await this.resume(status);
  }

  /** The case is opened anew for whoever signed in, so that the log says who saw it. */
  private async resume({ start }: AppStatus): Promise<void> {
    const { caseToResume, started } = this;
    this.caseToResume = null;
    this.started = true;
    if (this.view) {
      const { id } = this.view.case;
      await this.change(() => this.host.openCase(id));
    } else if (caseToResume !== null) {
      await this.open(() => this.host.openCase(caseToResume));
    } else if (!started) {
      if (start.demo) await this.open(() => this.host.openDemoCase());
      this.requestedImages = start.images_path ?? null;
      if (this.view && this.requestedImages !== null) this.tab = 'images';
    }
  }

  /** Runs a host command; a failure is shown and gives `undefined`. */
  async run<Answer>(command: () => Promise<Answer>): Promise<Answer | undefined> {
    this.busy = true;
    try {
      const answer = await command();
      this.error = null;
      return answer;
    } catch (reason) {
      const error = asHostError(reason);
      // A draft that was on its way when the store closed itself is no news to the reader.
      if (error.code === 'store_locked' && this.lockReason !== null) return undefined;
      if (STATUS_CODES.includes(error.code)) await this.refresh();
      this.error = error;
      return undefined;
    } finally {
      this.busy = false;
    }
  }

  /** Asks for a file name, proposing one, and writes there; empty where nobody chose one or nothing could be written. */
  async saveAs(name: string, write: (path: string) => Promise<ExportedFile>): Promise<string> {
    const path = await this.run(() => this.host.pickSavePath(name));
    if (path == null) return '';
    return (await this.run(() => write(path)))?.path ?? '';
  }

  /** Runs a command that changes the open case and takes the fresh view. */
  async change(command: () => Promise<CaseView>): Promise<boolean> {
    const caseId = this.view?.case.id;
    const view = await this.run(command);
    if (!view) return false;
    if (this.view?.case.id === caseId) this.view = view;
    return true;
  }

  /** Opens a case and forgets everything of the one before. */
  async open(command: () => Promise<CaseView>): Promise<boolean> {
    const view = await this.run(command);
    if (!view) return false;
    this.forgetImages();
    this.shared.forget();
    this.fieldRequest = null;
    this.imageRequest = null;
    this.tab = 'facts';
    this.formLevel = view.level ?? recordedLevels(view, this.catalogue.levels)[0] ?? null;
    this.formLesion = view.lesions[0]?.name ?? '';
    this.drafts = (await this.run(() => this.host.drafts(view.case.id))) ?? {};
    this.view = view;
    return true;
  }

  /** Opens the shared screen, or closes it. */
  async share(on: boolean): Promise<void> {
    await this.run(() => (on ? this.host.openShared() : this.host.closeShared()));
    this.sharing = on && this.error === null;
  }

  /** Opens a case, and one of its tabs where it has one of that name. */
  async openOn(caseId: string, tab?: string): Promise<void> {
    if (!(await this.open(() => this.host.openCase(caseId)))) return;
    this.page = null;
    this.tab = TABS.find((one) => one === tab) ?? this.tab;
  }

  /** The case after or before the open one: of the meeting that is walked through, else in the list; the tab stays. */
  async openBeside(by: 1 | -1): Promise<void> {
    if (this.week.current) return this.week.walkOn(by);
    const cases = (await this.run(() => this.host.listCases('')))?.cases;
    const at = cases?.findIndex(({ id }) => id === this.view?.case.id) ?? -1;
    const next = cases?.[at + by];
    if (!next || at < 0) return;
    const { tab } = this;
    if (await this.open(() => this.host.openCase(next.id))) this.tab = tab;
  }

  /** Back to the list; the case is saved already. */
  close(): void {
    this.view = null;
    this.forgetImages();
    this.shared.forget();
    this.drafts = {};
    this.error = null;
  }

  private forgetImages(): void {
    this.reading.forget();
    this.images = null;
    this.stackId = null;
    this.arrangement = null;
  }

  async lock(): Promise<void> {
    const status = await this.run(() => this.host.lock());
    if (status) await this.enter(status);
  }

  /** Lets somebody else take the keyboard; the case stays open behind the question who it is. */
  async switchPerson(): Promise<void> {
    const status = await this.run(() => this.host.signOut());
    if (status) await this.enter(status);
  }

  /** Asks the host how things stand, without touching what is shown otherwise. */
  async refresh(): Promise<void> {
    await this.enter(await this.host.status());
  }

  /** Says to the host that somebody is at the keyboard; called for every movement. */
  noteActivity(now = Date.now()): void {
    if (this.status?.store.kind !== 'open' || now - this.lastActivity < ACTIVITY_EVERY_MS) return;
    this.lastActivity = now;
    // If it fails, the store is closed, and the window is told so by itself.
    this.host.noteActivity().catch(() => undefined);
  }

  /** Takes everything off the screen at once; the case comes back after the next sign-in. */
  private async lockedByItself(reason: LockReason): Promise<void> {
    if (!this.status) return;
    this.caseToResume = this.view?.case.id ?? this.caseToResume;
    this.lockReason = reason;
    this.close();
    this.study.forget();
    this.week.forget(this.caseToResume !== null);
    this.status = { ...this.status, store: { kind: 'locked' }, people: [], person: null };
    await this.run(async () => this.enter(await this.host.status()));
  }

  /** The image folder of the start arguments, handed out once. */
  takeRequestedImages(): string | null {
    const requested = this.requestedImages;
    this.requestedImages = null;
    return requested;
  }

  feature(id: FeatureId): Feature | undefined {
    return this.features.get(id);
  }

  label(id: FeatureId): string {
    return this.features.get(id)?.label ?? id;
  }

  /** Shows the field that a finding or a score names. */
  showField(feature: FeatureId, subject: Subject | null = null): void {
    if (subject?.kind === 'level' && this.catalogue.levels.includes(subject.name)) this.formLevel = subject.name;
    if (subject?.kind === 'lesion') this.formLesion = subject.name;
    this.tab = 'facts';
    this.fieldRequest = { feature, subject };
  }

  /** Shows the image that a fact was read from. */
  showImage(sopInstanceUid: string, mark: string | null): void {
    this.showOnImages({ sopInstanceUid, mark });
  }

  /** Changes to the images and asks for something there. */
  showOnImages(request: ImageRequest): void {
    this.tab = 'images';
    this.imageRequest = request;
  }

  /** The sentence of a finding. */
  findingText(finding: Finding): string {
    const options = this.features.get(finding.feature ?? '')?.options ?? [];
    const read = (name: string, value: string): string => {
      const option = ['value', 'computed'].includes(name) ? options.find(({ id }) => id === value) : undefined;
      return option?.label ?? written(value);
    };
    const parameters = Object.fromEntries(Object.entries(finding.parameters).map(([name, value]) => [name, read(name, value)]));
    if (finding.feature !== undefined) parameters.feature = this.label(finding.feature);
    const { subject } = finding;
    if (subject) parameters.subject = subject.kind === 'patient' ? t('subject.patient') : t(`subject.${subject.kind}`, { name: subject.name });
    return t(`finding.${finding.code}`, parameters);
  }

  /** Why a patient is outside the population; a code such as `outside_limits:age` names a feature. */
  populationText(reason: string): string {
    const [code, feature] = reason.split(':');
    return t(`population.${code}`, feature === undefined ? {} : { feature: this.label(feature) });
  }
}

const KEY = Symbol('session');

/** Makes the session available to the components below. */
export function provideSession(session: Session): void {
  setContext(KEY, session);
}

export function useSession(): Session {
  return getContext<Session>(KEY);
}

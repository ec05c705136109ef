// A table of another program on its way in: what was chosen, what its columns are, what would happen, what happened. It lives
// as long as the screen that shows it.
import type { Host } from '../host/host.ts';
import type { ColumnMapping, ColumnTarget, Feature, FeatureId, ImportChoices, ImportFinding, ImportMapping, ImportPreview, ImportRecord, ImportSource, ImportTable, IsoDate, OpenQuestion, TestMapping } from '../host/types.ts';
import { written } from './format.ts';
import { t } from './words.svelte.ts';

/** What runs the commands and shows their errors. */
interface Runner {
  readonly host: Host;
  run: <Answer>(command: () => Promise<Answer>) => Promise<Answer | undefined>;
}

export type ImportStep = 'source' | 'columns' | 'preview' | 'done';

export class ImportRun {
  step = $state<ImportStep>('source');
  table = $state.raw<ImportTable | null>(null);
  /** The day of values whose table gives none. */
  day = $state<IsoDate | null>(null);
  /** Patient numbers that somebody confirmed. */
  confirmed = $state.raw<string[]>([]);
  preview = $state.raw<ImportPreview | null>(null);
  done = $state.raw<ImportRecord | null>(null);

  readonly #runner: Runner;
  /** The open case that the table is of. */
  readonly #caseId: string | null;
  #source: ImportSource | null = null;

  constructor(runner: Runner, caseId: string | null = null) {
    this.#runner = runner;
    this.#caseId = caseId;
  }

  async read(source: ImportSource): Promise<void> {
    this.#source = source;
    this.confirmed = [];
    this.preview = null;
    this.done = null;
    await this.#readWith(null);
    if (this.table) this.step = 'columns';
  }

  /** Takes another mapping and asks what is open then. */
  async take(mapping: ImportMapping): Promise<void> {
    await this.#readWith(mapping);
  }

  async takeDay(day: IsoDate | null): Promise<void> {
    this.day = day;
    await this.#readWith(this.table?.mapping ?? null);
  }

  changeColumn(position: number, change: Partial<ColumnMapping>): Promise<void> {
    return this.#change((mapping) => ({
      ...mapping,
      columns: mapping.columns.map((column, at) => (at === position ? { ...column, ...change } : column)),
    }));
  }

  changeTest(name: string, test: TestMapping | null): Promise<void> {
    return this.#change((mapping) => {
      const others = Object.entries(mapping.tests).filter(([other]) => other !== name);
      return { ...mapping, tests: Object.fromEntries(test === null ? others : [...others, [name, test]]) };
    });
  }

  changeTable(change: Partial<Pick<ImportMapping, 'kind' | 'decimal'>>): Promise<void> {
    return this.#change((mapping) => ({ ...mapping, ...change }));
  }

  async look(): Promise<void> {
    const choices = this.#choices();
    if (!choices) return;
    const preview = await this.#runner.run(() => this.#runner.host.previewImport(choices));
    if (!preview) return;
    this.preview = preview;
    this.step = 'preview';
  }

  async confirm(patientId: string, on: boolean): Promise<void> {
    this.confirmed = on ? [...this.confirmed, patientId] : this.confirmed.filter((other) => other !== patientId);
    await this.look();
  }

  async run(): Promise<boolean> {
    const [choices, seen] = [this.#choices(), this.preview?.seen];
    if (!choices || seen === undefined) return false;
    const done = await this.#runner.run(() => this.#runner.host.runImport(choices, seen));
    if (!done) return false;
    this.done = done;
    this.step = 'done';
    return true;
  }

  async #change(change: (mapping: ImportMapping) => ImportMapping): Promise<void> {
    if (this.table) await this.#readWith(change(this.table.mapping));
  }

  async #readWith(mapping: ImportMapping | null): Promise<void> {
    const source = this.#source;
    if (!source) return;
    const table = await this.#runner.run(() => this.#runner.host.readImportTable(source, mapping, this.day, this.#caseId));
    if (table) this.table = table;
    else if (mapping === null) this.table = null;
  }

  #choices(): ImportChoices | null {
    if (!this.#source || !this.table) return null;
    return { source: this.#source, mapping: this.table.mapping, day: this.day, case_id: this.#caseId, confirmed: this.confirmed };
  }
}

/** Targets without a feature, by the group in which they are offered. */
export const TARGETS = {
  patient: ['patient_id', 'family_name', 'given_name', 'birth_date', 'day', 'index_date', 'question', 'level'],
  laboratory: ['test', 'value', 'value_on_day', 'unit'],
  outcome: ['vital_status', 'died_on', 'alive_on'],
} as const;

const DAYS: ColumnTarget['kind'][] = ['birth_date', 'day', 'index_date', 'died_on', 'alive_on', 'value_on_day'];

export const holdsDays = (target: ColumnTarget): boolean => DAYS.includes(target.kind);

/** A target as the value of an option of a list. */
export function targetCode(target: ColumnTarget): string {
  return target.kind === 'feature' ? `feature ${target.feature}` : target.kind;
}

export function targetOf(code: string): ColumnTarget {
  const feature = code.startsWith('feature ') ? code.slice('feature '.length) : null;
  return feature === null ? ({ kind: code } as ColumnTarget) : { kind: 'feature', feature };
}

/** Every unit of a feature, the catalogue's first. */
export function unitsOf(feature: Feature | undefined): string[] {
  if (feature?.unit === undefined) return [];
  return [feature.unit, ...feature.other_units.map(({ unit }) => unit)];
}

/** What a word of a column can mean. */
export function meanings(target: ColumnTarget, feature: (id: FeatureId) => Feature | undefined): { id: string; label: string }[] {
  const own = (ids: ('yes' | 'no' | 'alive' | 'died')[]) => ids.map((id) => ({ id, label: t(`screen.import.meaning_${id}`) }));
  if (target.kind === 'vital_status') return own(['alive', 'died']);
  if (target.kind !== 'feature') return [];
  const found = feature(target.feature);
  return found?.kind === 'flag' ? own(['yes', 'no']) : (found?.options ?? []);
}

/** A heading, or the number of a column without one. */
export function columnName(header: string, position: number): string {
  return header === '' ? t('screen.import.unnamed', { number: position + 1 }) : header;
}

/** A question with the column that it is about. */
export function questionText(question: OpenQuestion, table: ImportTable): string {
  const text = t(`import_question.${question.kind}`, 'test' in question ? { test: question.test } : {});
  if (!('column' in question)) return text;
  return t('screen.import.question_column', { column: columnName(table.columns[question.column]?.header ?? '', question.column), question: text });
}

/** The sentence of a finding. */
export function findingSentence({ code, parameters }: ImportFinding): string {
  const key = code === 'unknown_unit' && 'suggested_unit' in parameters ? 'unknown_unit_suggested' : code;
  return t(`import_finding.${key}`, Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, written(value)])));
}

import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import words from 'virtual:words';
import { beforeEach, expect, it } from 'vitest';
import { setWords, t } from '../../src/state/words.svelte.ts';

const SOURCE = resolve(import.meta.dirname, '../../src');

function sources(folder = SOURCE, kind = /\.(ts|svelte)$/): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path, kind);
    return kind.test(entry.name) ? [readFileSync(path, 'utf8')] : [];
  });
}

const text = sources().join('\n');
/** Keys in full, and the fixed beginnings of keys that end in a code. */
const literal = [...text.matchAll(/\bt\(\s*'([a-z0-9_.]+)'/g), ...text.matchAll(/'(viewer\.[a-z0-9_.]+)'/g), ...text.matchAll(/\? '((?:screen|viewer)\.[a-z0-9_.]+)'|: '((?:screen|viewer)\.[a-z0-9_.]+)'/g)].map((found) => found[1] ?? found[2] ?? '');
const beginnings = [...text.matchAll(/`((?:screen|viewer|finding|error|refusal|population|cord_compression|absence|subject|image_rejection|image_rejection_advice|specialty|role|audit|audit_action)\.[a-z0-9_.]*)\$\{/g)].map((found) => found[1] ?? '');

beforeEach(() => setWords({ hello: 'Hello {name}, {again} {name}', waits: 'It is {absence}', 'absence.pending': 'result pending' }));

it('fills placeholders, keeps unknown ones and returns an unknown key', () => {
  expect(t('hello', { name: 'Ö' })).toBe('Hello Ö, {again} Ö');
  expect(t('no.such.key')).toBe('no.such.key');
});

it('replaces a value that has words of its own, and never reads a value as a template', () => {
  expect(t('waits', { absence: 'pending' })).toBe('It is result pending');
  expect(t('hello', { name: '{again}', again: 'x' })).toBe('Hello {again}, x {again}');
});

it('has words for every key that the interface uses', () => {
  expect(literal.length).toBeGreaterThan(150);
  expect(literal.filter((key) => !(key in words))).toEqual([]);
});

it('uses every word of its screens and of the viewer', () => {
  const own = Object.keys(words).filter((key) => key.startsWith('screen.') || key.startsWith('viewer.'));
  const unused = own.filter((key) => !literal.includes(key) && !beginnings.some((beginning) => key.startsWith(beginning)));
  expect(unused).toEqual([]);
});

/** What the board and the store refuse with, as their sources name it. */
function refusals(): string[] {
  const crates = resolve(SOURCE, '../../src-tauri/crates');
  const board = sources(join(crates, 'board/src'), /\.rs$/).join('\n');
  const store = readFileSync(join(crates, 'store/src/lib.rs'), 'utf8');
  const tables = readFileSync(join(crates, 'exchange/src/import_csv/content.rs'), 'utf8');
  return [...board.matchAll(/BoardError::new\(\s*"([a-z_]+)"/g), ...store.matchAll(/StoreError::\w+.* => "([a-z_]+)",/g), ...tables.matchAll(/TableFault::\w+.* => "([a-z_]+)",/g)].map(([, code = '']) => code);
}
it('says of everything that cannot be measured why', () => {
  const imaging = resolve(SOURCE, '../../src-tauri/crates/imaging/src/measure');
  const codes = [...sources(imaging, /\.rs$/).join('\n').matchAll(/=> "((?:measure|canal|tile)_[a-z_]+)",/g)].map(([, code = '']) => code);
  expect(codes.length).toBeGreaterThan(25);
  expect(codes.filter((code) => !(`reason.${code}` in words))).toEqual([]);
});

it('says of every pack that is refused why', () => {
  const inference = readFileSync(resolve(SOURCE, '../../src-tauri/crates/inference/src/lib.rs'), 'utf8');
  const codes = [...inference.matchAll(/PackError::\w+.* => "([a-z_]+)",/g)].map(([, code = '']) => code);
  expect(codes.length).toBeGreaterThan(25);
  expect(codes.filter((code) => !(`refusal.${code}` in words))).toEqual([]);
});

/** Only commands without a screen refuse with these. */
const WITHOUT_SCREEN = ['no_forecast'];
const ACTIONS = [
  ...['store_created', 'unlocked', 'unlock_failed', 'locked', 'locked_idle', 'locked_suspend', 'person_added', 'person_changed'],
  ...['person_secret_changed', 'signed_in', 'sign_in_failed', 'signed_out', 'passphrase_changed', 'recovery_key_made'],
  ...['recovery_key_used', 'keychain_on', 'keychain_off', 'case_viewed', 'cases_listed', 'revision_saved', 'key_image_stored'],
  ...['report_exported', 'images_exported', 'dicom_objects_exported', 'case_exported', 'audit_exported', 'backup_written', 'backup_failed'],
  ...['backup_restored', 'audit_verified', 'setting_changed', 'cohort_compared', 'cohort_comparison_exported'],
  ...['recalibrated', 'recalibration_removed', 'table_imported', 'import_taken_back', 'case_withdrawn'],
];

it('says for every refusal what is kept and what to do', () => {
  const codes = refusals().filter((code) => !WITHOUT_SCREEN.includes(code));
  expect(codes.length).toBeGreaterThan(60);
  const said = codes.map((code) => [code, words[`error.${code}`] ?? '']);
  expect(said.filter(([, text = '']) => text.split(/[.;]/).filter((part) => part.trim() !== '').length < 2)).toEqual([]);
});

it('says every action of the audit log in words', () => {
  expect(ACTIONS.filter((action) => !(`audit_action.${action}` in words))).toEqual([]);
});

it('says of every reason for leaving a file out what happened and what to do', () => {
  const generated = readFileSync(resolve(SOURCE, 'host/generated/Reason.ts'), 'utf8');
  const reasons = [...(/export type Reason = (.*);/.exec(generated)?.[1] ?? '').matchAll(/"([a-z_]+)"/g)].map(([, reason]) => reason ?? '');
  expect(reasons.length).toBeGreaterThan(20);
  for (const table of ['image_rejection', 'image_rejection_advice']) {
    expect(reasons.filter((reason) => !(`${table}.${reason}` in words))).toEqual([]);
  }
});

it('says every finding, question and state of an import in words', () => {
  const generated = (type: string): string => readFileSync(resolve(SOURCE, `host/generated/${type}.ts`), 'utf8');
  const union = (type: string): string[] => [...(/export type \w+ = ([^;]*);/.exec(generated(type))?.[1] ?? '').matchAll(/"([a-z_0-9]+)"/g)].map(([, code]) => code ?? '');
  const kinds = (type: string): string[] => [...generated(type).matchAll(/"kind": "([a-z_]+)"/g)].map(([, kind]) => kind ?? '');
  const keys = [
    ...union('ImportFindingCode').map((code) => `import_finding.${code}`),
    ...union('ImportEffect').map((code) => `import_effect.${code}`),
    ...union('PatientState').map((code) => `import_state.${code}`),
    ...union('TableEncoding').map((code) => `import_encoding.${code}`),
    ...union('TableKind').map((code) => `import_kind.${code}`),
    ...union('DateFormat').map((code) => `import_date.${code}`),
    ...union('DecimalSign').map((code) => `import_decimal.${code}`),
    ...kinds('OpenQuestion').map((kind) => `import_question.${kind}`),
    ...kinds('ColumnTarget').filter((kind) => kind !== 'feature').map((kind) => `import_target.${kind}`),
  ];
  expect(keys.length).toBeGreaterThan(75);
  expect(keys.filter((key) => !(key in words))).toEqual([]);
});

it('says at every place without a case what to do before files are dropped', () => {
  const session = readFileSync(resolve(SOURCE, 'state/session.svelte.ts'), 'utf8');
  const places = [...session.matchAll(/export type (?:Place|Page) = (.*);/g)].flatMap(([, union = '']) => [...union.matchAll(/'([a-z_]+)'/g)].map(([, place]) => place ?? ''));
  expect(places).toContain('sign_in');
  expect(places.filter((place) => place !== 'case' && !(`screen.drop.${place}` in words))).toEqual([]);
});

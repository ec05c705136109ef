import { expect, it } from 'vitest';
import type { Host } from '../../src/host/host.ts';
import type { HostError, ImageLibrary, RejectedFile, ScanProgress } from '../../src/host/types.ts';
import { countLibrary } from '../../src/state/library.ts';
import { ImageReading } from '../../src/state/reading.svelte.ts';
import { byReason } from '../../src/state/rejected.ts';

interface Call {
  paths: string[];
  news: (progress: ScanProgress) => void;
  finish: () => void;
  fail: (code: string) => void;
}

function library(sources: string[]): ImageLibrary {
  return { folder: sources.join(' + '), sources, studies: [], rejected: [], files: 0, questions: [], missing: [] };
}

/** A host whose readings end when the test says so. */
function stage(): { calls: Call[]; cancelled: number[]; reader: { images: ImageLibrary | null; stackId: string | null; error: HostError | null }; reading: ImageReading } {
  const calls: Call[] = [];
  const cancelled: number[] = [];
  const host = {
    openImages: (paths: string[], news: Call['news']) =>
      new Promise((resolve, reject) => {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as Tauri rejects: with a plain object
        calls.push({ paths, news, finish: () => resolve(library(paths)), fail: (code) => reject({ code, message: '', parameters: {} }) });
      }),
    cancelImages: () => {
      cancelled.push(calls.length);
      return Promise.resolve();
    },
  } as unknown as Host;
  const reader = { host, images: null as ImageLibrary | null, stackId: null as string | null, error: null as HostError | null };
  return { calls, cancelled, reader, reading: new ImageReading(reader) };
}

/** Lets what is settled already run its course. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

it('adds to what is open, each source once, or replaces it', async () => {
  const { calls, reader, reading } = stage();
  reader.images = library(['/a']);
  void reading.open(['/b', ' /a ', '']);
  await settle();
  expect(calls[0]?.paths).toEqual(['/a', '/b']);
  calls[0]?.finish();
  await settle();
  expect(reader.images.sources).toEqual(['/a', '/b']);
  reading.keep = false;
  void reading.open(['/c']);
  await settle();
  expect(calls[1]?.paths).toEqual(['/c']);
});

it('keeps what was open when it is stopped, and begins anew only when the host has answered', async () => {
  const { calls, cancelled, reader, reading } = stage();
  reader.images = library(['/a']);
  void reading.open(['/b']);
  await settle();
  await reading.stop();
  await reading.stop();
  expect([reading.stopping, cancelled]).toEqual([true, [1]]);
  calls[0]?.fail('cancelled');
  await settle();
  expect([reader.images.sources, reader.error?.code, reading.progress]).toEqual([['/a'], 'cancelled', null]);
});

it('drops the late answer and the late news of a case that was left', async () => {
  const { calls, cancelled, reader, reading } = stage();
  void reading.open(['/a']);
  await settle();
  reading.forget();
  expect(cancelled).toEqual([1]);
  void reading.open(['/b']);
  await settle();
  // The reading of the case before has not ended, so the next has not begun.
  expect(calls).toHaveLength(1);
  calls[0]?.news({ done: 5, found: 9, images: 5, rejected: 0 });
  expect(reading.progress?.done).toBe(0);
  calls[0]?.finish();
  await settle();
  expect(reader.images).toBeNull();
  expect(calls[1]?.paths).toEqual(['/b']);
  calls[1]?.finish();
  await settle();
  expect(reader.images).toMatchObject({ sources: ['/b'] });
});

it('begins nothing for a case that was left while it waited', async () => {
  const { calls, reading } = stage();
  void reading.open(['/a']);
  await settle();
  reading.forget();
  void reading.open(['/b']);
  reading.forget();
  calls[0]?.finish();
  await settle();
  expect([calls.length, reading.progress]).toEqual([1, null]);
});

it('opens what came in meanwhile afterwards, and still says why the first failed', async () => {
  const { calls, reader, reading } = stage();
  void reading.open(['/a']);
  await settle();
  void reading.open(['/b', '/c']);
  expect(reading.waiting).toEqual(['/b', '/c']);
  calls[0]?.fail('image_folder');
  await settle();
  expect(calls[1]?.paths).toEqual(['/b', '/c']);
  calls[1]?.finish();
  await settle();
  expect([reader.images?.sources, reader.error?.code]).toEqual([['/b', '/c'], 'image_folder']);
});

it('groups files by reason: first what asks for something, then the most frequent', () => {
  const file = (reason: RejectedFile['reason']): RejectedFile => ({ path: reason, reason, detail: '' });
  const groups = byReason([file('not_dicom'), file('not_dicom'), file('not_dicom'), file('bomb'), file('truncated'), file('truncated'), file('duplicate')]);
  expect(groups.map(({ reason, files, expected }) => [reason, files.length, expected])).toEqual([
    ['truncated', 2, false],
    ['bomb', 1, false],
    ['not_dicom', 3, true],
    ['duplicate', 1, true],
  ]);
});

it('counts an empty library', () => {
  expect(countLibrary(library(['/a']))).toEqual({ patients: 0, studies: 0, stacks: 0, images: 0 });
});

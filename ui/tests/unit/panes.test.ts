import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import words from 'virtual:words';
import { describe, expect, it } from 'vitest';
import { libraryOf } from '../../src/host/demo/libraries.ts';
import { geometryOf } from '../../src/host/demo/pixels.ts';
import type { Host } from '../../src/host/host.ts';
import type { StackGeometry } from '../../src/host/types.ts';
import { KEYS, KEY_GROUPS, actionOf, caps, keysOf, type KeyName, type Pressed } from '../../src/viewer/keys.ts';
import { OpenStacks } from '../../src/viewer/stacks.svelte.ts';
import { ThumbnailReader, thumbnailPixels } from '../../src/viewer/thumbnail.ts';

const library = libraryOf(['/demo/images']);
const CT = library.studies[0]!.series[0]!.stacks[0]!.id;

/** A host of two images of 2 × 2 pixels that writes down what is asked for. */
function host(calls: string[], overrides: Partial<StackGeometry> = {}): Host {
  const base = geometryOf(library, CT);
  return {
    stackGeometry: (id: string) => {
      calls.push(`geometry ${id}`);
      return Promise.resolve({ ...base, id, rows: 2, columns: 2, bytes_per_frame: 8, images: base.images.slice(0, 2), ...overrides });
    },
    readFrames: (id: string, first: number, count: number) => {
      calls.push(`frames ${id} ${first} ${count}`);
      return Promise.resolve(new Int16Array(count * 4).fill(100).buffer);
    },
  } as unknown as Host;
}

function stacksOf(calls: string[], forgotten: string[] = []): OpenStacks {
  return new OpenStacks(host(calls), { register: ({ images }) => images.map(() => ''), forget: (id) => forgotten.push(id), forgetPicture: () => undefined });
}

describe('a stack in several panes', () => {
  it('is opened and read once, and forgotten with the last of them', async () => {
    const [calls, forgotten]: [string[], string[]] = [[], []];
    const stacks = stacksOf(calls, forgotten);
    const [one, two] = await Promise.all([stacks.take('a'), stacks.take('a')]);
    expect(one).toBe(two);
    await Promise.all([one.readRest(), two.readRest()]);
    expect(calls).toEqual(['geometry a', 'frames a 0 2']);
    stacks.give('a');
    expect([forgotten, stacks.opened('a')]).toEqual([[], one]);
    stacks.give('a');
    expect([forgotten, stacks.opened('a')]).toEqual([['a'], undefined]);
  });

  it('can be asked for again after it could not be opened', async () => {
    let isBroken = true;
    const calls: string[] = [];
    const good = host(calls);
    const stacks = new OpenStacks({ ...good, stackGeometry: (id: string) => (isBroken ? Promise.reject(new Error('gone')) : good.stackGeometry(id)) }, { register: () => [], forget: () => undefined, forgetPicture: () => undefined });
    await expect(stacks.take('a')).rejects.toThrow('gone');
    isBroken = false;
    expect((await stacks.take('a')).geometry.id).toBe('a');
  });
});

describe('keys', () => {
  const press = (key: string, more: Partial<Pressed> = {}): Pressed => ({ key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, altGraph: false, ...more });

  it('means what the table says, in a pane and beside one', () => {
    expect(actionOf(press('ArrowDown'), true)).toEqual({ action: 'next_image', place: 0 });
    expect(actionOf(press('ArrowDown'), false)).toBeNull();
    expect(actionOf(press('3'), false)).toEqual({ action: 'window_preset', place: 2 });
    expect(actionOf(press('L'), false)?.action).toBe('link');
    expect(actionOf(press('ArrowUp', { shiftKey: true }), true)?.action).toBe('pan_up');
    expect(actionOf(press('?', { shiftKey: true }), true)?.action).toBe('keys');
  });

  it('leaves keys of the window and of the system alone', () => {
    expect(actionOf(press('m'), true)).toBeNull();
    expect(actionOf(press('f', { ctrlKey: true }), true)).toBeNull();
    expect(actionOf(press('1', { altKey: true }), true)).toBeNull();
    // A square bracket on a German keyboard.
    expect(actionOf(press('[', { ctrlKey: true, altKey: true, altGraph: true }), true)?.action).toBe('previous_pane');
  });

  it('gives no key to two actions', () => {
    // While something is drawn, a key may do something else first.
    const taken = Object.values(KEYS).flatMap((entry) => entry.keys.map((key) => `${'whileDrawing' in entry ? 'drawing ' : ''}${'control' in entry ? 'control ' : ''}${'alt' in entry ? 'alt ' : ''}${'shift' in entry ? 'shift ' : ''}${key}`));
    expect(new Set(taken).size).toBe(taken.length);
  });

  it('lists every key once, in words', () => {
    const listed = KEY_GROUPS.flatMap((group) => keysOf(group, true));
    expect([...listed].sort()).toEqual(Object.keys(KEYS).sort());
    expect(listed.filter((name) => !(`viewer.key.${name}` in words))).toEqual([]);
    expect(KEY_GROUPS.filter((group) => !(`viewer.key_group.${group}` in words))).toEqual([]);
    const long = listed.flatMap((name: KeyName) => caps(name).caps).filter((cap) => cap.length > 1);
    expect(long.filter((cap) => !(`viewer.key_name.${cap}` in words))).toEqual([]);
  });

  it('has no key that flips a picture', () => {
    expect(Object.keys(KEYS).filter((name) => /flip|mirror/.test(name))).toEqual([]);
    const picture = readFileSync(resolve(import.meta.dirname, '../../src/viewer/picture.ts'), 'utf8');
    expect(picture).not.toMatch(/flip/i);
  });
});

describe('small pictures', () => {
  const base = geometryOf(library, CT);
  /** Two rows of one column, 1 mm wide, 2 mm between rows: twice as high as wide per pixel. */
  const tall: StackGeometry = { ...base, rows: 2, columns: 1, pixel_spacing: [2, 1], default_window: { name: '', center: 50, width: 100 } };

  it('keep the proportions of the patient and show the opening window', () => {
    const pixels = thumbnailPixels(tall, new Int16Array([0, 100]), 4);
    const opaque = Array.from({ length: 16 }, (_, index) => pixels[index * 4 + 3]);
    // 4 mm high and 1 mm wide in 4 × 4 pixels: one column of them.
    expect(opaque.filter((value) => value === 255).length).toBe(4);
    const greys = Array.from({ length: 16 }, (_, index) => index).filter((index) => opaque[index] === 255).map((index) => pixels[index * 4]);
    expect(greys).toEqual([0, 0, 255, 255]);
  });

  it('show the lowest value white where the images are to be inverted', () => {
    const pixels = thumbnailPixels({ ...tall, is_inverted: true }, new Int16Array([0, 100]), 4);
    const greys = Array.from({ length: 16 }, (_, index) => index).filter((index) => pixels[index * 4 + 3] === 255).map((index) => pixels[index * 4]);
    expect(greys).toEqual([255, 255, 0, 0]);
  });

  it('are read by themselves, two at a time, each once', async () => {
    const calls: string[] = [];
    const slow: (() => void)[] = [];
    const quick = host(calls);
    const waiting: Host = { ...quick, readFrames: (...asked) => new Promise((answer) => slow.push(() => void quick.readFrames(...asked).then(answer))) };
    const reader = new ThumbnailReader(waiting, stacksOf([]));
    const all = ['a', 'b', 'c', 'a'].map((id) => reader.read(id));
    await new Promise((resolve) => setTimeout(resolve));
    expect(calls).toEqual(['geometry a', 'geometry b']);
    slow.splice(0).forEach((go) => go());
    await new Promise((resolve) => setTimeout(resolve));
    slow.splice(0).forEach((go) => go());
    await Promise.all(all);
    expect(calls).toEqual(['geometry a', 'geometry b', 'frames a 1 1', 'frames b 1 1', 'geometry c', 'frames c 1 1']);
  });

  it('take what a pane has read already', async () => {
    const calls: string[] = [];
    const stacks = stacksOf(calls);
    await (await stacks.take('a')).readRest();
    const asked = calls.length;
    await new ThumbnailReader(host(calls), stacks).read('a');
    expect(calls.length).toBe(asked);
  });
});

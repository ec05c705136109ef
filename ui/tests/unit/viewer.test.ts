import { describe, expect, it } from 'vitest';
import { demoHost } from '../../src/host/demo.ts';
import { IMAGES } from '../../src/host/demo/recorded.ts';
import type { Host } from '../../src/host/host.ts';
import type { StackGeometry } from '../../src/host/types.ts';
import { StackFrames } from '../../src/viewer/frames.ts';
import { cross, edgesOf, lettersOf } from '../../src/viewer/orientation.ts';
import { orientationToDraw, positionToDraw, spacingToDraw } from '../../src/viewer/placement.ts';
import { openingWindow, presetsFor, rangeOfWindow, windowOfRange } from '../../src/viewer/presets.ts';

function geometry(frames: number, overrides: Partial<StackGeometry> = {}): StackGeometry {
  return {
    id: 'stack',
    rows: 1,
    columns: 2,
    pixel_spacing: [1, 1],
    orientation: [1, 0, 0, 0, 1, 0],
    frame_of_reference_uid: '1.2.4',
    plane: 'axial',
    volume: null,
    images: Array.from({ length: frames }, (_, index) => ({
      sop_instance_uid: `1.2.5.${index}`,
      frame: 1,
      instance_number: index + 1,
      position: [0, 0, index],
    })),
    spacing_between_slices: 1,
    slice_thickness: 1,
    notes: [],
    data_type: 'int16',
    bytes_per_frame: 4,
    is_inverted: false,
    padding: null,
    default_window: { name: '', center: 50, width: 400 },
    windows: [],
    presets: [],
    modality: 'CT',
    unit: 'HU',
    series_uid: '1.2.3',
    series_number: 1,
    series_description: '',
    body_part: '',
    study_uid: '1.2',
    study_description: '',
    study_date: null,
    patient_name: '',
    patient_id: '',
    patient_birth_date: null,
    ...overrides,
  };
}

/** A host whose frame n holds the values 10n and 10n + 1. */
function host(calls: [number, number][]): Host {
  const readFrames = (_stack: string, first: number, count: number): Promise<ArrayBuffer> => {
    calls.push([first, count]);
    const values = new Int16Array(count * 2);
    for (let index = 0; index < count; index += 1) values.set([(first + index) * 10, (first + index) * 10 + 1], index * 2);
    return Promise.resolve(values.buffer);
  };
  return { readFrames } as unknown as Host;
}

describe('frames of a stack', () => {
  it('reads every frame into its own place', async () => {
    const calls: [number, number][] = [];
    // Frames of 2 MB: two in a chunk of 4 MB.
    const big = geometry(5, { bytes_per_frame: 2 * 1024 * 1024, columns: 1024 * 1024 });
    const zeros = { readFrames: (_: string, first: number, count: number) => {
      calls.push([first, count]);
      return Promise.resolve(new Int16Array(count * 1024 * 1024).fill(first).buffer);
    } } as unknown as Host;
    const frames = new StackFrames(zeros, big);
    const progress: number[] = [];
    await frames.readAll((done) => progress.push(done));
    expect(calls.map(([first]) => first).sort()).toEqual([0, 2, 4]);
    expect(progress.at(-1)).toBe(5);
    expect((await frames.frame(4))[0]).toBe(4);
  });

  it('reads a frame once, however often it is asked for', async () => {
    const calls: [number, number][] = [];
    const frames = new StackFrames(host(calls), geometry(9));
    const [one, two] = await Promise.all([frames.frame(7), frames.frame(7)]);
    expect([...one]).toEqual([70, 71]);
    expect([...two]).toEqual([70, 71]);
    await frames.frame(7);
    expect(calls).toEqual([[7, 1]]);
  });

  it('refuses an answer of the wrong length', async () => {
    const short = { readFrames: () => Promise.resolve(new ArrayBuffer(2)) } as unknown as Host;
    await expect(new StackFrames(short, geometry(1)).frame(0)).rejects.toThrow('have 2 bytes, not 4');
  });
});

describe('frames that cannot be decoded', () => {
  /** Frame 2 is refused until `mended`. */
  function damaged(frames: number, mended: { yet: boolean }, calls: [number, number][] = []): StackFrames {
    const readFrames = (stack: string, first: number, count: number): Promise<ArrayBuffer> => {
      if (first <= 2 && first + count > 2 && !mended.yet) {
        calls.push([first, count]);
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as Tauri rejects: with a plain object
        return Promise.reject({ code: 'image_unreadable', message: '', parameters: { reason: 'timed_out' } });
      }
      return host(calls).readFrames(stack, first, count);
    };
    return new StackFrames({ readFrames } as unknown as Host, geometry(frames));
  }

  it('are black and have a reason, and the others of their chunk are read', async () => {
    const frames = damaged(5, { yet: false });
    await frames.readAll(() => undefined);
    expect(frames.failures).toBe(1);
    expect(frames.failure(2)?.parameters.reason).toBe('timed_out');
    expect([...frames.values]).toEqual([0, 1, 10, 11, -32768, -32768, 30, 31, 40, 41]);
  });

  it('are not asked for again by themselves, but at a retry', async () => {
    const mended = { yet: false };
    const calls: [number, number][] = [];
    const frames = damaged(5, mended, calls);
    await frames.readAll(() => undefined);
    calls.length = 0;
    expect([...(await frames.frame(2))]).toEqual([-32768, -32768]);
    expect(calls).toEqual([]);
    expect(await frames.retry(2)).toBe(false);
    mended.yet = true;
    expect(await frames.retry(2)).toBe(true);
    expect([frames.failure(2), frames.failures, ...(await frames.frame(2))]).toEqual([undefined, 0, 20, 21]);
  });

  it('are told from images that are closed', async () => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as Tauri rejects: with a plain object
    const readFrames = (): Promise<ArrayBuffer> => Promise.reject({ code: 'unknown_stack', message: '', parameters: {} });
    const frames = new StackFrames({ readFrames } as unknown as Host, geometry(5));
    await expect(frames.readAll(() => undefined)).rejects.toMatchObject({ code: 'unknown_stack' });
    expect(frames.failures).toBe(0);
  });
});

describe('a stack that is too large to hold', () => {
  it('is read frame by frame, keeps those seen last, and allocates nothing for the whole', async () => {
    const calls: [number, number][] = [];
    const frameBytes = 64 * 1024 * 1024;
    const readFrames = (_: string, first: number, count: number): Promise<ArrayBuffer> => {
      calls.push([first, count]);
      return Promise.resolve(new ArrayBuffer(count * frameBytes));
    };
    // 64 frames of 64 MB: 4 GB.
    const frames = new StackFrames({ readFrames } as unknown as Host, geometry(64, { bytes_per_frame: frameBytes }));
    const dropped: number[] = [];
    frames.onDropped = (index) => dropped.push(index);
    expect([frames.isHeld, frames.values.byteLength]).toEqual([false, 0]);
    for (const index of [10, 11, 12, 13, 14, 15]) expect((await frames.frame(index)).byteLength).toBe(frameBytes);
    expect(dropped).toEqual([10, 11]);
    await frames.frame(15);
    await frames.frame(10);
    expect(calls).toEqual([[10, 1], [11, 1], [12, 1], [13, 1], [14, 1], [15, 1], [10, 1]]);
  });
});

describe('orientation letters', () => {
  it('names the edges of an axial and a sagittal picture', () => {
    expect(edgesOf([1, 0, 0], [0, 1, 0])).toEqual({ left: 'R', right: 'L', top: 'A', bottom: 'P' });
    expect(edgesOf([0, 1, 0], [0, 0, -1])).toEqual({ left: 'A', right: 'P', top: 'H', bottom: 'F' });
  });

  it('puts the strongest direction first and drops what is negligible', () => {
    expect(lettersOf([0.5, -0.86, 0.05])).toBe('AL');
  });

  it('multiplies vectors by the right-hand rule', () => {
    expect(cross([1, 0, 0], [0, 1, 0])).toEqual([0, 0, 1]);
  });
});

describe('windows', () => {
  it('converts between window and range without loss', () => {
    expect(rangeOfWindow(40, 400)).toEqual({ lower: -160, upper: 240 });
    expect(windowOfRange(-160, 240)).toEqual({ center: 40, width: 400 });
  });

  it('offers the stack\'s own window first, then the presets that Rust names', () => {
    const presets = [{ name: 'bone', center: 400, width: 1800 }, { name: 'lung', center: -600, width: 1500 }];
    expect(presetsFor(geometry(1, { presets }))).toEqual([
      { id: 'automatic', center: 50, width: 400 },
      { id: 'bone', center: 400, width: 1800 },
      { id: 'lung', center: -600, width: 1500 },
    ]);
    expect(presetsFor(geometry(1, { modality: 'MR' })).map(({ id }) => id)).toEqual(['automatic']);
  });

  it('shows colour, which has no window, over the whole range of a byte', () => {
    const { center, width } = openingWindow(geometry(1, { data_type: 'rgb8', default_window: null }));
    expect(rangeOfWindow(center, width)).toEqual({ lower: 0, upper: 255 });
  });

  it('has words for every preset of the demonstration', async () => {
    const host = demoHost(new URLSearchParams('start=open'));
    const words = await host.words('en');
    const offered = presetsFor(await host.stackGeometry(IMAGES.studies[0]?.series[0]?.stacks[0]?.id ?? 'none'));
    expect(offered.map(({ id }) => words[`viewer.window.${id}`])).toEqual(['As recorded', 'Bone', 'Soft tissue', 'Lung']);
  });
});

describe('a stack whose file says no place', () => {
  it('is drawn with square pixels, as stored, one image after the other', () => {
    const images = geometry(3).images.map((image) => ({ ...image, position: null }));
    const placeless = geometry(3, { pixel_spacing: null, orientation: null, images });
    expect(spacingToDraw(placeless)).toEqual([1, 1]);
    expect(orientationToDraw(placeless)).toEqual([1, 0, 0, 0, 1, 0]);
    expect(positionToDraw(placeless, 2)).toEqual([0, 0, 2]);
  });

  it('is told from one whose file does', () => {
    const images = geometry(1).images.map((image) => ({ ...image, position: [7, 8, 9] as [number, number, number] }));
    const placed = geometry(1, { pixel_spacing: [2, 3], orientation: [0, 1, 0, 0, 0, -1], images });
    expect(spacingToDraw(placed)).toEqual([2, 3]);
    expect(orientationToDraw(placed)).toEqual([0, 1, 0, 0, 0, -1]);
    expect(positionToDraw(placed, 0)).toEqual([7, 8, 9]);
  });
});

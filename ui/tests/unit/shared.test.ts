import { afterEach, describe, expect, it, vi } from 'vitest';
import { demoHost } from '../../src/host/demo.ts';
import type { SharedPicture } from '../../src/host/host.ts';
import { newestOnly } from '../../src/state/newest.ts';
import { pagesOf, type Stretch } from '../../src/state/pages.ts';
import { Session } from '../../src/state/session.svelte.ts';

const PICTURE = { url: 'data:image/png;base64,AAAA', lines: ['CT'], edges: null };

async function opened(): Promise<Session> {
  const session = new Session(demoHost(new URLSearchParams('start=open&demo')));
  await session.start('en');
  session.sharing = true;
  return session;
}

/** Lines of a height under one another. */
const lines = (count: number, height: number): Stretch[] => Array.from({ length: count }, (_, at) => ({ top: at * height, bottom: (at + 1) * height }));

describe('pages', () => {
  it('are one where everything fits', () => {
    expect(pagesOf(300, 300, lines(10, 30))).toEqual([{ scroll: 0, height: 300 }]);
    expect(pagesOf(0, 300, [])).toEqual([{ scroll: 0, height: 0 }]);
  });

  it('end above the line that would be cut, and the next one begins with it', () => {
    expect(pagesOf(300, 100, lines(10, 30))).toEqual([
      { scroll: 0, height: 90 },
      { scroll: 90, height: 90 },
      { scroll: 180, height: 90 },
      { scroll: 270, height: 30 },
    ]);
  });

  it('cut nothing of columns that are shifted against each other', () => {
    // At 100 both columns would be cut, at 80 the right one; at 40 both have a gap.
    const shifted = [...lines(4, 40), { top: 0, bottom: 40 }, { top: 40, bottom: 110 }];
    expect(pagesOf(160, 100, shifted)).toEqual([
      { scroll: 0, height: 40 },
      { scroll: 40, height: 80 },
      { scroll: 120, height: 40 },
    ]);
  });

  it('cut what is higher than a page, rather than to show nothing', () => {
    expect(pagesOf(250, 100, [{ top: 0, bottom: 250 }]).map(({ height }) => height)).toEqual([100, 100, 50]);
  });

  it('keep the head of a table above its rows', () => {
    const head = { top: 50, bottom: 350, size: 20 };
    // A page that begins in the rows has 80 for them, below a head of 20.
    expect(pagesOf(350, 100, lines(35, 10), [head])).toEqual([
      { scroll: 0, height: 100 },
      { scroll: 80, height: 100 },
      { scroll: 160, height: 100 },
      { scroll: 240, height: 100 },
      { scroll: 320, height: 30 },
    ]);
  });
});

describe('work that comes too fast', () => {
  it('is done one at a time, the newest last, whatever fails', async () => {
    const done: number[] = [];
    let newest = 0;
    let finish: (() => void)[] = [];
    const ask = newestOnly(async () => {
      const taken = newest;
      await new Promise<void>((resolve) => finish.push(resolve));
      done.push(taken);
      if (taken === 1) throw new Error('once');
    });
    const end = async (): Promise<void> => {
      const [first] = finish;
      finish = [];
      first?.();
      await new Promise((go) => setTimeout(go));
    };
    for (const next of [1, 2, 3, 4]) {
      newest = next;
      ask();
    }
    await end();
    await end();
    expect(done).toEqual([1, 4]);
    expect(finish).toEqual([]);
    newest = 6;
    ask();
    await end();
    expect(done).toEqual([1, 4, 6]);
  });
});

describe('the shared screen', () => {
  afterEach(() => localStorage.clear());

  it('is told of the limit of the board and how light it is', async () => {
    const session = await opened();
    await session.enter(await session.host.setDecisionSettings({ estimate_first: 'never', surgery_threshold: { months: 3, probability: 0.7 } }));
    expect(session.presented?.limit).toEqual({ months: 3, probability: 0.7 });
    expect(session.presented?.theme).toBe('auto');
  });

  it('turns no page before the first or after the last, and begins another part at its start', async () => {
    const { shared } = await opened();
    shared.show('pathway');
    shared.turn(1);
    expect(shared.page).toBe(0);
    shared.hear({ part: 'pathway', page: 0, count: 2 });
    shared.turn(1);
    shared.hear({ part: 'pathway', page: 1, count: 2 });
    shared.turn(1);
    expect(shared.page).toBe(1);
    shared.show('benefit');
    expect([shared.page, shared.pages.count]).toEqual([0, 1]);
    // What is still said of the part before says nothing of this one.
    shared.hear({ part: 'pathway', page: 1, count: 2 });
    expect(shared.pages.count).toBe(1);
  });

  it('has the picture of the pane first, then the key images, each under the id of its case', async () => {
    const session = await opened();
    const { shared } = session;
    const kept = session.view?.case.key_images.map(({ id }) => `${session.view?.case.id}/${id}`) ?? [];
    expect(kept.length).toBeGreaterThan(0);
    expect(shared.pictures).toEqual(kept);
    expect(shared.wanted).toBeNull();
    const present = vi.spyOn(session.host, 'presentPicture');
    await shared.take(PICTURE);
    expect(present).not.toHaveBeenCalled();
    shared.follow(true);
    await shared.take(PICTURE);
    const live = `${session.view?.case.id}/live`;
    expect(present.mock.calls).toEqual([[{ ...PICTURE, id: live }]]);
    expect([shared.part, shared.pictures, shared.wanted]).toEqual(['images', [live, ...kept], live]);
    shared.follow(false);
    expect(shared.pictures).toEqual(kept);
  });

  it('follows the pane only while its picture is the patient’s and on the screen', async () => {
    const { shared } = await opened();
    shared.follow(true);
    expect(shared.isLive).toBe(false);
    shared.isOffered = true;
    expect(shared.isLive).toBe(true);
    await shared.take(PICTURE);
    shared.page = 1;
    expect(shared.isLive).toBe(false);
    shared.page = 0;
    expect(shared.isLive).toBe(true);
    shared.show('overview');
    expect(shared.isLive).toBe(false);
  });

  it('says no free text of a key image while the patient is masked', async () => {
    const session = await opened();
    const { view, shared } = session;
    const [image] = view?.case.key_images ?? [];
    if (!view || !image) throw new Error('the demo case has a key image');
    const noted = { ...view, case: { ...view.case, key_images: [{ ...image, note: 'Mr Demo, left' }] } };
    const [open, masked] = (await Promise.all([false, true].map((hides) => shared.picture(`${view.case.id}/${image.id}`, noted, hides)))) as [SharedPicture, SharedPicture];
    expect(open.lines).toContain('Mr Demo, left');
    expect(masked.lines.join(' ')).not.toContain('Demo');
    expect(masked.lines.join(' ')).toContain(image.caption);
    expect(open.url).toMatch(/^data:image\/png/);
  });

  it('forgets the picture of a patient with the case', async () => {
    const session = await opened();
    session.shared.follow(true);
    await session.shared.take(PICTURE);
    await session.open(() => session.host.openDemoCase());
    expect([session.shared.follows, session.shared.pictures.some((id) => id.endsWith('/live'))]).toEqual([false, false]);
  });
});

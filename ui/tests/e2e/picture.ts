// Pictures of screens, compared by tolerance. The repository holds no pictures, so what is kept of one is a small text that
// people can read too: the screen as a grid of cells, and of each cell how bright it is on the average and how warm.
//
// A cell is 32 by 32 pixels of a window of 1280 by 800. A letter that another machine smooths otherwise changes its cell by
// one or two of 255, a chart that is gone many cells by fifty and more, another theme nearly all of them by two hundred.
//
// SPINEBOARD_WRITE_PICTURES=1 npx playwright test pictures   writes the texts anew; look at the screens before.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { BrowserContext, Page } from '@playwright/test';
import { expect } from './watch.ts';

const FOLDER = resolve(import.meta.dirname, 'pictures');
const CELL = 32;
/** A cell differs from so much on: of 255 in brightness, of 9 in warmth (from blue 0 to red 9). */
const BRIGHTNESS = 12;
const WARMTH = 2;
/** So many cells of a hundred may differ. */
const MOST_DIFFERING = 1;

/** Rows of cells: two hexadecimal digits of brightness each, a blank, then one digit of warmth each. */
export type Picture = string[];

/** The policy of the application allows no pictures from elsewhere, so a page of its own decodes them. */
const readers = new WeakMap<BrowserContext, Promise<Page>>();

function readerOf(context: BrowserContext): Promise<Page> {
  const reader = readers.get(context) ?? context.newPage();
  readers.set(context, reader);
  return reader;
}

/** The picture of what the window shows now. */
export async function pictureOf(page: Page): Promise<Picture> {
  const png = await page.screenshot({ animations: 'disabled', caret: 'hide' });
  const reader = await readerOf(page.context());
  return reader.evaluate(
    async ([encoded, cell]) => {
      const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      if (!context) throw new Error('no canvas to read the picture with');
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      /** Mean brightness of a cell, and how much more red than blue it is. */
      const mean = (column: number, row: number): [number, number] => {
        let [red, green, blue] = [0, 0, 0];
        for (let y = row * cell; y < (row + 1) * cell; y += 1) {
          const start = 4 * (y * bitmap.width + column * cell);
          for (let at = start; at < start + 4 * cell; at += 4) {
            red += data[at] ?? 0;
            green += data[at + 1] ?? 0;
            blue += data[at + 2] ?? 0;
          }
        }
        return [(0.2126 * red + 0.7152 * green + 0.0722 * blue) / cell / cell, (red - blue) / cell / cell];
      };
      return Array.from({ length: Math.floor(bitmap.height / cell) }, (_, row) => {
        const cells = Array.from({ length: Math.floor(bitmap.width / cell) }, (_, column) => mean(column, row));
        const bright = cells.map(([brightness]) => Math.round(brightness).toString(16).padStart(2, '0')).join('');
        return `${bright} ${cells.map(([, warmth]) => Math.min(Math.max(Math.round(warmth / 20) + 5, 0), 9)).join('')}`;
      });
    },
    [png.toString('base64'), CELL] as const,
  );
}

/** Where two pictures differ: a map with a mark for each cell, and the share of the marked cells in percent. */
export function difference(kept: Picture, shown: Picture): { map: string; percent: number } {
  if (kept.length !== shown.length || kept.some((row, place) => row.length !== shown[place]?.length)) return { map: 'another size', percent: 100 };
  const map = kept.map((row, place) => {
    const [[before = '', warmBefore = ''], [now = '', warmNow = '']] = [row.split(' '), (shown[place] ?? '').split(' ')];
    const brightness = (text: string, cell: number): number => parseInt(text.slice(2 * cell, 2 * cell + 2), 16);
    return Array.from(warmBefore, (warmth, cell) =>
      Math.abs(brightness(before, cell) - brightness(now, cell)) >= BRIGHTNESS || Math.abs(Number(warmth) - Number(warmNow[cell])) >= WARMTH ? '#' : '.',
    ).join('');
  });
  const cells = map.join('');
  return { map: map.join('\n'), percent: (100 * cells.replaceAll('.', '').length) / cells.length };
}

/** Fails where the window does not look as it is kept under a name. */
export async function expectPicture(page: Page, name: string): Promise<void> {
  const file = resolve(FOLDER, `${name}.txt`);
  const shown = await pictureOf(page);
  if (process.env.SPINEBOARD_WRITE_PICTURES === '1') {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(file, `${shown.join('\n')}\n`);
    return;
  }
  expect(existsSync(file), `${name} is kept`).toBe(true);
  const { map, percent } = difference(readFileSync(file, 'utf8').trimEnd().split('\n'), shown);
  expect(percent, `${name} looks otherwise where the map has a mark:\n${map}\n`).toBeLessThanOrEqual(MOST_DIFFERING);
}

// Where the pages of the shared screen end: between lines, never through one.

/** From the top of what is paged to its end, pixels. */
export interface Stretch {
  top: number;
  bottom: number;
}

/** The head of a table, which stands above every page that begins in the rows below it. */
export interface Head extends Stretch {
  size: number;
}

export interface SharedPage {
  /** How far what is paged is moved up. */
  scroll: number;
  /** What is seen then; the rest of the frame stays empty. */
  height: number;
}

/** Less than this is rounding. */
const NEARLY = 0.5;

/**
 * Cuts what is `total` high into pages that fit a frame, so that nothing of `whole` is cut unless it is higher than a page
 * itself.
 */
export function pagesOf(total: number, frame: number, whole: readonly Stretch[], heads: readonly Head[] = []): SharedPage[] {
  const pages: SharedPage[] = [];
  let start = 0;
  do {
    const above = start;
    const size = heads.find(({ top, bottom }) => top - NEARLY <= above && above < bottom - NEARLY)?.size ?? 0;
    const room = Math.max(frame - size, 1);
    const end = total - start <= room + NEARLY ? total : lastGap(start, start + room, whole);
    pages.push({ scroll: start - size, height: end - start + size });
    start = end;
  } while (start < total - NEARLY);
  return pages;
}

/** The lowest place above `limit` where nothing is cut; `limit` itself if there is none below `start`. */
function lastGap(start: number, limit: number, whole: readonly Stretch[]): number {
  let end = limit;
  for (;;) {
    const cut = whole.filter(({ top, bottom }) => top < end - NEARLY && bottom > end + NEARLY);
    if (cut.length === 0) return end;
    end = Math.min(...cut.map(({ top }) => top));
    if (end <= start + NEARLY) return limit;
  }
}

/** Parts of a page that are read as one. */
const UNITS = 'li, tr, p, h2, h3, h4, figure, svg, img, summary, .card, .notice';
/** What is higher than this share of a page may be cut between its lines. */
const LARGE = 0.6;
/** A title stays with as much of what follows, in heights of its own. */
const WITH_TITLE = 2.5;

/** What of an element is not to be cut, and the heads of its tables. */
export function stretchesOf(root: HTMLElement, frame: number): { whole: Stretch[]; heads: Head[] } {
  const origin = root.getBoundingClientRect().top;
  const stretch = ({ top, bottom }: DOMRect): Stretch => ({ top: top - origin, bottom: bottom - origin });
  const isSeen = (element: Element | null): boolean => element !== null && !element.closest('details:not([open]) > :not(summary), .visually-hidden');
  const whole: Stretch[] = [];
  for (const element of root.querySelectorAll(UNITS)) {
    if (!isSeen(element)) continue;
    const found = stretch(element.getBoundingClientRect());
    const height = found.bottom - found.top;
    if (element.matches('h2, h3, h4')) whole.push({ ...found, bottom: found.bottom + WITH_TITLE * height });
    else if (height <= LARGE * frame || element.matches('svg, img')) whole.push(found);
  }
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (texts.nextNode()) {
    const { currentNode: text } = texts;
    if (!isSeen(text.parentElement)) continue;
    range.selectNodeContents(text);
    whole.push(...[...range.getClientRects()].map(stretch));
  }
  const heads = [...root.querySelectorAll('table')].flatMap((table) => {
    const { tHead } = table;
    if (!tHead || !isSeen(table)) return [];
    const rows = stretch(table.getBoundingClientRect());
    const size = tHead.getBoundingClientRect().height;
    return [{ top: rows.top + size, bottom: rows.bottom, size }];
  });
  return { whole, heads };
}

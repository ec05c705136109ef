// What charts show can be seen by everybody, and heard: contrast of the drawn colours, a second sign beside colour, and the
// same numbers in words.
import type { Page } from '@playwright/test';
import type { CaseView, CohortStudy, SurvivalPoint } from '../../src/host/types.ts';
import { contrast, drawn, secondSign, VISION, type Mark, type Vision } from './colours.ts';
import { compare, expect, fixture, test } from './watch.ts';

const FORECAST = (fixture('demo_case') as CaseView).assessment.forecast;
const POINTS: SurvivalPoint[] = FORECAST.kind === 'available' ? FORECAST.horizons : [];
const STUDY = (fixture('study') as { study: CohortStudy }).study;

/** WCAG 2.2: 1.4.11 for graphics, 1.4.3 for text. */
const GRAPHIC = 3;
const TEXT = 4.5;

const fill = (selector: string): Mark => ({ selector, property: 'fill' });
const stroke = (selector: string): Mark => ({ selector, property: 'stroke' });

interface Charts {
  open: (page: Page) => Promise<void>;
  /** A mark on the page, or on another mark. */
  graphics: (Mark | [Mark, Mark])[];
  texts: (Mark | [Mark, Mark])[];
  /** What stands beside each other and means different things. */
  neighbours: [Mark, Mark][];
}

async function openView(page: Page, view: string): Promise<void> {
  await page.goto('/?start=open&demo');
  await page.locator('#tab-assessment').click();
  await page.getByTestId('forecast-views').locator(`input[value=${view}]`).check({ force: true });
}

const CURVE = '[data-testid=survival-curve]';
const CARD = '[data-testid=horizon-12]';
const ICONS = '[data-testid=icons-12]';
const BAR = '[data-testid=bar-3]';
const AGREEMENT = '[data-testid=agreement]';
const LATER = `${AGREEMENT} td .mark:not(.original, .recalled, .model-mark)`;
const PANELS = '[data-testid=study-decision] .panels';
const LINES = ['.of-model', '.everybody', '.kind-0', '.kind-1', '.kind-2', '.kind-3', '.kind-4', '.kind-5'];
const POINTS_OF = '[data-testid=calibration-curves]';

const CHARTS: Record<string, Charts> = {
  'curve, cards and agreement': {
    open: (page) => openView(page, 'curve'),
    graphics: [
      stroke(`${CURVE} .line`),
      [stroke(`${CURVE} .line`), fill(`${CURVE} .band`)],
      stroke(`${CURVE} .edge`),
      [stroke(`${CURVE} .horizon`), fill(`${CURVE} .band`)],
      [fill(`${CURVE} .dot`), stroke(`${CURVE} .dot`)],
      stroke(`${CURVE} .mark`),
      stroke(`${CARD} .scale`),
      stroke(`${CARD} .interval`),
      [fill(`${CARD} circle`), fill(`${CARD} .interval`)],
      { selector: `${AGREEMENT} .model .band`, property: 'border-left-color' },
      { selector: `${AGREEMENT} .score .band`, property: 'border-left-color' },
      { selector: `${AGREEMENT} .key-band`, property: 'border-left-color' },
      { selector: `${AGREEMENT} .model-mark`, property: 'background-color' },
      { selector: LATER, property: 'border-top-color' },
      { selector: `${AGREEMENT} .legend .original`, property: 'background-color' },
      stroke('article[data-outcome=total] .scale line'),
      fill('article[data-outcome=total] .scale circle'),
    ],
    texts: [
      fill(`${CURVE} .tick`),
      fill(`${CURVE} .axis`),
      [fill(`${CURVE} .value`), stroke(`${CURVE} .value`)],
      [fill(`${CURVE} .value`), fill(`${CURVE} .band`)],
      { selector: `${AGREEMENT} .score .figure`, property: 'color' },
      { selector: `${AGREEMENT} .model .figure .muted`, property: 'color' },
    ],
    neighbours: [
      [stroke(`${CURVE} .line`), stroke(`${CURVE} .edge`)],
      [stroke(`${CURVE} .line`), stroke(`${CURVE} .horizon`)],
      [stroke(`${CURVE} .edge`), stroke(`${CURVE} .horizon`)],
      [{ selector: `${AGREEMENT} .legend .original`, property: 'background-color' }, { selector: LATER, property: 'background-color' }],
      [{ selector: `${AGREEMENT} .legend .recalled`, property: 'border-top-color' }, { selector: LATER, property: 'border-top-color' }],
      [{ selector: `${AGREEMENT} .model-mark`, property: 'background-color' }, { selector: LATER, property: 'background-color' }],
    ],
  },
  icons: {
    open: (page) => openView(page, 'icons'),
    graphics: [fill(`${ICONS} .alive path`), stroke(`${ICONS} .open path`), stroke(`${ICONS} .open.best path`), stroke(`${ICONS} .dead path`)],
    texts: [],
    neighbours: [
      [fill(`${ICONS} .alive path`), fill(`${ICONS} .open.best path`)],
      [stroke(`${ICONS} .open.best path`), stroke(`${ICONS} .open:not(.best) path`)],
      [stroke(`${ICONS} .open:not(.best) path`), stroke(`${ICONS} .dead path`)],
    ],
  },
  'bars with the limit of the board': {
    open: async (page) => {
      await page.goto('/?start=open&demo');
      await page.locator('#person-menu').click();
      await page.locator('#menu-settings').click();
      await page.locator('#settings-deciding').click();
      await page.locator('#threshold-percent').fill('60');
      await page.locator('#deciding-save').click();
      await page.locator('#close-page').click();
      await page.locator('#tab-assessment').click();
      await page.getByTestId('forecast-views').locator('input[value=bars]').check({ force: true });
    },
    graphics: [
      stroke(`${BAR} .alive`),
      [stroke(`${BAR} .alive`), fill(`${BAR} .scale`)],
      stroke(`${BAR} .scale`),
      [stroke(`${BAR} .whisker`), fill(`${BAR} .alive`)],
      [stroke(`${BAR} .whisker`), fill(`${BAR} .scale`)],
      [stroke(`${BAR} .limit`), stroke(`${BAR} .halo`)],
    ],
    texts: [fill(`${BAR} text`)],
    neighbours: [
      [stroke(`${BAR} .limit`), stroke(`${BAR} .whisker`)],
      [stroke(`${BAR} .limit`), stroke(`${BAR} .alive`)],
      [stroke(`${BAR} .whisker`), stroke(`${BAR} .alive`)],
    ],
  },
  'comparison on own patients': {
    open: async (page) => {
      await page.goto('/?start=open');
      await compare(page);
      // Of every kind a line, whatever the recorded table has.
      await page.locator(`${PANELS} .kind-0`).first().evaluate((line, kinds) => {
        for (const kind of kinds) {
          const other = line.cloneNode() as Element;
          other.classList.replace('kind-0', kind.slice(1));
          line.after(other);
        }
      }, LINES.slice(3));
    },
    graphics: [
      fill(`${POINTS_OF} .dot`),
      stroke(`${POINTS_OF} .interval`),
      stroke(`${POINTS_OF} .agree`),
      ...LINES.map((kind) => stroke(`${PANELS} ${kind}`)),
    ],
    texts: [fill(`${PANELS} .title`), fill(`${PANELS} .tick`)],
    neighbours: [
      [stroke(`${POINTS_OF} .agree`), stroke(`${POINTS_OF} .interval`)],
      ...LINES.flatMap((one, place) =>
        LINES.slice(place + 1).map((other): [Mark, Mark] => [stroke(`${PANELS} ${one}`), stroke(`${PANELS} ${other}`)]),
      ),
    ],
  },
};

const name = ({ selector, property }: Mark): string => `${selector} (${property})`;

/** Which marks are paler than they may be, with their contrast. */
async function tooPale(page: Page, marks: (Mark | [Mark, Mark])[], least: number): Promise<string[]> {
  const found: string[] = [];
  for (const entry of marks) {
    const [mark, behind] = Array.isArray(entry) ? entry : [entry, null];
    const own = await drawn(page, mark);
    const reached = contrast(own.colour, behind ? (await drawn(page, behind)).colour : own.ground);
    if (!(reached >= least)) found.push(`${name(mark)} on ${behind ? name(behind) : 'the page'}: ${reached.toFixed(2)}`);
  }
  return found;
}

/** Which neighbours can be told apart by their colour alone, and not by all eyes. */
async function alike(page: Page, neighbours: [Mark, Mark][]): Promise<string[]> {
  const found: string[] = [];
  for (const [one, other] of neighbours) {
    const [first, second] = [await drawn(page, one), await drawn(page, other)];
    const kinds = (Object.keys(VISION) as Vision[]).filter((vision) => contrast(first.colour, second.colour, vision) < GRAPHIC);
    if (kinds.length > 0 && secondSign(first, second) === null) found.push(`${name(one)} and ${name(other)}: ${kinds.join(', ')}`);
  }
  return found;
}

test('the measure of contrast is the one of WCAG, and a colour that only some eyes see is found', () => {
  expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 5);
  expect(contrast([118, 118, 118], [255, 255, 255])).toBeCloseTo(4.54, 2);
  // Red on black loses most of its light for eyes without the cones for long waves.
  expect(contrast([255, 0, 0], [0, 0, 0])).toBeGreaterThan(5);
  expect(contrast([255, 0, 0], [0, 0, 0], 'protanopia')).toBeLessThan(3.5);
  for (const vision of Object.keys(VISION) as Vision[]) expect(contrast([0, 0, 0], [255, 255, 255], vision)).toBeCloseTo(21, 1);
});

for (const [title, { open, graphics, texts, neighbours }] of Object.entries(CHARTS)) {
  test(`${title}: what is drawn is seen in light and dark, by all eyes`, async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await open(page);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await tooPale(page, graphics, GRAPHIC), colorScheme).toEqual([]);
      expect(await tooPale(page, texts, TEXT), colorScheme).toEqual([]);
      expect(await alike(page, neighbours), colorScheme).toEqual([]);
    }
  });
}

/** The whole numbers of a text, in its order. */
const numbers = (text: string | null): number[] => (text ?? '').match(/\d+/g)?.map(Number) ?? [];
const of100 = (share: number): number => Math.round(share * 100);

test('each view of a forecast says the numbers of the assessment', async ({ page }) => {
  expect(POINTS.map(({ months }) => months)).toEqual([3, 6, 12]);
  await openView(page, 'curve');
  const views = page.getByTestId('forecast-views');
  const choose = (view: string): Promise<void> => views.locator(`input[value=${view}]`).check({ force: true });
  const expected = POINTS.map(({ months, alive, low, high }) => [months, of100(alive), of100(low), of100(high)] as const);
  expect(numbers(await page.getByTestId('survival-curve').getAttribute('aria-label')).join(' ')).toContain(expected.map(([months, alive, low, high]) => `${months} ${alive} 100 ${low} ${high}`).join(' '));
  await views.locator('summary').click();
  for (const [months, alive, low, high] of expected) {
    await expect(page.getByTestId('survival-table').locator('tbody tr', { has: page.getByRole('cell', { name: String(months), exact: true }).first() }).filter({ hasText: `${low} to ${high}` })).toContainText(String(alive));
    const card = page.getByTestId(`horizon-${months}`);
    expect(numbers(await card.innerText())).toEqual([months, alive, 100, low, high]);
  }
  await choose('sentence');
  expect(numbers(await views.locator('.sentences').innerText())).toEqual(expected.flatMap(([months, alive, low, high]) => [months, alive, 100, low, high]));
  await choose('table');
  const rows = await page.getByTestId('horizon-table').locator('tbody tr').allInnerTexts();
  expect(rows.map(numbers)).toEqual(POINTS.map(({ months, alive, low, high }) => [months, of100(alive), of100(low), of100(high), of100(1 - alive)]));
  await choose('icons');
  for (const [months, alive, low, high] of expected) {
    const figure = page.getByTestId(`icons-${months}`);
    expect(numbers(await figure.getByRole('img').getAttribute('aria-label'))).toEqual([100, months, alive, low, high]);
    await expect(figure.locator('g.alive')).toHaveCount(low);
    await expect(figure.locator('g.open')).toHaveCount(high - low);
    await expect(figure.locator('g.best')).toHaveCount(alive);
  }
  await choose('bars');
  for (const [months, alive, low, high] of expected) expect(numbers(await page.getByTestId(`bar-${months}`).locator('p').innerText())).toEqual([months, alive, 100, low, high]);
});

test('what the comparison draws stands in its tables', async ({ page }) => {
  await page.goto('/?start=open');
  await compare(page);
  for (const part of ['study-calibration', 'study-decision']) await page.getByTestId(part).locator('summary').click();
  const groups = (STUDY.result.same_rows?.predictors[0]?.horizons ?? []).flatMap(({ calibration }) => (calibration.kind === 'assessed' ? calibration.curve.groups : []));
  const dots = await page.getByTestId('calibration-curves').locator('.dot').count();
  const rows = await page.getByTestId('calibration-points').locator('tbody tr').allInnerTexts();
  expect(dots).toBe(rows.length);
  expect(groups.length).toBeGreaterThan(0);
  const everybody = STUDY.result.same_rows?.treat_all[0];
  const lines = page.getByTestId(`decision-points-${everybody?.months ?? 0}`).locator('tbody tr');
  await expect(lines).toHaveCount(everybody?.points.length ?? 0);
  const last = (await lines.first().locator('td').last().innerText()).replace('−', '-');
  const { net_benefit: benefit } = everybody!.points[0]!;
  expect(Number(last)).toBeCloseTo(benefit.kind === 'estimated' ? benefit.point * 100 : NaN, 1);
});

/** Pictures without a name that are not hidden from screen readers, and hidden charts without numbers beside them. */
async function untold(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const LEAST_OF_A_CHART = 60;
    return [...document.querySelectorAll('svg, [role=img], img')].flatMap((picture) => {
      const told = `${picture.outerHTML.slice(0, 120)} in ${picture.parentElement?.outerHTML.slice(0, 80) ?? ''}`;
      if (picture.closest('[aria-hidden=true]')) {
        const isChart = picture instanceof SVGSVGElement && picture.getBoundingClientRect().width >= LEAST_OF_A_CHART;
        return isChart && !/\d/.test(picture.parentElement?.parentElement?.innerText ?? '') ? [`no numbers beside: ${told}`] : [];
      }
      const name = picture.getAttribute('aria-label') ?? picture.getAttribute('alt') ?? '';
      return picture.getAttribute('role') !== 'img' && picture.tagName !== 'IMG' ? [`neither picture nor hidden: ${told}`] : name.trim() === '' ? [`no name: ${told}`] : [];
    });
  });
}

test('every picture on every screen has a name, or is hidden beside its text', async ({ page }) => {
  for (const address of ['/', '/?start=locked', '/?start=unsigned', '/?start=open']) {
    await page.goto(address);
    await expect(page.locator('main')).toContainText(/\w/);
    expect(await untold(page)).toEqual([]);
  }
  await openView(page, 'curve');
  await page.locator('details').evaluateAll((all) => all.forEach((one) => one.setAttribute('open', '')));
  for (const view of ['curve', 'sentence', 'table', 'icons', 'bars']) {
    await page.getByTestId('forecast-views').locator(`input[value=${view}]`).check({ force: true });
    expect(await untold(page)).toEqual([]);
  }
  for (const tab of ['facts', 'images', 'report']) {
    await page.locator(`#tab-${tab}`).click();
    expect(await untold(page)).toEqual([]);
  }
  for (const entry of ['settings', 'audit', 'study']) {
    await page.locator('#person-menu').click();
    await page.locator(`#menu-${entry}`).click();
    expect(await untold(page)).toEqual([]);
  }
  await page.locator('#study-path').fill('/demo/cohort.csv');
  await page.locator('#study-run').click();
  await expect(page.getByTestId('study-decision')).toBeVisible();
  expect(await untold(page)).toEqual([]);
});

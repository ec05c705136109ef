// WCAG 2.2 AA in every state of the decision and of the shared screen, as far as a program can tell. Light with English, dark
// with German: a fault of one of them shows in one of the two. Only what the state brings is judged, as it is quick then;
// the assessment as a whole is in accessibility.spec.ts.
import type { Page } from '@playwright/test';
import type { CaseView, ScoreSheet } from '../../src/host/types.ts';
import { violationsOf } from './axe.ts';
import { expect, fixture, menu, openImages, rawKeys, test, CT } from './watch.ts';

async function openDecision(page: Page, marks = ''): Promise<void> {
  await page.goto(`/?start=open&demo${marks}`);
  await page.locator('#tab-assessment').click();
  await expect(page.getByTestId('assessment')).toBeVisible();
}

const EMERGENCY = '[data-testid=emergency]';
const ESTIMATES = '[data-testid=estimate-first]';

/** Whether the state that was opened is sound, with a word for it. */
type Judge = (state: string, part?: string) => Promise<void>;

async function lockEstimate(page: Page): Promise<void> {
  await page.locator('#estimate-3').fill('60');
  await page.locator('#estimate-12').fill('25');
  await page.locator('#estimate-option').selectOption('stereotactic');
  await page.locator('#estimate-lock').click();
  await expect(page.getByTestId('estimate-first').locator('tbody tr')).toHaveCount(1);
}

const WALKS: Record<string, (page: Page, judge: Judge) => Promise<void>> = {
  'the views of a forecast, with the limit of the board': async (page, judge) => {
    await openDecision(page);
    await menu(page, 'settings');
    await page.locator('#settings-deciding').click();
    await judge('how we decide', 'main');
    await page.locator('#threshold-percent').fill('60');
    await page.locator('#deciding-save').click();
    await expect(page.getByTestId('settings-done')).toBeVisible();
    await page.locator('#close-page').click();
    await page.locator('#tab-assessment').click();
    await page.getByTestId('forecast-views').locator('summary').click();
    await judge('curve', '#part-forecast');
    for (const view of ['sentence', 'table', 'icons', 'bars']) {
      await page.getByTestId('forecast-views').locator(`input[value=${view}]`).check({ force: true });
      await judge(view, '#part-forecast');
    }
  },
  'what is tried out, asked for and compared': async (page, judge) => {
    await openDecision(page);
    await page.locator('#try-feature').selectOption('ecog');
    await judge('a fact being tried out', '.side-column');
    await page.locator('#try-value').selectOption('4');
    await page.locator('#try-add').click();
    await expect(page.getByTestId('try-answer')).toBeVisible();
    await page.locator('#deciding-ask').click();
    await expect(page.getByTestId('deciding-facts').locator('li').first()).toBeVisible();
    await page.locator('#benefit-first').selectOption('surgery_with_radiotherapy');
    await page.locator('#benefit-second').selectOption('conventional');
    for (const summary of await page.getByTestId('benefit').locator('summary').all()) await summary.click();
    await judge('answers', '.side-column');
    await judge('two options', '#part-benefit');
  },
  'an emergency': async (page, judge) => {
    await openDecision(page, '&emergency');
    await judge('above the assessment', EMERGENCY);
    await openImages(page, '/demo/images');
    await page.locator(CT).click();
    await expect(page.locator('[data-pane=stack]')).toBeVisible();
    await judge('above images', EMERGENCY);
  },
  'a forecast that is refused': async (page, judge) => {
    await openDecision(page, '&refused');
    await expect(page.getByTestId('forecast-refused')).toBeVisible();
    await judge('refused', '#part-forecast');
  },
  'estimates first': async (page, judge) => {
    await openDecision(page, '&estimate');
    await judge('before', ESTIMATES);
    await lockEstimate(page);
    await judge('locked', ESTIMATES);
    await page.locator('#estimate-reveal').click();
    await expect(page.locator('#part-forecast')).toBeVisible();
    await judge('revealed', ESTIMATES);
  },
  'the sheet of a level beside images': async (page, judge) => {
    await page.goto('/?start=open&demo');
    await openImages(page, '/demo/images');
    await page.locator(CT).click();
    await expect(page.locator('[data-pane=stack]')).toBeVisible();
    await page.locator('#side-sheet').click();
    await judge('sheet', '#side-panel');
  },
  'the shared screen and whoever presents': async (page, judge) => {
    await openDecision(page, '&emergency');
    await page.locator('#share').click();
    const presenter = page.getByTestId('presenter');
    await presenter.locator('[aria-controls=presenter-notes]').click();
    await judge('presenting', '[data-testid=presenter]');
    const spoken = (await page.locator('html').getAttribute('lang')) ?? '';
    const shared = await page.context().newPage();
    await shared.goto(`/?start=open&language=${spoken}#shared`);
    for (const [place, part] of ['overview', 'forecast', 'benefit', 'pathway'].entries()) {
      await presenter.locator('[aria-pressed]').nth(place).click();
      await expect(shared.getByTestId('shared-screen')).toHaveAttribute('data-part', part);
      // It takes no orders; what it shows is judged as if it did.
      await shared.locator('.content').evaluate((content) => content.removeAttribute('inert'));
      expect(await violationsOf(shared), part).toEqual([]);
    }
    await expect(shared.locator('html')).toHaveAttribute('lang', spoken);
    await shared.close();
    await page.bringToFront();
    await page.locator('#mask').click();
    await page.locator('#mask').click();
    await page.locator('#unmask-number').fill('1');
    await page.locator('#unmask-show').click();
    await expect(page.getByTestId('unmask').getByRole('status')).not.toBeEmpty();
    await judge('unmasking', '[data-testid=unmask]');
  },
};

const WAYS = [
  { colorScheme: 'light', locale: 'en-GB' },
  { colorScheme: 'dark', locale: 'de-DE' },
] as const;

for (const { colorScheme, locale } of WAYS) {
  test.describe(`in ${colorScheme}, ${locale}`, () => {
    test.use({ colorScheme, locale, contextOptions: { reducedMotion: 'reduce' } });
    for (const [name, walk] of Object.entries(WALKS)) {
      test(`${name}: no violation of WCAG 2.2 AA`, async ({ page }) => {
        await walk(page, async (state, part) => {
          expect(await violationsOf(page, part), state).toEqual([]);
          expect(await rawKeys(page), state).toEqual([]);
        });
      });
    }
  });
}

/** Every text of guidelines and scores that the demonstration case shows as it is written in its source. */
function sourceTexts(): string[] {
  const { pathway, scores } = (fixture('demo_case') as CaseView).assessment;
  const sheets = fixture('scores') as ScoreSheet[];
  return [
    ...pathway.rules.flatMap(({ text, grade, citation }) => [text, grade, citation.text]),
    ...pathway.walk.flatMap(({ ways }) => ways.flatMap(({ leads_to: end }) => (end ? [end.label] : []))),
    ...scores.flatMap(({ name, short_name: short, caveats }) => [name, short, ...caveats]),
    ...sheets.flatMap(({ groups, caveats }) => [...groups.map(({ group }) => group.label), ...caveats.map(({ text }) => text)]),
  ].filter((text) => /[a-z]{3}/.test(text));
}

test.describe('with words of two languages', () => {
  const texts = sourceTexts();

  /** Texts of a source on the page by the language that they are marked as. */
  async function marked(page: Page): Promise<Partial<Record<string, string[]>>> {
    await openDecision(page);
    await page.locator('details').evaluateAll((all) => all.forEach((one) => one.setAttribute('open', '')));
    for (const id of ['tokuhashi_2005', 'katagiri_2014']) await page.getByTestId(`score-${id}`).locator('[aria-expanded]').click();
    return page.evaluate((wanted) => {
      const found: Partial<Record<string, string[]>> = {};
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const text = node.nodeValue?.trim() ?? '';
        if (wanted.includes(text)) (found[node.parentElement?.closest('[lang]')?.getAttribute('lang') ?? 'none'] ??= []).push(text);
      }
      return found;
    }, texts);
  }

  test.describe('in German', () => {
    test.use({ locale: 'de-DE' });
    test('what is in the language of its source is marked as of that language', async ({ page }) => {
      const found = await marked(page);
      expect(Object.keys(found)).toEqual(['en']);
      expect(new Set(found.en).size).toBeGreaterThan(60);
    });
  });

  test('nothing is marked where all is in one language', async ({ page }) => {
    await marked(page);
    await expect(page.locator('body [lang]:not([lang=en])')).toHaveCount(0);
    expect(await page.locator('[data-testid=pathway-rules] [lang]').count()).toBe(0);
  });
});

// How the main states of the decision look, compared by tolerance with what was kept of them (see picture.ts).
import type { Page } from '@playwright/test';
import { difference, expectPicture, pictureOf } from './picture.ts';
import { expect, test } from './watch.ts';

test.use({ timezoneId: 'UTC', contextOptions: { reducedMotion: 'reduce' } });

const VIEWS = '[data-testid=forecast-views]';

async function openDecision(page: Page, marks = ''): Promise<void> {
  await page.goto(`/?start=open&demo${marks}`);
  await page.locator('#tab-assessment').click();
  await expect(page.getByTestId('assessment')).toBeVisible();
  await page.evaluate(() => document.fonts.ready);
}

/** Puts a part where its picture is taken. */
async function bring(page: Page, selector: string, block: 'start' | 'center'): Promise<void> {
  await page.locator(selector).evaluate((part, at) => part.scrollIntoView({ block: at }), block);
}

/** The same state in both themes. */
async function inBoth(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await expectPicture(page, `${name}-${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

test('the forecast in its views', async ({ page }) => {
  await openDecision(page);
  await inBoth(page, 'decision');
  await bring(page, VIEWS, 'center');
  await inBoth(page, 'curve');
  for (const view of ['sentence', 'table', 'icons', 'bars']) {
    await page.getByTestId('forecast-views').locator(`input[value=${view}]`).check({ force: true });
    await bring(page, VIEWS, 'center');
    await (view === 'icons' || view === 'bars' ? inBoth(page, view) : expectPicture(page, view));
  }
});

test('benefit, pathway, emergency and estimates', async ({ page }) => {
  await openDecision(page);
  for (const part of ['benefit', 'pathway', 'agreement']) {
    await bring(page, `#part-${part}`, 'start');
    await inBoth(page, part);
  }
  await openDecision(page, '&emergency');
  await inBoth(page, 'emergency');
  await openDecision(page, '&estimate');
  await expectPicture(page, 'estimate');
});

test('the shared screen', async ({ page, context }) => {
  await openDecision(page);
  await page.locator('#share').click();
  const shared = await context.newPage();
  await shared.emulateMedia({ reducedMotion: 'reduce' });
  await shared.goto('/?start=open#shared');
  for (const [place, part] of ['overview', 'forecast', 'benefit', 'pathway'].entries()) {
    await page.getByTestId('presenter').locator('[aria-pressed]').nth(place).click();
    await expect(shared.getByTestId('shared-screen')).toHaveAttribute('data-part', part);
    await expectPicture(shared, `shared-${part}`);
  }
});

test('a picture is told from one without its chart, and from another theme, but not from itself', async ({ page }) => {
  await openDecision(page);
  await bring(page, VIEWS, 'center');
  const whole = await pictureOf(page);
  expect(difference(whole, await pictureOf(page)).percent).toBe(0);
  await page.locator('[data-testid=survival-curve] .line').evaluate((line) => line.setAttribute('visibility', 'hidden'));
  await page.locator('[data-testid=survival-curve] .band').evaluate((band) => band.setAttribute('visibility', 'hidden'));
  expect(difference(whole, await pictureOf(page)).percent).toBeGreaterThan(5);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(difference(whole, await pictureOf(page)).percent).toBeGreaterThan(80);
});

import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { CT, cutText, expect, menu, openDemo, openImages, signIn, test } from './watch.ts';

const STEPS_TO_300 = ['110', '125', '150', '175', '200', '250', '300'];
const TABS = ['facts', 'images', 'assessment', 'decision', 'follow_up', 'report'];

/** The size of a letter of the root, of which all sizes are made. */
const letter = (page: Page): Promise<string> => page.evaluate(() => getComputedStyle(document.documentElement).fontSize);

/** How wide the page is beyond the window. */
const beyond = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const app = document.querySelector('#app');
    return app ? app.scrollWidth - app.clientWidth : NaN;
  });

async function zoomTo(page: Page, percent: '50' | '300'): Promise<void> {
  await page.keyboard.press('Control+0');
  for (let presses = 0; presses < 7; presses += 1) await page.keyboard.press(percent === '50' ? 'Control+-' : 'Control+=');
  await expect(page.getByTestId('zoom-said')).toHaveText(`Size ${percent} %`);
}

async function accessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)).toEqual([]);
}

test('everything grows to three times by keys, is said, and comes back; the menu does the same', async ({ page }) => {
  await openDemo(page);
  expect(await letter(page)).toBe('16px');
  for (const percent of STEPS_TO_300) {
    await page.keyboard.press('Control+=');
    await expect(page.getByTestId('zoom-said')).toHaveText(`Size ${percent} %`);
  }
  expect(await letter(page)).toBe('48px');
  await page.keyboard.press('Control+=');
  expect(await letter(page)).toBe('48px');
  await page.keyboard.press('Control+0');
  expect(await letter(page)).toBe('16px');
  await page.locator('#person-menu').click();
  await page.locator('#zoom-larger').click();
  await expect(page.locator('#zoom-reset')).toHaveText('110 %');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await expect(page.locator('#zoom-smaller')).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(page.locator('#zoom-reset')).toHaveText('90 %');
  expect(await letter(page)).toBe('14.4px');
  await accessible(page);
});

test('size and light are kept for who chose them, and nobody else finds them so', async ({ page }) => {
  await openDemo(page);
  await page.keyboard.press('Control+=');
  await page.keyboard.press('Control+=');
  await page.locator('#theme').click();
  await page.locator('#theme').click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await menu(page, 'switch');
  await expect(page.getByTestId('sign-in')).toBeVisible();
  await expect(page.locator('html')).not.toHaveAttribute('data-theme');
  expect(await letter(page)).toBe('16px');
  await signIn(page, 0);
  await expect(page.getByTestId('patient-name')).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  expect(await letter(page)).toBe('20px');
});

for (const percent of ['300', '50'] as const) {
  test(`at ${percent} % every tab is reached, and nothing has to be scrolled sideways`, async ({ page }) => {
    await openDemo(page);
    await zoomTo(page, percent);
    for (const tab of TABS) {
      await page.locator(`#tab-${tab}`).click();
      await expect(page.locator(`#tab-${tab}`)).toHaveAttribute('aria-selected', 'true');
      await expect(page.locator(`#tab-${tab}`)).toBeInViewport();
      expect(await beyond(page)).toBe(0);
      expect(await cutText(page)).toEqual([]);
    }
    await page.locator('#tab-facts').click();
    await page.locator('[data-feature=ecog] [data-entry]').first().scrollIntoViewIfNeeded();
    await expect(page.locator('[data-feature=ecog] [data-entry]').first()).toBeInViewport();
    // Half the size is half the size of every button, too.
    if (percent === '300') await accessible(page);
    for (const place of ['meetings', 'year', 'own_results', 'settings', 'audit', 'study'] as const) {
      await menu(page, place);
      expect(await beyond(page)).toBe(0);
      await page.locator('#close-page').click();
    }
    await page.locator('#close-case').click();
    await expect(page.locator('#new-case')).toBeVisible();
    expect(await beyond(page)).toBe(0);
  });
}

test('at 300 % a pointer over a picture is still where it seems to be', async ({ page }) => {
  await openDemo(page);
  await openImages(page, '/demo/images');
  await page.locator(CT).first().click();
  await zoomTo(page, '300');
  await page.locator('[data-layout=one]').click();
  const pane = page.locator('[data-pane=stack]');
  await pane.scrollIntoViewIfNeeded();
  await expect(pane).not.toHaveAttribute('data-slice', '');
  await page.locator('[data-testid=measure]').selectOption('length');
  await pane.evaluate((element) => element.scrollIntoView({ block: 'center' }));
  const box = await pane.boundingBox();
  if (!box) throw new Error('the pane has a place');
  const from = { x: box.x + box.width * 0.4, y: box.y + box.height * 0.5 };
  const to = { x: box.x + box.width * 0.6, y: box.y + box.height * 0.4 };
  await page.mouse.click(from.x, from.y);
  await page.mouse.click(to.x, to.y);
  const drawn = page.locator('[data-kind=length] path.line').last();
  await expect(drawn).toBeAttached();
  const ends = await drawn.evaluate((path) => {
    const { left, top, right, bottom } = path.getBoundingClientRect();
    return { left, top, right, bottom };
  });
  for (const [is, wanted] of [[ends.left, from.x], [ends.bottom, from.y], [ends.right, to.x], [ends.top, to.y]] as const) expect(Math.abs(is - wanted)).toBeLessThan(2);
});

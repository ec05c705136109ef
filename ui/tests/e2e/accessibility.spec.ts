import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, openDemo, test } from './watch.ts';

const SCREENS: Record<string, (page: Page) => Promise<void>> = {
  'first start': async (page) => {
    await page.goto('/');
    await expect(page.getByTestId('research-use')).toBeVisible();
  },
  passphrase: async (page) => {
    await page.goto('/');
    await page.locator('#understood').check();
    await page.locator('#accept-research-use').click();
    await page.locator('#passphrase').fill('purple tiger');
    await page.locator('#passphrase-repeated').fill('purple');
  },
  unlock: async (page) => {
    await page.goto('/?start=locked');
    await page.locator('#passphrase').fill('wrong');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('error')).toBeVisible();
  },
  'store that cannot be opened': async (page) => {
    await page.goto('/?start=newer');
    await expect(page.getByTestId('store-failed')).toBeVisible();
  },
  cases: async (page) => {
    await openDemo(page);
    await page.locator('#close-case').click();
    await page.locator('#new-case').click();
    await expect(page.getByTestId('case-table')).toBeVisible();
  },
  facts: async (page) => {
    await openDemo(page);
    await page.locator('[data-feature=haemoglobin] .more').click();
    await page.locator('#field-albumin').fill('3.1');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('did-you-mean')).toBeVisible();
  },
  images: async (page) => {
    await openDemo(page);
    await page.locator('#tab-images').click();
    await page.locator('#images-path').fill('/demo/images');
    await page.locator('#open-images').click();
    await page.locator('[data-stack=ct-other]').click();
    await expect(page.locator('[data-pane=stack]')).toBeVisible();
    await expect(page.getByTestId('mismatch-banner')).toBeVisible();
    await page.getByTestId('rejected').locator('summary').click();
  },
  assessment: async (page) => {
    await openDemo(page);
    await page.locator('#tab-assessment').click();
    for (const summary of await page.locator('details > summary').all()) await summary.click();
  },
  report: async (page) => {
    await openDemo(page);
    await page.locator('#tab-report').click();
    await page.locator('#export-pdf').click();
    await expect(page.getByTestId('pdf-written')).toBeVisible();
  },
};

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme}`, () => {
    test.use({ colorScheme });
    for (const [name, open] of Object.entries(SCREENS)) {
      test(`${name} has no violation of WCAG 2.2 AA`, async ({ page }) => {
        await open(page);
        const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
        const found = violations.map(({ id, nodes }) => ({ id, nodes: nodes.map((node) => `${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`) }));
        expect(found).toEqual([]);
      });
    }
  });
}

import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './watch.ts';

async function openAssessment(page: Page, search = ''): Promise<void> {
  await page.goto(`/?start=open&demo${search}`);
  await page.locator('#tab-assessment').click();
  await expect(page.getByTestId('reasons-survival')).toBeVisible();
}

async function accessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)).toEqual([]);
}

test('one button by keyboard leads to what the model can and cannot do, and back', async ({ page }) => {
  await openAssessment(page);
  const button = page.locator('#model-limits-open');
  await button.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByTestId('model-limits');
  await expect(dialog).toBeVisible();
  await expect(dialog.locator('#model-limits-close')).toBeFocused();
  await expect(dialog).toContainText('For research use only. Not a medical device');
  await expect(dialog.getByTestId('stated-limits').locator('li').first()).toContainText('No part was validated by us on patients with spinal metastasis');
  await expect(dialog.getByTestId('model-facts')).toContainText('made available under the ODbL');
  await expect(dialog.getByTestId('calibration-plots').getByRole('img')).toHaveCount(3);
  await dialog.locator('summary', { hasText: 'The points as a table' }).click();
  const lowest = dialog.getByTestId('calibration-table').locator('tbody tr').nth(20);
  await expect(lowest).toHaveText(/12\s*1\s*1\u202f767\s*41\s*40/);
  await dialog.locator('summary', { hasText: 'The cohorts as a table' }).click();
  await expect(dialog.getByTestId('foreseen-table').locator('tbody tr').first()).toContainText('Schoenfeld AJ');
  await accessible(page);
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(button).toBeFocused();
});

test('a reason opens to its facts and leads to the field', async ({ page }) => {
  await openAssessment(page);
  const reason = page.getByTestId('reasons-survival').locator('[data-group=laboratory]');
  await expect(reason.locator('[data-fact=albumin]')).toBeHidden();
  await reason.locator('summary').focus();
  await page.keyboard.press('Enter');
  await expect(reason.locator('[data-fact=albumin]')).toContainText(/Albumin .* g\/L .*before the date of judgement/);
  await expect(reason.getByTestId('reason-blank')).toContainText('Lactate dehydrogenase');
  await expect(reason.getByTestId('reason-evidence')).toContainText('doi:10.1016/j.spinee.2019.01.014');
  await expect(reason.getByTestId('reason-evidence')).toContainText('recalled, with high confidence');
  const genes = page.getByTestId('reasons-survival').locator('[data-group=genes]');
  await genes.locator('summary').click();
  await expect(genes.getByTestId('reason-evidence')).toContainText('trained on: MSK-MET');
  await page.getByTestId('not-read').locator('summary').click();
  // Where nothing lies half below the bar with the parts.
  await page.getByRole('button', { name: 'Forecast', exact: true }).click();
  await accessible(page);
  await reason.locator('[data-fact=albumin] [data-feature-link=albumin]').click();
  await expect(page.locator('#tab-facts')).toHaveAttribute('aria-selected', 'true');
  await expect(page.locator('[data-feature=albumin]')).toBeInViewport();
});

test('what has no number says so in its place, what a replaced model said stays, and contradictions stand beside the forecast', async ({ page }) => {
  await openAssessment(page, '&replaced');
  await expect(page.getByTestId('cord-compression')).toContainText('does not forecast it, so no number stands here');
  await expect(page.getByTestId('no-benefit')).toContainText('does not say what each option may bring');
  const earlier = page.getByTestId('earlier-results');
  await expect(earlier).toContainText('Another model answered for this case before.');
  await earlier.locator('summary').click();
  await expect(earlier.locator('tbody tr')).toHaveCount(3);
  await expect(earlier.locator('tbody tr').first()).toContainText(`${await page.getByTestId('horizon-3').locator('strong').textContent()} of 100`);
  await accessible(page);
  await page.getByTestId('forecast-doubts').locator('[data-feature-link=karnofsky]').click();
  await expect(page.locator('[data-feature=karnofsky]')).toBeInViewport();
});

test('without any model the refused packs and the lack of benefit are said in words', async ({ page }) => {
  await page.goto('/?start=open&demo&refused');
  await page.locator('#tab-assessment').click();
  await expect(page.getByTestId('assessment').getByTestId('pack-refused')).toContainText('survival-broken was refused');
  await expect(page.getByTestId('no-benefit')).toContainText('Without a forecast');
  await expect(page.locator('#model-limits-open')).toHaveCount(0);
});

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CohortStudy } from '../../src/host/types.ts';
import { compare, expect, lockByItself, menu, test } from './watch.ts';

const { study } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../fixtures/study.json'), 'utf8')) as { study: CohortStudy };

test('a table is compared, read, and written into a folder', async ({ page }) => {
  await page.goto('/?start=open');
  await menu(page, 'study');
  await expect(page.locator('#study-run')).toBeDisabled();
  await page.locator('#study-choose').click();
  await expect(page.locator('#study-path')).toHaveValue('/demo/cohort.csv');
  await page.locator('#study-run').click();

  await expect(page.getByTestId('study-counts')).toContainText(`${study.result.patients} patients with follow-up, of ${study.lines} lines.`);
  await expect(page.getByTestId('study-doubt')).toContainText("'survival_days' looks like what happened afterwards");
  await expect(page.getByTestId('study-faults')).toContainText('column months: the value is negative');

  const rows = page.getByTestId('study-same-rows').locator('tbody tr');
  await expect(rows).toHaveCount(study.result.same_rows?.predictors.length ?? 0);
  await expect(rows.first()).toHaveAttribute('data-predictor', 'model');
  await expect(rows.first()).not.toContainText('the model');
  await expect(rows.nth(1)).toContainText(/no difference shown|than the model/);
  await expect(page.getByTestId('study-read')).toContainText('No order of merit follows from it');
  await expect(page.getByTestId('study-calibration').getByRole('region').locator('tbody')).toContainText('Mizumoto');
  await expect(page.getByTestId('study-decision').locator('svg[role=img]')).toHaveCount(3);
  await expect(page.getByTestId('study-parts')).toContainText('2010-2014');
  await expect(page.getByTestId('study-sources')).toContainText('Most often missing: ');

  await page.locator('#study-export').click();
  await expect(page.getByTestId('study-written')).toContainText('/demo/spineboard/reports/cohort-comparison-');
});

test('the curve of each predictor can be chosen, and who says to have made a score is reminded', async ({ page }) => {
  await page.goto('/?start=open');
  await menu(page, 'study');
  await page.locator('#study-path').fill('/demo/cohort.csv');
  await page.locator('details').nth(1).locator('summary').click();
  await page.locator('#study-developed_here-mizumoto_2008').check();
  await page.locator('#study-run').click();
  await expect(page.getByTestId('study-doubt').filter({ hasText: 'was made from these patients' })).toBeVisible();
  const curves = page.getByTestId('calibration-curves').locator('svg');
  // The model forecasts 3, 6 and 12 months; Mizumoto publishes 6 and 12.
  await expect(curves).toHaveCount(3);
  await page.locator('#study-curve').selectOption('mizumoto_2008');
  await expect(curves).toHaveCount(2);
});

test('a recalibrated model is said to be one, and can be compared as shipped', async ({ page }) => {
  await page.goto('/?start=open&recalibration=used');
  await menu(page, 'study');
  await page.locator('#study-path').fill('/demo/cohort.csv');
  await page.locator('#study-run').click();
  const doubt = page.getByTestId('study-doubt').filter({ hasText: 'Recalibrated on 420 patients of this centre' });
  await expect(doubt).toContainText('compare it as shipped too');
  await page.locator('#study-as-shipped').check();
  await page.locator('#study-run').click();
  await expect(page.getByTestId('study-counts')).toBeVisible();
  await expect(doubt).toHaveCount(0);
});

test('wrong thresholds are refused, a running comparison is ended, and a table that is none is named', async ({ page }) => {
  await page.goto('/?start=open');
  await menu(page, 'study');
  await page.locator('#study-path').fill('/slow.csv');
  await page.locator('#study-thresholds').fill('30 130');
  await expect(page.locator('#study-run')).toBeDisabled();
  await page.locator('#study-thresholds').fill('30, 50');
  await page.locator('#study-run').click();
  await page.locator('#study-stop').click();
  await expect(page.getByTestId('error')).toHaveAttribute('data-code', 'study_stopped');
  await expect(page.getByTestId('study-progress')).toHaveCount(0);
  await page.locator('#study-path').fill('/letter.csv');
  await page.locator('#study-run').click();
  await expect(page.getByTestId('error')).toContainText("there is no column 'months'");
});

test('nothing of it is there for whoever unlocks the store next', async ({ page }) => {
  await page.goto('/?start=open');
  await compare(page);
  await expect(page.getByTestId('study-same-rows')).toBeVisible();
  await page.locator('#close-page').click();
  await menu(page, 'study');
  await expect(page.getByTestId('study-same-rows')).toBeVisible();
  await lockByItself(page, 'idle');
  await page.locator('#passphrase').fill('correct horse battery staple');
  await page.keyboard.press('Enter');
  await page.getByTestId('sign-in').getByRole('radio').first().click();
  await page.locator('#sign-in-secret').fill('24681357');
  await page.locator('#sign-in').click();
  await menu(page, 'study');
  await expect(page.locator('#study-path')).toHaveValue('');
  await expect(page.getByTestId('study-same-rows')).toHaveCount(0);
});

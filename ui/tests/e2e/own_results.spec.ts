import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { OwnResults } from '../../src/host/types.ts';
import { violationsOf } from './axe.ts';
import { expect, menu, test } from './watch.ts';

const { many, few } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../fixtures/own_results.json'), 'utf8')) as { many: OwnResults; few: OwnResults };

test('a centre without a decision is told so on the page and beside the forecast', async ({ page }) => {
  await page.goto('/?start=open&demo');
  await page.locator('#tab-assessment').click();
  await expect(page.getByTestId('checked-here')).toContainText('Not yet checked on your patients: no decision was signed');
  await page.getByTestId('checked-here').getByRole('button').click();
  await expect(page.getByTestId('never-decided')).toBeVisible();
});

test('what became of many patients is drawn, said in numbers, and doubted', async ({ page }) => {
  await page.goto('/?start=open&own_results=many');
  await menu(page, 'own_results');
  for (const { months, everybody } of many.found?.horizons ?? []) {
    const card = page.getByTestId(`checked-${months}`);
    await expect(card).toHaveAttribute('data-state', everybody.state.kind);
    await expect(card).toContainText(`${everybody.deaths.counts.deaths} died`);
  }
  await expect(page.getByText('Made-up patients: none of this')).toBeVisible();
  await expect(page.locator('[data-warning=follow_up_missing]').first()).toContainText('nothing was heard since the decision');
  await expect(page.locator('[data-warning=forecast_decided]').first()).toContainText('the forecast itself decided');
  const drawn = (many.found?.horizons ?? []).filter(({ everybody }) => everybody.state.kind === 'checked').length;
  await expect(page.getByTestId('own-calibration').locator('svg[role=img]')).toHaveCount(drawn);
  const figures = page.getByTestId('study-own-figures').locator('tbody');
  await expect(figures).toContainText("The board's own estimates");
  await expect(figures).toContainText('Without those for whom the forecast decided');
  const primaries = page.getByTestId('study-own-primaries').locator('tbody tr');
  await expect(primaries).toHaveCount(3);
  await page.locator('#own-primaries-months').selectOption('12');
  await expect(primaries).toHaveCount(3);
  const periods = many.found?.horizons[0]?.drift.periods.length ?? 0;
  await expect(page.getByTestId('own-drift-table').locator('tbody tr')).toHaveCount(periods);
  expect(await violationsOf(page)).toEqual([]);
});

test('few patients are not called a check', async ({ page }) => {
  await page.goto('/?start=open&own_results=few');
  await menu(page, 'own_results');
  const state = few.found?.horizons[0]?.everybody.state;
  const events = state?.kind === 'not_yet_checked' ? state.events : -1;
  await expect(page.getByTestId('checked-3')).toContainText(`Not yet checked on your patients: ${events} of 100 deaths`);
  await expect(page.getByTestId('own-calibration')).toContainText('Not drawn yet');
});

test('a check can be ended by keyboard', async ({ page }) => {
  await page.goto('/?start=open&own_results=slow');
  await menu(page, 'own_results');
  await page.locator('#own-results-stop').press('Enter');
  await expect(page.locator('#check-again')).toBeVisible();
  await expect(page.getByTestId('checked-3')).toHaveCount(0);
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('a recalibration is proposed, kept, and taken away; one of made-up patients cannot be kept', async ({ page }) => {
  await page.goto('/?start=open&own_results=offer');
  await menu(page, 'own_results');
  await page.locator('#propose').click();
  await expect(page.getByTestId('proposal')).toHaveAttribute('data-kind', 'proposed');
  await expect(page.getByTestId('proposal')).toContainText('in log likelihood per patient');
  await page.locator('#keep-proposal').click();
  await expect(page.getByTestId('own-proposal')).toContainText('Kept and signed.');
  await expect(page.getByTestId('own-proposal')).toContainText('was recalibrated on 12 Mar 2026');
  await page.locator('#remove-recalibration').click();
  await expect(page.getByTestId('own-proposal')).toContainText('The model answers as shipped.');

  await page.goto('/?start=open&own_results=many');
  await menu(page, 'own_results');
  await page.locator('#propose').click();
  await expect(page.getByTestId('proposal')).toContainText('it cannot be kept');
  await expect(page.locator('#keep-proposal')).toHaveCount(0);
});

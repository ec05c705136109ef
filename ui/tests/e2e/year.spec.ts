import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Page } from '@playwright/test';
import type { YearFigures } from '../../src/host/types.ts';
import { violationsOf } from './axe.ts';
import { cutText, expect, menu, rawKeys, test } from './watch.ts';

const { past, running } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../fixtures/year.json'), 'utf8')) as Record<'past' | 'running', YearFigures>;

async function openYear(page: Page, address = '/?start=open&year'): Promise<void> {
  await page.goto(address);
  await menu(page, 'year');
}

test('the year before is shown in the figures of the report', async ({ page }) => {
  await openYear(page);
  await page.locator('#year-last_year').click();
  const { meetings, discussions, concordance, outcomes } = past;
  await expect(page.getByTestId('year-meetings')).toContainText(`${meetings.with_quorum.count} of ${meetings.with_quorum.of} (`);
  await expect(page.getByTestId('year-discussions')).toContainText(`${discussions.discussions}, of ${discussions.patients} patients`);
  for (const { primary, discussions: counted } of past.primaries) await expect(page.locator(`[data-bar=${primary}] .number`)).toHaveText(String(counted));
  await expect(page.getByTestId('year-options').getByRole('listitem')).toHaveCount(past.options.length);
  await expect(page.getByTestId('year-timeliness').locator('tbody tr')).toHaveCount(past.timeliness.length);
  await expect(page.getByTestId('year-concordance').locator('tbody tr')).toHaveCount(concordance.reasons.length);
  await expect(page.locator('[data-reason=toxicity]').getByRole('rowheader')).toHaveText('Toxicity');
  await expect(page.getByTestId('year-survival').locator('tbody tr td:nth-child(2)')).toHaveText(outcomes.survival.map((at) => String(at.at_risk)));
  await expect(page.getByTestId('year-curve')).toBeVisible();
  await expect(page.getByTestId('year-follow-up').locator('dt')).toHaveCount(past.follow_up.length);
  await expect(page.getByTestId('year-standing')).toHaveText(/^Figures as of/);
  await expect(page.getByTestId('year-synthetic')).toContainText('all of these patients are made up');
  expect(await violationsOf(page)).toEqual([]);
  await page.locator('#year-own-results').click();
  await expect(page.getByTestId('own-results')).toBeVisible();
});

test('the running year is provisional, few patients give no share, and other days give other figures', async ({ page }) => {
  await page.goto('/?start=open&year');
  await menu(page, 'meetings');
  await page.locator('#open-year').click();
  await expect(page.locator('#year-this_year')).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByTestId('year-standing')).toHaveText(/^PROVISIONAL/);
  await expect(page.getByTestId('year-discussions')).toContainText(`${running.discussions.signed.count} of ${running.discussions.signed.of}, too few to say`);
  await expect(page.getByTestId('year-curve')).toHaveCount(0);
  await page.locator('#year-from').fill('2020-01-01');
  await page.locator('#year-from').press('Enter');
  await expect(page.locator('#year-this_year')).toHaveAttribute('aria-pressed', 'false');
  await page.locator('#year-to').fill('2020-12-31');
  await page.locator('#year-to').press('Enter');
  await expect(page.getByTestId('year-nothing')).toBeVisible();
  await expect(page.getByTestId('year-meetings')).toHaveCount(0);
});

test('the report is written for the days that are chosen, and not for days in the wrong order', async ({ page }) => {
  await openYear(page, '/?start=open');
  await expect(page.getByTestId('year-nothing')).toBeVisible();
  await page.locator('#year-to').fill('2020-12-31');
  await page.locator('#year-to').press('Enter');
  await expect(page.getByTestId('year-reversed')).toBeVisible();
  await expect(page.locator('#write-year')).toBeDisabled();
  await expect(page.getByTestId('year-nothing')).toHaveCount(0);
  await page.locator('#year-from').fill('2020-01-01');
  await page.locator('#year-from').press('Enter');
  await page.locator('#write-year').click();
  await expect(page.getByTestId('year-written')).toHaveText('Written to /demo/SpineBoard yearly report 2020-01-01 to 2020-12-31.pdf');
  await page.locator('#year-last_year').click();
  await expect(page.getByTestId('year-written')).toHaveCount(0);
});

test.describe('in German', () => {
  test.use({ locale: 'de-DE' });

  test('the year says all in words, and nothing of it is cut or beyond the window at 300 %', async ({ page }) => {
    await openYear(page);
    await page.locator('#year-last_year').click();
    await expect(page.getByTestId('year-outcomes')).toContainText('Am Leben');
    expect(await rawKeys(page)).toEqual([]);
    for (let presses = 0; presses < 7; presses += 1) await page.keyboard.press('Control+=');
    await expect(page.getByTestId('zoom-said')).toHaveText('Größe 300 %');
    expect(await cutText(page)).toEqual([]);
    expect(await page.locator('#app').evaluate((app) => app.scrollWidth - app.clientWidth)).toBe(0);
  });
});

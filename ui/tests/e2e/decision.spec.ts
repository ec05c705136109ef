import type { Page } from '@playwright/test';
import { expect, test } from './watch.ts';

async function openAssessment(page: Page, search = ''): Promise<void> {
  await page.goto(`/?start=open&demo${search}`);
  await page.locator('#tab-assessment').click();
  await expect(page.getByTestId('assessment')).toBeVisible();
}

test('an emergency stands above everything on every tab, with its steps and their sources', async ({ page }) => {
  await openAssessment(page, '&emergency');
  const emergency = page.getByTestId('emergency');
  await expect(emergency).toContainText('Act now');
  await expect(emergency).toContainText('New disturbance of bladder or bowel.');
  await expect(emergency.locator('ol li')).toHaveCount(4);
  await expect(emergency.locator('ol li').nth(1)).toContainText('MRI of the whole spine within 24 hours.');
  const [banner, forecast] = await Promise.all([emergency.boundingBox(), page.locator('#part-forecast').boundingBox()]);
  expect(banner?.y ?? Infinity).toBeLessThan(forecast?.y ?? 0);
  for (const tab of ['facts', 'images', 'report']) {
    await page.locator(`#tab-${tab}`).click();
    await expect(emergency).toBeVisible();
  }
  await openAssessment(page);
  await expect(page.getByTestId('emergency')).toHaveCount(0);
});

test('the model waits until estimates are locked, which are shown beside it then', async ({ page }) => {
  await openAssessment(page, '&estimate');
  const estimates = page.getByTestId('estimate-first');
  for (const part of ['#part-forecast', '#part-benefit', '#part-agreement']) await expect(page.locator(part)).toHaveCount(0);
  await expect(page.getByTestId('pathway-rules')).not.toContainText('of 100 alive');
  await page.locator('#estimate-3').fill('60');
  await page.locator('#estimate-12').fill('70');
  await page.locator('#estimate-option').selectOption('stereotactic');
  await expect(page.locator('#estimate-lock')).toBeDisabled();
  await page.locator('#estimate-12').fill('25');
  await page.locator('#estimate-12').press('Enter');
  await expect(estimates.locator('tbody tr')).toHaveCount(1);
  await expect(estimates.locator('tbody tr')).toContainText('locked');
  await expect(estimates.locator('tbody tr')).not.toContainText('60');
  await expect(page.locator('#estimate-person option', { hasText: 'Ferrand' })).toHaveCount(0);
  await page.locator('#estimate-reveal').click();
  await expect(page.locator('#part-forecast')).toBeVisible();
  await expect(estimates.locator('tbody tr')).toContainText('60');
  await expect(estimates.locator('tbody tr')).toContainText('Stereotactic radiotherapy');
  await expect(page.locator('#estimate-lock')).toHaveCount(0);
});

test('one result has five views by keyboard, and the chosen one comes back', async ({ page }) => {
  await openAssessment(page);
  const views = page.getByTestId('forecast-views');
  await expect(page.getByTestId('survival-curve')).toBeVisible();
  await views.locator('input[value=curve]').focus();
  await page.keyboard.press('ArrowRight');
  const figures = await page.getByTestId('horizon-3').locator('strong').textContent();
  await expect(views).toContainText(`After 3 months: best estimate ${figures} of 100 alive`);
  await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('horizon-table').locator('tbody tr').first()).toContainText(String(figures));
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('img', { name: new RegExp(`Of 100 people after 3 months: ${figures} alive`) })).toBeVisible();
  await expect(page.getByTestId('icons-3').locator('g')).toHaveCount(100);
  await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('bar-3')).toContainText(`${figures} of 100`);
  await page.locator('#tab-facts').click();
  await page.locator('#tab-assessment').click();
  await expect(views).toHaveAttribute('data-view', 'bars');
});

test('benefit stands beside harm with its evidence, two options are compared, and empty cells say why', async ({ page }) => {
  await openAssessment(page);
  const benefit = page.getByTestId('benefit');
  const walking = benefit.locator('[data-cell=surgery_with_radiotherapy-walking]');
  await expect(walking).toContainText('randomised trial');
  await expect(walking).toContainText('entry criteria');
  await expect(benefit.locator('[data-cell=stereotactic-walking]')).toContainText('did not take patients with symptoms of the cord');
  await expect(benefit.locator('thead th')).toHaveCount(6);
  await page.locator('#benefit-first').selectOption('surgery_with_radiotherapy');
  await page.locator('#benefit-second').selectOption('conventional');
  await expect(benefit.locator('thead th')).toHaveCount(3);
});

test('the walk through NOMS and the rules say what is open and where another answer would lead', async ({ page }) => {
  await openAssessment(page);
  const walk = page.getByTestId('pathway-walk');
  await expect(walk.locator('[data-branch]')).toHaveCount(4);
  await expect(walk.locator('[data-branch=neurologic]')).toContainText('High-grade compression');
  await expect(page.getByTestId('pathway-rules').locator('[data-rule=astro_indication]')).toContainText('ASTRO');
  const open = page.getByTestId('pathway-rules').locator('.rule.open').first();
  await open.locator('[data-feature-link]').first().click();
  await expect(page.locator('#tab-facts')).toHaveAttribute('aria-selected', 'true');
});

test('a fact is tried out beside the case, and blank facts that matter are listed on request', async ({ page }) => {
  await openAssessment(page);
  const sandbox = page.getByTestId('try-out');
  await expect(sandbox).toContainText('It is not the effect of changing the fact in the patient');
  await page.locator('#try-feature').selectOption('ecog');
  await page.locator('#try-value').selectOption('4');
  await page.locator('#try-add').click();
  await expect(sandbox.locator('li')).toContainText('4');
  await expect(page.getByTestId('try-answer').locator('tbody tr')).toHaveCount(3);
  await expect(page.getByTestId('revision')).toHaveText('1');
  await sandbox.getByRole('button', { name: 'Leave out' }).click();
  await expect(page.getByTestId('try-answer')).toHaveCount(0);
  await page.locator('#deciding-ask').click();
  await expect(page.getByTestId('deciding-facts').locator('ol li')).toHaveCount(5);
});

test('the limit of the board is set once and drawn on the forecast', async ({ page }) => {
  await openAssessment(page);
  await page.locator('#person-menu').click();
  await page.locator('#menu-settings').click();
  await page.locator('#settings-deciding').click();
  await page.locator('#threshold-percent').fill('120');
  await expect(page.locator('#deciding-save')).toBeDisabled();
  await page.locator('#threshold-percent').fill('99');
  await page.locator('#deciding-save').click();
  await expect(page.getByTestId('settings-done')).toBeVisible();
  await page.locator('#close-page').click();
  await page.locator('#tab-assessment').click();
  await page.getByTestId('forecast-views').locator('input[value=bars]').check({ force: true });
  await expect(page.getByTestId('limit-above')).toContainText('99 of 100 lies above the whole interval');
});

test('the shared screen follows the presenter, hides what is hidden, and shows no notes', async ({ page, context }) => {
  await openAssessment(page, '&estimate');
  const shared = await context.newPage();
  await shared.goto('/?start=open#shared');
  await expect(shared.getByTestId('shared-screen')).toContainText('Nothing is shown at the moment.');
  await page.locator('#share').click();
  await expect(shared.getByTestId('patient-name')).toContainText('DEMO, Synthetic');
  await expect(shared.getByTestId('shared-screen')).toContainText('The model is shown when the people have said what they expect.');
  const presenter = page.getByTestId('presenter');
  await presenter.getByRole('button', { name: 'My notes' }).click();
  await page.locator('#presenter-notes').fill('ask about the daughter');
  await page.locator('#presenter-notes').blur();
  await presenter.getByRole('button', { name: 'Pathway' }).click();
  await expect(shared.getByTestId('pathway-walk')).toBeVisible();
  await expect(shared.getByTestId('shared-screen')).not.toContainText('daughter');

  await page.locator('#estimate-reveal').click();
  await presenter.getByRole('button', { name: 'Forecast' }).click();
  await expect(shared.getByTestId('survival-curve')).toBeVisible();
  await page.getByTestId('forecast-views').locator('input[value=icons]').check({ force: true });
  await expect(shared.getByTestId('icons-12')).toBeVisible();

  await page.locator('#tab-assessment').focus();
  await page.keyboard.press('m');
  await expect(shared.getByTestId('patient-name')).not.toContainText('DEMO');
  await page.keyboard.press('m');
  const unmask = page.getByTestId('unmask');
  await unmask.locator('#unmask-number').fill('SPINEBOARD-DEMO');
  await unmask.locator('#unmask-second').fill('1 Jan 1970');
  await page.locator('#unmask-show').click();
  await expect(unmask).toContainText('These are not the identifiers of this patient.');
  await expect(shared.getByTestId('patient-name')).not.toContainText('DEMO');
  await unmask.locator('#unmask-second').fill('14 May 1961');
  await page.locator('#unmask-show').click();
  await expect(shared.getByTestId('patient-name')).toContainText('DEMO, Synthetic');
  await page.locator('#close-case').click();
  await expect(shared.getByTestId('shared-screen')).toContainText('Nothing is shown at the moment.');
  await shared.close();
});

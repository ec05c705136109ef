import type { Page } from '@playwright/test';
import { violationsOf } from './axe.ts';
import { CT, CT_OF_ANOTHER, expect, menu, openImages, test } from './watch.ts';

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

/** Opens the shared screen beside the demo case, with the model shown. */
async function share(page: Page, search = ''): Promise<Page> {
  await openAssessment(page, search);
  const shared = await page.context().newPage();
  await shared.setViewportSize({ width: 1920, height: 1080 });
  await shared.goto('/?start=open#shared');
  await page.locator('#share').click();
  await page.locator('#estimate-reveal').click();
  return shared;
}

/** Text of the shared page that is cut by its end: lines with a part inside and a part outside of what is seen. */
async function cutLines(shared: Page): Promise<string[]> {
  return shared.getByTestId('shared-page').evaluate((frame) => {
    const [, below] = /inset\(0px 0px ([\d.]+)px/.exec(getComputedStyle(frame).clipPath) ?? [];
    const { top, bottom } = frame.getBoundingClientRect();
    const end = bottom - Number(below ?? 0);
    const texts = document.createTreeWalker(frame, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    const cut: string[] = [];
    while (texts.nextNode()) {
      const { currentNode: text } = texts;
      // Below the head of a table that stands on top, rows of the page before may lie.
      if (text.parentElement?.closest('details:not([open]) > :not(summary)')) continue;
      range.selectNodeContents(text);
      for (const line of range.getClientRects()) if (line.top < end - 2 && line.bottom > end + 2 && line.bottom > top) cut.push(text.textContent ?? '');
    }
    return cut;
  });
}

test('what is longer than the shared screen has pages that the presenter turns, and no line is cut', async ({ page }) => {
  const shared = await share(page);
  const presenter = page.getByTestId('presenter');
  for (const part of ['Benefit', 'Pathway']) {
    await presenter.getByRole('button', { name: part, exact: true }).click();
    await expect(presenter.getByTestId('shared-pages')).toHaveText(/^1 of [3-9]$/);
    await expect(shared.getByTestId('shared-pages')).toHaveText((await presenter.getByTestId('shared-pages').textContent()) ?? '');
    await expect(page.locator('#page-up')).toBeDisabled();
    const count = Number((await presenter.getByTestId('shared-pages').textContent())?.split(' ').at(-1));
    const seen: string[] = [];
    for (let turned = 1; turned <= count; turned += 1) {
      await expect(shared.getByTestId('shared-page')).toHaveAttribute('data-page', String(turned));
      expect(await cutLines(shared)).toEqual([]);
      seen.push(await shared.getByTestId('shared-page').evaluate((frame) => String(frame.scrollTop)));
      if (turned < count) await page.locator('#page-down').click();
    }
    expect(new Set(seen).size).toBe(count);
    await expect(page.locator('#page-down')).toBeDisabled();
  }
  await presenter.getByRole('button', { name: 'Benefit', exact: true }).click();
  await expect(presenter.getByTestId('shared-pages')).toHaveText(/^1 of [3-9]$/);
  await page.keyboard.press('PageDown');
  await expect(shared.getByTestId('shared-pages')).toHaveText(/^2 of/);
  // The head of the table stands above the rows of every page.
  await expect(shared.locator('thead')).toContainText('Supportive care');
  await expect(shared.locator('thead th').last()).toBeInViewport();
  await page.locator('#tab-assessment').focus();
  await page.keyboard.press('Alt+PageUp');
  await expect(shared.getByTestId('shared-pages')).toHaveText(/^1 of/);
  expect(await violationsOf(shared)).toEqual([]);
  await shared.close();
});

test('the shared screen has the limit of the board and the presenter’s light, and a size of its own', async ({ page }) => {
  await page.goto('/?start=open&demo');
  await menu(page, 'settings');
  await page.locator('#settings-deciding').click();
  await page.locator('#threshold-percent').fill('99');
  await page.locator('#deciding-save').click();
  await page.locator('#close-page').click();
  const shared = await page.context().newPage();
  await shared.setViewportSize({ width: 1920, height: 1080 });
  await shared.goto('/?start=open#shared');
  await page.locator('#share').click();
  await page.locator('#tab-assessment').click();
  await page.locator('#estimate-reveal').click();
  await expect(shared.getByTestId('limit-above')).toContainText('99 of 100 lies above the whole interval');
  await page.getByTestId('presenter').getByRole('button', { name: 'Forecast', exact: true }).click();
  await expect(shared.getByTestId('limit-above')).toContainText('After 3 months');
  await page.getByTestId('forecast-views').locator('input[value=bars]').check({ force: true });
  await expect(shared.getByTestId('bar-3').locator('.limit')).toHaveCount(1);
  await expect(shared.getByTestId('bar-12').locator('.limit')).toHaveCount(0);
  const letter = (): Promise<string> => shared.evaluate(() => getComputedStyle(document.documentElement).fontSize);
  const before = await letter();
  await page.keyboard.press('Control+=');
  await page.locator('#theme').click();
  await page.locator('#theme').click();
  await expect(shared.locator('html')).toHaveAttribute('data-theme', 'dark');
  expect(await letter()).toBe(before);
  await shared.close();
});

test('the shared screen shows key images and the picture of the active pane, and never who it is', async ({ page }) => {
  const shared = await share(page);
  const presenter = page.getByTestId('presenter');
  const picture = shared.getByTestId('shared-picture');
  const pixels = (): Promise<string | null> => picture.locator('img').getAttribute('src');
  await expect(page.locator('#show-picture')).toBeDisabled();
  await presenter.getByRole('button', { name: 'Images', exact: true }).click();
  await expect(picture).toContainText('window centre');
  const keyImages = Number((await presenter.getByTestId('shared-pages').textContent())?.split(' ').at(-1));

  await openImages(page, '/demo/images');
  await page.locator(CT).first().click();
  await page.locator('[data-layout=one]').click();
  const pane = page.locator('[data-pane=stack]');
  await expect(pane).toContainText('DEMO');
  await page.locator('#show-picture').click();
  await expect(presenter.getByTestId('shared-pages')).toHaveText(`1 of ${keyImages + 1}`);
  await expect(picture).toContainText(/Image \d+ of 24/);
  await expect(picture.locator('.edge.left')).toHaveText('R');
  for (const said of ['DEMO', '14 May 1961']) await expect(picture).not.toContainText(said);

  const pixelsBefore = await pixels();
  await pane.focus();
  await page.keyboard.press('End');
  await expect(pane).toHaveAttribute('data-slice', '23');
  await expect(picture).toContainText('Image 24 of 24');
  await expect.poll(pixels).not.toBe(pixelsBefore);

  // A mark that is drawn comes along.
  const unmarked = await pixels();
  await page.getByTestId('measure').selectOption('length');
  const box = await pane.boundingBox();
  if (!box) throw new Error('the pane has a place');
  await page.mouse.click(box.x + box.width * 0.4, box.y + box.height * 0.5);
  await page.mouse.click(box.x + box.width * 0.6, box.y + box.height * 0.5);
  await expect(page.locator('[data-kind=length]')).toBeAttached();
  const yellow = (): Promise<number> =>
    picture.locator('img').evaluate(async (image: HTMLImageElement) => {
      await image.decode();
      const canvas = Object.assign(document.createElement('canvas'), { width: image.naturalWidth, height: image.naturalHeight });
      const context = canvas.getContext('2d');
      context?.drawImage(image, 0, 0);
      const { data } = context?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      let count = 0;
      for (let at = 0; at < data.length; at += 4) if ((data[at] ?? 0) > 200 && (data[at + 2] ?? 255) < 150) count += 1;
      return count;
    });
  await expect.poll(yellow).toBeGreaterThan(50);
  expect(await pixels()).not.toBe(unmarked);

  await page.locator('#page-down').click();
  await expect(picture).toContainText('window centre');
  await page.locator('#close-case').click();
  await expect(shared.getByTestId('shared-screen')).toContainText('Nothing is shown at the moment.');
  expect(await shared.evaluate(() => localStorage.getItem('spineboard.demo.picture'))).toBeNull();
  await shared.close();
});

test('the picture of somebody else is not offered to the shared screen', async ({ page }) => {
  const shared = await share(page);
  await openImages(page, '/demo/images');
  await page.locator(CT_OF_ANOTHER).first().click();
  await expect(page.getByTestId('mismatch-banner')).toBeVisible();
  await expect(page.locator('#show-picture')).toBeDisabled();
  await page.locator(CT).first().click();
  await expect(page.locator('#show-picture')).toBeEnabled();
  await shared.close();
});

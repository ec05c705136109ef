import type { Page } from '@playwright/test';
import { CT, expect, openDemo, openImages, test } from './watch.ts';

/** The demo case with its CT in a pane of its own. */
async function openCt(page: Page): Promise<void> {
  await openDemo(page);
  await openImages(page, '/demo/images');
  await page.locator(CT).click();
  await page.locator('[data-layout=one]').click();
  await expect(page.locator('[data-pane=stack]')).toHaveAttribute('data-slice', /\d+/);
}

/** Clicks places of the pane, in shares of its width and height. */
async function click(page: Page, places: [number, number][]): Promise<void> {
  const box = await page.locator('[data-active=true]').boundingBox();
  if (!box) throw new Error('the pane is not there');
  for (const [x, y] of places) await page.mouse.click(box.x + x * box.width, box.y + y * box.height);
}

test('a length is drawn, shown with its value, chosen, moved, undone, redone and removed', async ({ page }) => {
  await openCt(page);
  await page.getByTestId('measure').selectOption('length');
  await expect(page.locator('.prompt')).toHaveText('Click both ends.');
  await click(page, [[0.4, 0.4], [0.6, 0.5]]);
  const mark = page.locator('[data-kind=length]');
  await expect(mark).toContainText('Length 20 mm');
  await page.locator('#side-marks').click();
  const row = page.getByTestId('marks').locator('li');
  await expect(row).toHaveCount(1);
  await expect(row).toHaveClass(/selected/);

  const handle = mark.locator('.handle').first();
  const before = await handle.getAttribute('cx');
  await handle.hover();
  await page.mouse.down();
  await page.mouse.move(500, 420, { steps: 4 });
  await page.mouse.up();
  await expect(handle).not.toHaveAttribute('cx', before ?? '');

  await page.locator('[data-action=undo]').click();
  await expect(handle).toHaveAttribute('cx', before ?? '');
  await page.locator('[data-pane=stack]').focus();
  await page.keyboard.press('Control+z');
  await expect(mark).toHaveCount(0);
  await page.keyboard.press('Control+y');
  await expect(mark).toHaveCount(1);
  await row.getByRole('button', { name: 'Length', exact: true }).click();
  await page.locator('[data-pane=stack]').focus();
  await page.keyboard.press('Delete');
  await expect(mark).toHaveCount(0);
});

test('canal compromise is proposed as a fact at its level, recorded by the reader, and leads back to its image', async ({ page }) => {
  await openCt(page);
  await page.getByTestId('measure').selectOption('canal_compromise');
  await click(page, [[0.45, 0.45], [0.55, 0.45], [0.55, 0.55], [0.45, 0.55]]);
  await page.locator('[data-pane=stack]').focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('.prompt')).toContainText('what narrows it');
  await click(page, [[0.46, 0.46], [0.54, 0.46], [0.54, 0.5]]);
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-kind=canal_compromise]')).toContainText('Canal compromise 40 %');

  await page.locator('#side-marks').click();
  const list = page.getByTestId('marks');
  await expect(list.getByTestId('proposal-canal_compromise')).toHaveCount(0);
  await list.getByRole('button', { name: 'Level and note of Canal compromise' }).click();
  await page.locator('#mark-level').selectOption('L1');
  const proposal = list.getByTestId('proposal-canal_compromise');
  await expect(proposal).toContainText('Canal compromise: 40 %');
  await proposal.getByRole('button').click();

  await page.locator('#tab-facts').click();
  const field = page.locator('[data-feature=canal_compromise]');
  await field.getByRole('button', { name: /History/ }).click();
  await field.getByTestId('show-image').click();
  await expect(page.locator('[data-kind=canal_compromise]')).toHaveClass(/selected/);
});

test('what is given up leaves nothing', async ({ page }) => {
  await openCt(page);
  await page.locator('[data-pane=stack]').focus();
  await page.keyboard.press('Shift+O');
  await click(page, [[0.4, 0.4], [0.5, 0.4]]);
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('cancel-mark')).toHaveCount(0);
  await expect(page.getByTestId('mark-layer').locator('path')).toHaveCount(0);
});

test('a length is drawn on a plane through the volume, shown on planes through it only, and found again from the list', async ({ page }) => {
  await openCt(page);
  await page.locator('[data-layout=planes]').click();
  const sagittal = page.locator('[data-pane=sagittal]');
  await sagittal.focus();
  await page.getByTestId('measure').selectOption('length');
  await expect(page.getByTestId('measure').locator('option[value=freehand]')).toBeDisabled();
  await click(page, [[0.4, 0.4], [0.6, 0.6]]);
  const shown = page.locator('[data-kind=length]');
  await expect(sagittal.locator('[data-kind=length]')).toHaveCount(1);
  await expect(shown).toHaveCount(1);
  await sagittal.focus();
  for (let step = 0; step < 6; step += 1) await page.keyboard.press('ArrowDown');
  await expect(shown).toHaveCount(0);

  await page.locator('[data-layout=one]').click();
  await expect(page.locator('[data-pane=sagittal]')).toHaveCount(0);
  await page.locator('#side-marks').click();
  const row = page.getByTestId('marks').locator('li');
  await expect(row).toContainText('on a plane through the volume');
  await row.getByRole('button', { name: 'Length', exact: true }).click();
  await expect(page.locator('[data-pane=sagittal] [data-kind=length]')).toHaveClass(/selected/);
  await expect(page.locator('[data-pane=sagittal]')).toHaveAttribute('data-active', 'true');
});

test('a plane that was tilted for a measurement is tilted again when the measurement is looked at', async ({ page }) => {
  await openCt(page);
  await page.locator('[data-layout=planes]').click();
  const [axial, coronal] = [page.locator('[data-pane=axial]'), page.locator('[data-pane=coronal]')];
  await axial.focus();
  await page.locator('[data-action=tilt_left]').click();
  await expect(coronal).toHaveAttribute('data-oblique', 'true');
  await coronal.focus();
  await page.getByTestId('measure').selectOption('length');
  await click(page, [[0.45, 0.4], [0.6, 0.6]]);
  await expect(coronal.locator('[data-kind=length]')).toHaveCount(1);
  await page.locator('[data-action=straighten]').click();
  await expect(coronal).not.toHaveAttribute('data-oblique');
  await expect(coronal.locator('[data-kind=length]')).toHaveCount(0);
  await page.locator('#side-marks').click();
  await page.getByTestId('marks').getByRole('button', { name: 'Length', exact: true }).click();
  await expect(coronal).toHaveAttribute('data-oblique', 'true');
  await expect(coronal.locator('[data-kind=length]')).toHaveCount(1);
});

test('vertebrae are labelled once and seen in every plane of their frame of reference', async ({ page }) => {
  await openCt(page);
  await page.locator('#side-marks').click();
  const labels = page.getByTestId('spine-labels');
  await labels.locator('summary').click();
  await page.locator('#label-anchor').selectOption('stated');
  await page.locator('#label-first').selectOption('L2');
  await page.locator('#label-start').click();
  await expect(page.getByTestId('label-next')).toContainText('L2');
  await click(page, [[0.5, 0.5]]);
  await expect(page.getByTestId('label-next')).toContainText('L1');
  await page.locator('#label-skip').click();
  await expect(page.getByTestId('label-next')).toContainText('T12');
  await page.locator('#label-end').click();
  await expect(page.getByTestId('labelled')).toContainText('Labelled: L2.');
  await expect(page.locator('[data-level=L2]')).toHaveCount(1);
  await page.locator('[data-layout=planes]').click();
  await expect(page.locator('[data-pane=sagittal] [data-level=L2]')).toBeVisible();
  await expect(page.locator('[data-pane=coronal] [data-level=L2]')).toBeVisible();
});

test('an item of the sheet is recorded with the image that is shown', async ({ page }) => {
  await openCt(page);
  await page.locator('#side-sheet').click();
  await page.locator('#sheet-level').selectOption('L1');
  await page.locator('#sheet-lesion_type').selectOption('blastic');
  const item = page.locator('[data-sheet-item=lesion_type]');
  await expect(item.getByRole('button', { name: 'Image' })).toBeVisible();
  await page.locator('#sheet-sins_pain').selectOption('mechanical');
  await expect(page.locator('[data-sheet-item=sins_pain]').getByRole('button', { name: 'Image' })).toHaveCount(0);
});

test('the outline of the canal is proposed at a place and waits for what narrows it', async ({ page }) => {
  await openCt(page);
  await page.getByTestId('propose-canal').click();
  await click(page, [[0.5, 0.5]]);
  await expect(page.locator('.prompt')).toContainText('what narrows it');
  await expect(page.getByTestId('mark-layer').locator('path.drawing')).toHaveCount(1);
});

test('an outline of a model says whose it is, is saved by a person only, and keeps its model', async ({ page }) => {
  await openCt(page);
  const ask = page.locator('[data-outline=lesion]');
  await expect(ask).toHaveText('Propose: lesion (test-outlines-without-meaning)');
  await ask.click();
  await expect(page.locator('.prompt')).toContainText('SpineBoard has not validated this model');
  await click(page, [[0.5, 0.5]]);
  const notice = page.getByTestId('outline-proposed');
  await expect(notice).toContainText('proposed by test-outlines-without-meaning 1.0.0. SpineBoard has not validated this model');
  await expect(page.getByTestId('mark-layer').locator('path.drawing')).toHaveCount(1);
  await page.locator('#side-marks').click();
  const rows = page.getByTestId('marks').locator('li');
  await expect(rows).toHaveCount(0);

  // Taken back, it leaves nothing of the model.
  await page.locator('[data-pane=stack]').focus();
  await page.keyboard.press('Backspace');
  await expect(notice).toHaveCount(0);
  await ask.click();
  await click(page, [[0.5, 0.5]]);
  await page.getByTestId('finish-mark').click();
  await expect(notice).toHaveCount(0);
  await expect(rows).toHaveCount(1);
  await expect(rows.getByTestId('mark-proposed-by')).toHaveText('Outline proposed by the model test-outlines-without-meaning 1.0.0, not validated by SpineBoard.');
});

test('the second outline of a measurement is asked for after the first, and what a person draws names no model', async ({ page }) => {
  await openCt(page);
  await page.locator('[data-outline=canal]').click();
  await click(page, [[0.5, 0.5]]);
  await expect(page.locator('.prompt')).toContainText('what narrows it');
  await expect(page.getByTestId('outline-proposed')).toBeVisible();
  await page.getByTestId('cancel-mark').click();
  await expect(page.getByTestId('outline-proposed')).toHaveCount(0);

  await page.getByTestId('measure').selectOption('length');
  await click(page, [[0.4, 0.4], [0.6, 0.5]]);
  await page.locator('#side-marks').click();
  await expect(page.getByTestId('marks').locator('li')).toHaveCount(1);
  await expect(page.getByTestId('mark-proposed-by')).toHaveCount(0);
});

test('a model is offered on images of its kind only', async ({ page }) => {
  await openCt(page);
  await expect(page.locator('[data-outline]')).toHaveCount(2);
  await page.locator('[data-layout=planes]').click();
  await expect(page.locator('[data-pane=sagittal]')).toBeVisible();
  await expect(page.locator('[data-outline]')).toHaveCount(0);
});

test('measurements and key images leave as DICOM objects, and what is in the way is said', async ({ page }) => {
  await openDemo(page);
  await page.locator('#tab-report').click();
  const objects = page.getByTestId('dicom-objects');
  await expect(objects).toContainText('These files name the patient');
  await page.locator('#objects-write').click();
  await expect(page.getByTestId('objects-written')).toContainText('/demo/spineboard/reports/dicom-objects-');
  await page.locator('#objects-folder').fill('/full');
  await page.locator('#objects-write').click();
  await expect(page.getByTestId('error')).toContainText('3 of the images are not there');
  await expect(page.getByTestId('objects-written')).toHaveCount(0);
});

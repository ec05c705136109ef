import { CT, drag, expect, openDemo, openImages, test } from './watch.ts';

test('what was left out is grouped by reason, with what to do, and long lists are cut', async ({ page }) => {
  await openDemo(page);
  await openImages(page, '/disc.zip');
  const groups = page.getByTestId('left-out');
  await expect(groups.locator('[data-reason]')).toHaveCount(26);
  // What asks for something comes before what was to be expected.
  expect(await groups.locator('h4').allInnerTexts()).toEqual(['Something to do', 'Nothing to do']);
  await expect(groups.locator('[data-reason=not_on_disc]')).toContainText('Copy the whole disc');
  await expect(groups.locator('[data-reason=unsafe_path]')).toContainText('It was refused');
  await expect(page.locator('[data-figure=missing]')).toContainText('3');

  const long = groups.locator('[data-reason=not_dicom]');
  await expect(long.getByRole('listitem')).toHaveCount(0);
  await long.locator('summary').focus();
  await page.keyboard.press('Enter');
  await expect(long.locator('.file')).toHaveCount(50);
  await expect(long.getByTestId('and-more')).toHaveText('and 80 more');
  await long.getByRole('button').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(long.locator('.file')).toHaveCount(130);

  await page.locator('#tab-images').focus();
  await page.keyboard.press('m');
  await expect(long).not.toContainText('IM0001');
});

test('several sources are open together, and an answer adds to what is open unless it is to replace it', async ({ page }) => {
  await openDemo(page);
  await openImages(page, '/clean');
  await expect(page.getByTestId('library-result')).toContainText('Every file that was found was read');
  await page.locator('#pick-file').click();
  await expect(page.getByTestId('image-sources').getByRole('listitem')).toHaveText(['/clean', '/disc.zip']);
  await expect(page.locator('[data-figure=studies]')).toContainText('3');
  await page.locator('#keep-images').uncheck();
  await page.locator('#pick-folder').click();
  await expect(page.getByTestId('image-sources').getByRole('listitem')).toHaveText(['/demo/images']);
});

test('stopping answers at once, keeps what was open, and lets the next reading begin', async ({ page }) => {
  await openDemo(page);
  await openImages(page, '/clean');
  await expect(page.getByTestId('library-result')).toBeVisible();
  await page.locator('#images-path').fill('/slow');
  await page.locator('#open-images').focus();
  await page.keyboard.press('Enter');
  // The keyboard is led from the button that began to the one that stops, and on to the result.
  await expect(page.locator('#cancel-images')).toBeFocused();
  await expect(page.getByTestId('scan-progress')).toContainText('of 134 files read');
  await page.keyboard.press('Enter');
  await expect(page.locator('#cancel-images')).toHaveText('Stopping …', { timeout: 200 });
  await expect(page.getByTestId('error')).toContainText('What was open before is still open');
  await expect(page.getByTestId('scan-progress')).toHaveCount(0);
  await expect(page.getByTestId('library-result')).toContainText('Every file that was found was read');
  await openImages(page, '/demo/images');
  await expect(page.getByTestId('error')).toHaveCount(0);
  await expect(page.getByTestId('rejected')).toContainText('Left out: 2');
});

test('a reading goes on behind other tabs, and its late answer never reaches another case', async ({ page }) => {
  await openDemo(page);
  await openImages(page, '/slow');
  await expect(page.getByTestId('scan-progress')).toBeVisible();
  await page.locator('#tab-facts').click();
  await page.locator('#tab-images').click();
  await expect(page.getByTestId('scan-progress')).toBeVisible();
  await page.locator('#close-case').click();
  await page.locator('#new-case').click();
  for (const [field, text] of [['family-name', 'Example'], ['given-name', 'Ada'], ['patient-id', 'P-77']]) await page.locator(`#${field}`).fill(text!);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('patient-name')).toHaveText('Example, Ada');
  await openImages(page, '/clean');
  await expect(page.getByTestId('image-sources').getByRole('listitem')).toHaveText(['/clean']);
  await expect(page.getByTestId('error')).toHaveCount(0);
});

test('files dropped on any tab are opened; without a case the window says what to do first', async ({ page }) => {
  await page.goto('/?start=open');
  await expect(page.locator('#new-case')).toBeVisible();
  await drag(page, 'dragover');
  await expect(page.getByTestId('drop-overlay')).toContainText('Open or create a case first');
  await drag(page, 'drop', ['disc.zip']);
  await expect(page.getByTestId('drop-overlay')).toHaveCount(0);
  await expect(page.getByTestId('drop-refused')).toContainText('Open or create a case first');

  await openDemo(page);
  await page.locator('#field-albumin').fill('30');
  await drag(page, 'dragover');
  await expect(page.getByTestId('drop-overlay')).toContainText('Drop folders, ZIP files or DICOM files');
  await drag(page, 'dragleave');
  await expect(page.getByTestId('drop-overlay')).toHaveCount(0);
  await drag(page, 'drop', ['disc.zip', 'clean']);
  await expect(page.getByTestId('image-sources').getByRole('listitem')).toHaveText(['/disc.zip', '/clean']);
  // What was being typed is saved, and what is dropped next is added.
  await expect(page.getByTestId('revision')).toHaveText('2');
  await drag(page, 'drop', ['same-exam']);
  await expect(page.getByTestId('image-sources').getByRole('listitem')).toHaveCount(3);
});

test('what is dropped while others are being read is opened after them', async ({ page }) => {
  await openDemo(page);
  await openImages(page, '/slow');
  await expect(page.getByTestId('scan-progress')).toBeVisible();
  await drag(page, 'drop', ['clean']);
  await expect(page.getByTestId('scan-progress')).toContainText('1 more to open afterwards');
  await expect(page.getByTestId('image-sources').getByRole('listitem')).toHaveText(['/slow', '/clean'], { timeout: 40_000 });
});

test('one examination under two patients is asked about, and each study is compared by itself', async ({ page }) => {
  await openDemo(page);
  await openImages(page, '/same-exam');
  const question = page.getByTestId('same-exam');
  await expect(question).toContainText('24 images belong to one examination');
  await expect(question.getByRole('heading')).toContainText('under 2 patients');
  await expect(question.getByRole('columnheader', { name: /Patient number/ })).toContainText('differs');
  await expect(question.getByRole('columnheader', { name: /^Name/ })).toContainText('the same in all images');
  await expect(question.getByRole('row', { name: /^This case/ })).toContainText('SPINEBOARD-DEMO');
  await expect(question.getByRole('row', { name: /^Images, patient 2/ })).toContainText('EXT-99017');
  await expect(page.getByTestId('same-exam-advice')).toContainText('Ask the department');
  await question.getByLabel('Different people').check();
  await expect(page.getByTestId('same-exam-advice')).toContainText('Use only the study of this case');

  await question.locator('[data-look="1"]').click();
  await expect(page.locator('[data-pane=stack]')).toContainText('SPINEBOARD-DEMO');
  await expect(page.getByTestId('mismatch-banner')).toHaveCount(0);
  await page.getByTestId('same-exam-banner').getByRole('button').click();
  await expect(question.getByLabel('Different people')).toBeChecked();
  await question.locator('[data-look="2"]').click();
  await expect(page.locator('[data-pane=stack]')).toContainText('EXT-99017');
  await expect(page.getByTestId('mismatch-banner')).toBeVisible();

  await page.locator('#tab-images').focus();
  await page.keyboard.press('m');
  await page.getByTestId('rejected').click();
  await expect(question).not.toContainText(/EXT-99017|\bDEMO\b|1961/);
  await expect(question.getByRole('columnheader', { name: /Patient number/ })).toContainText('differs');
});

test('an examination under many patients stays a short question', async ({ page }) => {
  await openDemo(page);
  await openImages(page, '/mixed');
  const question = page.getByTestId('same-exam');
  await expect(question.getByRole('heading')).toContainText('under 14 patients');
  await expect(question.getByRole('row', { name: /^Images, patient/ })).toHaveCount(6);
  await page.getByTestId('all-patients').focus();
  await page.keyboard.press('Enter');
  await expect(question.getByRole('row', { name: /^Images, patient/ })).toHaveCount(14);
});

test('an image that cannot be decoded says why, and the others are shown', async ({ page }) => {
  await openDemo(page);
  await openImages(page, '/damaged');
  await page.locator(CT).click();
  const failure = page.getByTestId('frame-failure');
  const pane = page.locator('[data-pane=stack]');
  await expect(pane).toHaveAttribute('data-slice', '12');
  await expect(failure).toContainText('Image 13 cannot be shown');
  await expect(failure).toContainText('Reading took too long');
  await expect(pane.getByTestId('blank-frames')).toContainText('2 of 24 images cannot be decoded');
  await pane.focus();
  await page.keyboard.press('k');
  await expect(page.getByTestId('key-image-marked')).toHaveCount(0);
  await failure.getByText('Image 13 cannot be shown').hover({ force: true });
  await page.mouse.wheel(0, 100);
  await expect(pane).toHaveAttribute('data-slice', '13');
  await expect(failure).toHaveCount(0);
  await page.keyboard.press('ArrowDown');
  await expect(failure).toContainText('The image reader broke down at this file');
  await failure.getByRole('button').click();
  await expect(failure).toBeVisible();
  await pane.focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await failure.getByRole('button').focus();
  await page.keyboard.press('Enter');
  await expect(failure).toHaveCount(0);
  await expect(pane).toHaveAttribute('data-slice', '12');
  await expect(pane.getByTestId('blank-frames')).toContainText('1 of 24 images cannot be decoded');
});

test('10,000 files leave the window as quick as it was', async ({ page }) => {
  await openDemo(page);
  await openImages(page, '/large');
  await expect(page.locator('[data-figure=files]')).toContainText('10 000');
  const tree = page.getByTestId('study-tree');
  // Folded, and cut: what a library holds does not decide how much there is to draw.
  await expect(tree.locator('[data-stack]')).toHaveCount(0);
  await tree.locator('[data-study="2.25.5000.0"]').focus();
  await page.keyboard.press('Enter');
  await expect(tree.locator('[data-stack]')).toHaveCount(59);
  await expect(tree.getByTestId('and-more').first()).toHaveText('and 2 970 more');
  await page.locator('[data-reason=truncated] summary').click();
  await expect(page.locator('[data-reason=truncated] .file')).toHaveCount(50);
  expect(await page.locator('*').count()).toBeLessThan(2500);
});

test('copies without identity ask about text in the pictures before anything is written', async ({ page }) => {
  await openDemo(page);
  await page.locator('#tab-report').click();
  await expect(page.locator('#deidentified-images')).toBeDisabled();
  await openImages(page, '/demo/images');
  await page.locator(CT).click();
  await expect(page.locator('[data-pane=stack]')).toBeVisible();
  await page.locator('#tab-report').click();
  await expect(page.locator('#export-deidentified')).toBeDisabled();
  await page.locator('#deidentified-folder').fill('/copies');
  await page.locator('#export-deidentified').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('burned-in')).toContainText('may have text in the picture itself: 2');
  await expect(page.getByTestId('burned-in')).toContainText('SC/IM0003');
  await expect(page.getByTestId('deidentified-written')).toHaveCount(0);
  await expect(page.locator('#export-deidentified')).toBeDisabled();
  await page.locator('#burned-in-confirmed').focus();
  await page.keyboard.press('Space');
  await page.locator('#export-deidentified').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('deidentified-written')).toContainText('43 files written, 42 of them images');
  await expect(page.getByTestId('deidentified-written')).toContainText('searched for the 14 values');
  await expect(page.locator('[data-code=burned_in_possible]')).toContainText('images/1/0003.dcm');
  await expect(page.locator('[data-code=left_out]')).toContainText('US/IM0001');

  // Another folder is another question; a refusal is said in words and leaves no result on the screen.
  await page.locator('#deidentified-images').uncheck();
  for (const [folder, code] of [['/leak', 'identity_found'], ['/full', 'folder_not_empty']]) {
    await page.locator('#deidentified-folder').fill(folder!);
    await expect(page.getByTestId('deidentified-written')).toHaveCount(0);
    await page.locator('#export-deidentified').click();
    await expect(page.getByTestId('error')).toHaveAttribute('data-code', code!);
  }
});

test('a name without a break stays inside the side of the images and the head of the window', async ({ page }) => {
  await openDemo(page);
  await openImages(page, '/unbroken');
  await page.locator('[data-stack]').first().click();
  await expect(page.getByTestId('mismatch-banner')).toBeVisible();
  const wider = await page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll('main *')]
      .filter((element) => element.scrollWidth > element.clientWidth + 1 && ['auto', 'scroll'].includes(getComputedStyle(element).overflowX))
      .map((element) => `${element.tagName}.${element.className}`),
  );
  expect(wider).toEqual([]);
});

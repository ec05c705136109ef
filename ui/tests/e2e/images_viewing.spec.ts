import type { Locator, Page } from '@playwright/test';
import { KEYS } from '../../src/viewer/keys.ts';
import { CT, CT_OF_ANOTHER, expect, openDemo, openImages, test } from './watch.ts';

const NOW = { localizer: '2.25.600.1.1', t2: '2.25.600.2.1', t1: '2.25.600.3.1', axial: '2.25.600.4.1' };
const THEN = { t2: '2.25.601.2.1', axial: '2.25.601.4.1' };

const pane = (page: Page, number: number): Locator => page.locator(`[data-pane-number="${number}"]`);
const slice = (page: Page, number: number): Promise<number> => pane(page, number).getAttribute('data-slice').then(Number);

async function openStack(page: Page, path: string, stack: string): Promise<void> {
  await openDemo(page);
  await openImages(page, path);
  await page.locator(stack.startsWith('[') ? stack : `[data-stack="${stack}"]`).click();
  await expect(page.locator('[data-active] canvas')).toBeVisible();
  await expect(page.locator('[data-active]')).toHaveAttribute('data-slice', /\d/);
}

/** How many greys a part of a pane shows: 1 is a blank picture. */
function greys(page: Page, number: number): Promise<number> {
  return page.evaluate((wanted) => {
    const canvas = document.querySelector<HTMLCanvasElement>(`[data-pane-number="${wanted}"] canvas`)!;
    const context = canvas.getContext('2d')!;
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(data.filter((_, index) => index % 4 === 0)).size;
  }, number);
}

/** The mean grey of a pane's picture, 0 to 255. */
function brightness(page: Page, number: number): Promise<number> {
  return page.evaluate((wanted) => {
    const canvas = document.querySelector<HTMLCanvasElement>(`[data-pane-number="${wanted}"] canvas`)!;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    let sum = 0;
    for (let index = 0; index < data.length; index += 4) sum += data[index]!;
    return sum / (data.length / 4);
  }, number);
}

test('a spine CT opens as sagittal reformat and axial slices, with the line of one in the other', async ({ page }) => {
  await openStack(page, '/demo/images', CT);
  await expect(page.locator('[data-pane]')).toHaveCount(2);
  await expect(pane(page, 1)).toHaveAttribute('data-pane', 'sagittal');
  await expect(pane(page, 2)).toHaveAttribute('data-pane', 'stack');
  await expect(pane(page, 2)).toHaveAttribute('data-active', 'true');
  await expect.poll(() => greys(page, 1)).toBeGreaterThan(3);
  await expect(pane(page, 1).locator('[data-reference-line]')).toBeVisible();
  await expect(pane(page, 1)).toContainText('Sagittal reformat');
  await pane(page, 1).focus();
  await page.keyboard.press('k');
  await expect(page.getByTestId('key-image-marked')).toHaveCount(0);
  await expect(page.locator('[data-action=key_image]')).toBeDisabled();
});

test('an MR opens with its prior beside it, view by view, and each pane names its own study', async ({ page }) => {
  await openStack(page, '/prior', NOW.t2);
  await expect(page.locator('[data-viewer-layout=four]')).toBeVisible();
  for (const [number, words] of [[1, '2 Mar 2026'], [2, '8 Sept 2025'], [3, 'T2 TSE AX'], [4, '8 Sept 2025']] as const) await expect(pane(page, number)).toContainText(words);
  await expect(page.getByTestId('earlier-study')).toHaveCount(2);
  await expect(pane(page, 2).getByTestId('earlier-study')).toBeVisible();
  for (const number of [1, 2, 3, 4]) await expect(pane(page, number)).toContainText('SPINEBOARD-DEMO');
  // Both studies were looked at, so both belong to the case.
  await expect(page.getByTestId('revision')).toHaveText('3');
});

test('panes of one frame of reference scroll together, others after an anchor, and each says so', async ({ page }) => {
  await openStack(page, '/prior', NOW.t2);
  await page.locator(`[data-thumbnail="${NOW.t1}"]`).waitFor();
  await pane(page, 3).focus();
  await page.locator(`[data-thumbnail="${NOW.t1}"]`).focus();
  await page.keyboard.press('Enter');
  await expect(pane(page, 3)).toContainText('T1 TSE SAG');
  await pane(page, 1).focus();
  await expect(pane(page, 3).getByTestId('link-note')).toHaveText('Linked');
  await expect(pane(page, 2).getByTestId('link-note')).toHaveText('Not linked: another coordinate system');
  await page.keyboard.press('End');
  await expect(pane(page, 1)).toHaveAttribute('data-slice', '16');
  await expect(pane(page, 3)).toHaveAttribute('data-slice', '16');
  await expect(pane(page, 2)).toHaveAttribute('data-slice', '8');

  await page.keyboard.press('l');
  await expect(page.locator('[data-action=link]')).toHaveAttribute('aria-pressed', 'false');
  await page.keyboard.press('Home');
  await expect(pane(page, 1)).toHaveAttribute('data-slice', '0');
  await expect(pane(page, 3)).toHaveAttribute('data-slice', '16');
  await page.keyboard.press('l');
  await expect(pane(page, 3)).toHaveAttribute('data-slice', '0');

  // Slice 0 now is slice 2 of the prior, which lies 4.4 mm times 2 further to the right.
  await page.keyboard.press('a');
  await expect(pane(page, 1).getByTestId('anchor-pending')).toBeVisible();
  await pane(page, 2).focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(pane(page, 2)).toHaveAttribute('data-slice', '2');
  await page.keyboard.press('a');
  await pane(page, 1).focus();
  await expect(pane(page, 2).getByTestId('link-note')).toContainText('Linked by anchor');
  await expect(pane(page, 2).getByTestId('link-note')).toContainText('8.8 mm');
  await page.keyboard.press('PageDown');
  await expect(pane(page, 1)).toHaveAttribute('data-slice', '5');
  await expect(pane(page, 2)).toHaveAttribute('data-slice', '7');
  await page.getByTestId('forget-anchors').click();
  await expect(pane(page, 2).getByTestId('link-note')).toContainText('Not linked');
  // The axial slices of then have no anchor of their own, and what cannot be anchored is said.
  await pane(page, 1).focus();
  await page.keyboard.press('a');
  await pane(page, 4).focus();
  await page.keyboard.press('a');
  await expect(pane(page, 4).getByTestId('anchor-problem')).toContainText('not parallel');
});

test('the crosshair takes the other panes to the place that is pointed at', async ({ page }) => {
  await openStack(page, '/prior', NOW.t2);
  await pane(page, 1).focus();
  await page.keyboard.press('c');
  const before = await slice(page, 3);
  const box = (await pane(page, 1).boundingBox())!;
  await page.mouse.click(box.x + box.width / 2, box.y + box.height * 0.3);
  await expect.poll(() => slice(page, 3)).toBeGreaterThan(before);
  await expect(pane(page, 4)).toHaveAttribute('data-slice', String(before));
});

test('other layouts come from the menu, panes keep what they show, and one pane is enlarged and back', async ({ page }) => {
  await openStack(page, '/demo/images', CT);
  await page.locator('[data-layout=six]').click();
  await expect(page.locator('[data-pane]')).toHaveCount(6);
  await expect(page.locator('[data-pane=empty]')).toHaveCount(4);
  await page.locator('[data-layout=one]').click();
  await expect(page.locator('[data-pane]')).toHaveCount(1);
  // The active pane is the one that stays.
  await expect(page.locator('[data-pane]')).toHaveAttribute('data-pane', 'stack');
  await page.locator('[data-layout=two]').click();
  await expect(pane(page, 1)).toHaveAttribute('data-pane', 'sagittal');
  await pane(page, 2).focus();
  await page.keyboard.press('Home');
  await expect(pane(page, 2)).toHaveAttribute('data-slice', '0');
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-pane]')).toHaveCount(1);
  await expect(page.locator('[data-pane]')).toHaveAttribute('data-slice', '0');
  await expect(page.locator('[data-pane]')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-pane]')).toHaveCount(2);
  await page.keyboard.press('[');
  await expect(pane(page, 1)).toBeFocused();
  await expect(pane(page, 1)).toHaveAttribute('data-active', 'true');

  // What stands in the panes is still there after another tab was looked at.
  await page.locator('#tab-facts').click();
  await page.locator('#tab-images').click();
  await expect(pane(page, 1)).toHaveAttribute('data-pane', 'sagittal');
  await expect(pane(page, 2)).toHaveAttribute('data-pane', 'stack');
});

test('three planes tilt, thicken and go straight again by keys', async ({ page }) => {
  await openStack(page, '/prior', NOW.t2);
  await pane(page, 1).focus();
  await page.keyboard.press('p');
  await expect(page.locator('[data-viewer-layout=planes]')).toBeVisible();
  await expect(page.locator('[data-pane=coronal]')).toHaveAttribute('data-slice', /\d/);
  await page.keyboard.press('e');
  await expect(page.locator('[data-oblique]')).toHaveCount(2);
  await expect(page.locator('[data-pane=axial]')).toContainText('Axial reformat, tilted');
  await page.keyboard.press('f');
  await expect(page.locator('[data-oblique]')).toHaveCount(2);
  await page.keyboard.press('o');
  await expect(page.locator('[data-oblique]')).toHaveCount(0);

  const thin = await brightness(page, 2);
  await page.getByTestId('slab').selectOption('20');
  await expect(page.locator('[data-slab="20"]')).toHaveCount(3);
  await expect.poll(() => brightness(page, 2)).toBeGreaterThan(thin + 0.5);
  await page.getByTestId('blend').selectOption('minimum');
  await expect.poll(() => brightness(page, 2)).toBeLessThan(thin);
  await expect(page.locator('[data-pane=axial]')).toContainText('20 mm, minimum');
  await pane(page, 1).focus();
  await page.keyboard.press('s');
  await expect(page.locator('[data-slab="0"]')).toHaveCount(3);
  await page.keyboard.press('p');
  await expect(page.locator('[data-viewer-layout=four]')).toBeVisible();
  await expect(pane(page, 1)).toHaveAttribute('data-pane', 'stack');
});

test('a picture is inverted, turned and windowed by keys and by buttons with names', async ({ page }) => {
  await openStack(page, '/demo/images', CT);
  await pane(page, 2).focus();
  await expect.poll(() => greys(page, 2)).toBeGreaterThan(3);
  const dark = await brightness(page, 2);
  await page.keyboard.press('i');
  await expect(pane(page, 2)).toContainText('Inverted');
  await expect.poll(() => brightness(page, 2)).toBeGreaterThan(dark + 50);
  await page.getByRole('button', { name: 'Exchange black and white' }).click();
  await expect.poll(() => brightness(page, 2)).toBeCloseTo(dark, 0);
  const edges = pane(page, 2).locator('.edge');
  await expect(edges).toHaveText(['R', 'L', 'A', 'P']);
  await pane(page, 2).focus();
  await page.keyboard.press('r');
  await expect(edges).toHaveText(['P', 'A', 'R', 'L']);
  await page.keyboard.press('ArrowDown');
  await expect(edges).toHaveText(['P', 'A', 'R', 'L']);
  await page.keyboard.press('f');
  await expect(edges).toHaveText(['P', 'A', 'R', 'L']);
  await page.keyboard.press('4');
  await expect(pane(page, 2)).toContainText('C -600 W 1500');
  await page.getByTestId('window-preset').selectOption({ label: '2 · Bone' });
  await expect(pane(page, 2)).toContainText('C 400 W 1800');
});

test('every key is on the list, which takes the keyboard and gives it back', async ({ page }) => {
  await openStack(page, '/demo/images', CT);
  await pane(page, 2).focus();
  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog', { name: 'Keys of the viewer' });
  await expect(dialog).toBeVisible();
  await expect(dialog.locator('[data-key]')).toHaveCount(Object.keys(KEYS).length);
  await expect(dialog.getByRole('button', { name: 'Close' })).toBeFocused();
  await page.keyboard.press('i');
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(pane(page, 2)).toBeFocused();
  await expect(pane(page, 2)).not.toContainText('Inverted');
});

test('masking takes the identity off every pane and every small picture', async ({ page }) => {
  await openStack(page, '/prior', NOW.t2);
  await expect(page.locator('[data-thumbnail]').first()).toBeVisible();
  await expect(page.getByTestId('thumbnails')).not.toContainText('SPINEBOARD-DEMO');
  await pane(page, 1).focus();
  await page.keyboard.press('m');
  for (const number of [1, 2, 3, 4]) {
    await expect(pane(page, number)).not.toContainText('SPINEBOARD-DEMO');
    await expect(pane(page, number)).not.toContainText('1961');
  }
  const said = await page.locator('main').evaluate((main) =>
    [main.textContent, document.title, ...[...main.querySelectorAll('*')].flatMap((element) => ['title', 'aria-label'].map((name) => element.getAttribute(name) ?? ''))].join(' '),
  );
  expect(said).not.toMatch(/SPINEBOARD-DEMO|DEMO, Synthetic|14 May 1961|SYN-0002|Example, Other/);
  await page.keyboard.press('m');
  await expect(pane(page, 4)).toContainText('SPINEBOARD-DEMO');
});

test('a study of another patient is put beside by hand only, under its own name and with the alarm', async ({ page }) => {
  await openStack(page, '/demo/images', CT);
  await expect(page.getByTestId('mismatch-banner')).toHaveCount(0);
  await page.locator(CT_OF_ANOTHER).click();
  await expect(page.locator('[data-active]')).toContainText('SYN-0002');
  for (const number of [1, 2]) await expect(pane(page, number)).not.toContainText('SPINEBOARD-DEMO');
  await expect(page.getByTestId('mismatch-banner')).toBeVisible();
});

test('small pictures show what a stack holds and are dragged into a pane', async ({ page }) => {
  await openStack(page, '/prior', NOW.t2);
  const small = page.locator(`[data-thumbnail="${THEN.axial}"]`);
  await small.scrollIntoViewIfNeeded();
  await expect
    .poll(() => small.locator('canvas').evaluate((canvas: HTMLCanvasElement) => new Set(canvas.getContext('2d')!.getImageData(0, 0, 96, 96).data).size))
    .toBeGreaterThan(3);
  await expect(small).toHaveAccessibleName(/MR T2 TSE AX, images: 20, .* shown in pane 4/);
  const to = (await pane(page, 1).boundingBox())!;
  await small.hover();
  await page.mouse.down();
  await page.mouse.move(to.x + 100, to.y + 100, { steps: 4 });
  await page.mouse.up();
  await expect(pane(page, 1)).toContainText('8 Sept 2025');
  await expect(pane(page, 1)).toHaveAttribute('data-active', 'true');
  await expect(small).toHaveAccessibleName(/shown in pane 1, 4/);
  await page.locator('[data-action=thumbnails]').click();
  await expect(page.getByTestId('thumbnails')).toHaveCount(0);
  await pane(page, 1).focus();
  await page.keyboard.press('t');
  await expect(page.getByTestId('thumbnails')).toBeVisible();
});

test('a stack in the tree goes into the active pane of its study, and gaps are said on the pane', async ({ page }) => {
  await openStack(page, '/prior', NOW.t2);
  await pane(page, 3).focus();
  await page.locator(`[data-stack="${NOW.localizer}"]`).click();
  await expect(pane(page, 3)).toContainText('LOCALIZER');
  await expect(pane(page, 1)).toContainText('T2 TSE SAG');

  await openImages(page, '/uneven');
  await page.locator('[data-stack^="2.25.700"]').click();
  await expect(page.locator('[data-active]')).toContainText('slices are missing: a gap of 8 mm where 2 mm is usual');
  await expect(page.locator('[data-active]')).toContainText('1 images lie where another one lies');
  await expect(page.locator('[data-layout=planes]')).toBeDisabled();
});

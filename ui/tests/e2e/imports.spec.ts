import { violationsOf } from './axe.ts';
import { cutText, expect, openDemo, rawKeys, test } from './watch.ts';

type Page = Parameters<typeof rawKeys>[0];

/** The recorded table, read and waiting for two answers. */
async function columns(page: Page): Promise<void> {
  await page.goto('/?start=open');
  await page.locator('#import-table').click();
  await page.locator('#import-choose').click();
  await page.locator('#import-read').click();
  await expect(page.getByTestId('import-columns')).toBeVisible();
}

async function answered(page: Page): Promise<void> {
  await columns(page);
  const row = (heading: string) => page.locator(`tr[data-column="${heading}"]`);
  await row('Collected').getByLabel(/Collected/).last().selectOption('day_month_year');
  await row('CRP').getByLabel(/CRP/).last().selectOption('mg/L');
  await page.locator('#import-look').click();
  await expect(page.getByTestId('import-preview')).toBeVisible();
}

test('what may not be guessed is asked, then there is a preview, an import, and a way back', async ({ page }) => {
  await columns(page);
  await expect(page.locator('#import-look')).toBeDisabled();
  const questions = page.getByTestId('import-questions');
  await expect(questions).toContainText('Collected: In which order do day and month stand?');
  await expect(questions).toContainText('CRP: In which unit are the values?');
  await expect(page.locator('tr[data-column="Ward"]').getByRole('combobox').first()).toHaveValue('ignored');
  await expect(page.locator('tr[data-column="Sex"] details')).toContainText('diverse (1)');

  await answered(page);
  const state = (patient: string) => page.locator(`tr[data-patient="${patient}"]`);
  await expect(state('P-4711')).toContainText('held back until confirmed');
  await expect(state('900177')).toContainText('new case');
  const findings = page.getByTestId('import-preview').locator('li');
  await expect(findings.filter({ hasText: 'the table “Halloran”' })).toHaveCount(1);
  await expect(findings.filter({ hasText: 'did you mean g/dL?' })).toHaveCount(1);
  await expect(findings.filter({ hasText: '“pending” is no number' })).toContainText('value left out');

  await state('P-4711').getByRole('checkbox').check();
  await expect(state('P-4711')).toContainText('known case');
  await page.locator('#import-run').click();
  await expect(page.getByTestId('import-done')).toContainText('2 new cases, 1 changed cases');

  const history = page.getByTestId('import-history');
  await history.locator('[data-take=ask]').click();
  await expect(history).toContainText('Really take it back?');
  await history.locator('[data-take=yes]').click();
  await expect(page.getByTestId('import-taken-back')).toContainText('As before: 1 cases. Out of the list: 2 cases');
  await expect(history).toContainText('taken back on');
});

test('a file that is no table says what to do, and the same table twice is said', async ({ page }) => {
  await page.goto('/?start=open');
  await page.locator('#import-table').click();
  await page.locator('#import-path').fill('/demo/letter.pdf');
  await page.locator('#import-read').click();
  await expect(page.getByTestId('error')).toContainText('This is a PDF and not a table.');
  await answered(page);
  await page.locator('#import-run').click();
  await page.locator('#import-other').click();
  await page.locator('#import-choose').click();
  await page.locator('#import-read').click();
  await expect(page.getByTestId('import-earlier')).toContainText('The same content was imported on');
});

test('a mapping is kept by name and chosen for the next table', async ({ page }) => {
  await columns(page);
  await page.locator('#import-kind').selectOption('outcomes');
  await page.locator('#import-name').fill('Ward list');
  await page.locator('#import-save').click();
  await page.locator('#import-other').click();
  await page.locator('#import-choose').click();
  await page.locator('#import-read').click();
  await expect(page.locator('#import-kind')).toHaveValue('cases');
  await page.locator('#import-saved').selectOption('Ward list');
  await expect(page.locator('#import-kind')).toHaveValue('outcomes');
});

test('a laboratory table is pasted into the open case by keyboard', async ({ page }) => {
  await openDemo(page);
  await page.locator('#paste-laboratory').focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByTestId('paste-laboratory');
  await expect(dialog).toContainText('Check that they are of this patient');
  await page.locator('#paste-text').fill('Hb\t10,9\tg/dl');
  await page.locator('#paste-read').press('Enter');
  await expect(page.getByTestId('import-questions')).toContainText('on which day were these values taken?');
  await page.locator('#import-day').fill('11 Mar 2026');
  await page.locator('#import-day').press('Tab');
  await expect(page.locator('#import-look')).toBeEnabled();
  await page.locator('#import-look').press('Enter');
  await expect(page.getByTestId('import-preview')).toContainText('“<80” is a bound and no value.');
  await page.locator('#import-run').press('Enter');
  await expect(dialog).toBeHidden();
  await expect(page.locator('#field-c_reactive_protein')).toHaveValue('12');
});

for (const [theme, locale] of [
  ['light', 'en-GB'],
  ['dark', 'de-DE'],
] as const) {
  test.describe(`${theme}, ${locale}`, () => {
    test.use({ colorScheme: theme, locale });

    test('every step is readable for everybody and says all in words', async ({ page }) => {
      await columns(page);
      expect(await violationsOf(page)).toEqual([]);
      expect(await rawKeys(page)).toEqual([]);
      expect(await cutText(page)).toEqual([]);
      await answered(page);
      expect(await violationsOf(page)).toEqual([]);
      expect(await rawKeys(page)).toEqual([]);
      expect(await cutText(page)).toEqual([]);
    });
  });
}

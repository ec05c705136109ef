// The board's decision from the first word to the outcome: written, hindered, signed in spite of findings, locked, added to,
// carried out otherwise, and followed up.
import type { Locator, Page } from '@playwright/test';
import { violationsOf } from './axe.ts';
import { cutText, expect, rawKeys, test } from './watch.ts';

const NOW = new Date('2026-03-12T10:00:00Z');
/** Long enough ago that every follow-up was due. */
const DISCUSSED = '2025-01-15';
const SECRET = '24681357';

/** `&replaced` brings a finding that a signature has to have seen. */
async function openDecision(page: Page, marks = ''): Promise<void> {
  await page.clock.setFixedTime(NOW);
  await page.goto(`/?start=open&demo${marks}`);
  await page.locator('#tab-decision').click();
  await expect(page.getByTestId('decision')).toBeVisible();
}

/** The row of somebody in the list of positions. */
const rowOf = (page: Page, name: string): Locator => page.getByTestId('positions').locator('li').filter({ hasText: name });

async function writeDecision(page: Page): Promise<void> {
  await page.locator('#decision-stereotactic').check();
  await page.locator('#decision-levels [data-level=T12]').click();
  await page.locator('#decision-dose').fill('24');
  await page.locator('#decision-fractions').fill('2');
  await page.locator('#decision-rationale').fill('Oligometastatic, stable, radioresistant tumour.');
  await page.locator('#decision-evidence').selectOption('consensus');
  await page.locator('#decision-day').fill(DISCUSSED);
  await rowOf(page, 'Ferrand').locator('input[value=agrees]').check();
  await rowOf(page, 'Yıldız').locator('input[value=dissents]').check();
  await rowOf(page, 'Yıldız').locator('select').selectOption('surgery_with_radiotherapy');
  await rowOf(page, 'Yıldız').locator('textarea').first().fill('Whether the collapse progresses.');
  await page.locator('#action-add').click();
  await page.locator('#action-what-0').fill('Planning CT');
  await page.locator('#action-owner-0').fill('Radiation oncology');
  await page.locator('#action-due-0').fill('2025-01-20');
}

async function sign(page: Page): Promise<void> {
  await page.locator('#decision-sign').click();
  const dialog = page.getByTestId('sign-dialog');
  await expect(dialog).toBeVisible();
  for (const box of await dialog.getByRole('checkbox').all()) await box.check();
  await page.locator('#sign-secret').fill(SECRET);
  await page.locator('#sign-now').click();
  await expect(page.getByTestId('signed-decision')).toBeVisible();
}

test('a decision is written, signed in spite of findings, added to, carried out otherwise and followed up', async ({ page }) => {
  await openDecision(page, '&replaced');

  await test.step('what hinders the signature is named', async () => {
    await expect(page.getByTestId('decision-question')).toContainText('radiotherapy alone');
    await page.locator('#decision-stereotactic').check();
    await expect(page.getByTestId('decision-state')).toHaveText('Not saved yet');
    await page.locator('#decision-sign').click();
    await expect(page.getByTestId('hindrance')).toHaveAttribute('data-code', 'decision_no_rationale');
    await expect(page.getByTestId('sign-dialog')).toHaveCount(0);
    await writeDecision(page);
    await rowOf(page, 'Yıldız').locator('textarea').first().fill('');
    await page.locator('#decision-save').click();
    await expect(page.getByTestId('hindrance')).toHaveAttribute('data-code', 'decision_dissent_without_reason');
    await rowOf(page, 'Yıldız').locator('textarea').first().fill('Whether the collapse progresses.');
  });

  await test.step('what is typed outlives a change of the tab', async () => {
    await page.locator('#tab-facts').click();
    await page.locator('#tab-decision').click();
    await expect(page.getByTestId('decision-state')).toHaveText('Not saved yet');
    await expect(rowOf(page, 'Yıldız').locator('textarea').first()).toHaveValue('Whether the collapse progresses.');
  });

  await test.step('open findings and a wrong secret are said in the dialog', async () => {
    await page.locator('#decision-sign').click();
    const dialog = page.getByTestId('sign-dialog');
    await expect(dialog).toContainText('24 Gy in 2 fractions');
    await expect(dialog.getByTestId('open-findings').getByRole('checkbox')).toHaveCount(1);
    await page.locator('#sign-secret').fill('00000000');
    await page.locator('#sign-now').click();
    await expect(dialog.getByTestId('error')).toHaveAttribute('data-code', 'wrong_secret');
    await expect(page.locator('#sign-secret')).toHaveValue('');
    await page.locator('#sign-secret').fill(SECRET);
    await page.locator('#sign-now').click();
    await expect(dialog.getByTestId('error')).toHaveAttribute('data-code', 'findings_open');
    await dialog.getByRole('checkbox').check();
    await page.locator('#sign-secret').fill(SECRET);
    await page.locator('#sign-now').click();
  });

  await test.step('it is locked, with name, hash and the forecast of that day', async () => {
    const sheet = page.getByTestId('signed-decision');
    await expect(sheet).toContainText('Prof. Dr. Amélie Ferrand');
    await expect(sheet.getByTestId('seal-hash').locator('span')).toHaveCount(8);
    await expect(sheet.getByTestId('sealed-forecast')).toContainText('alive at 3 months');
    await expect(sheet).toContainText('Signed in spite of');
    await expect(page.getByTestId('decision-form')).toHaveCount(0);
    await expect(sheet.getByRole('textbox')).toHaveCount(0);
  });

  await test.step('an addendum takes its place above, and what was signed stays', async () => {
    await page.locator('#addendum-open').click();
    await page.locator('#addendum-save').click();
    await expect(page.getByTestId('addendum-form').getByTestId('error')).toHaveAttribute('data-code', 'addendum_empty');
    await page.locator('#addendum-text').fill('Progress on MRI of the week after.');
    await page.locator('#addendum-changes').check();
    await page.locator('#addendum-surgery_with_radiotherapy').check();
    // A look at the facts takes nothing away of what is typed.
    await page.locator('#tab-facts').click();
    await page.locator('#tab-decision').click();
    await expect(page.locator('#addendum-text')).toHaveValue('Progress on MRI of the week after.');
    await expect(page.locator('#addendum-surgery_with_radiotherapy')).toBeChecked();
    await page.locator('#addendum-save').click();
    await expect(page.getByTestId('addenda').locator('[data-version="2"]')).toContainText('Progress on MRI');
    await expect(page.locator('#signed-title')).toHaveText('Surgery with radiotherapy');
    await expect(page.getByTestId('signed-decision')).toContainText('Signed was: Stereotactic radiotherapy');
  });

  await test.step('an action is done, and the recommendation was carried out otherwise for a coded reason', async () => {
    await page.getByTestId('action-list').getByRole('checkbox').check();
    await expect(page.getByTestId('action-list').getByRole('textbox')).toHaveValue('12 Mar 2026');
    await page.locator('#carried-changed').check();
    const reasons = page.locator('#carried-reason option');
    await expect(reasons.filter({ hasText: 'At the patient' })).toHaveCount(1);
    await expect(reasons.filter({ hasText: 'remission' })).toHaveCount(0);
    await page.locator('#carried-save').click();
    await expect(page.getByTestId('carried-out').getByTestId('error')).toHaveAttribute('data-code', 'reason_of_deviation');
    await expect(page.locator('#carried-source')).toContainText('mii-vs-mtb-therapiestatusgrund|2026.0.1');
    await page.locator('#carried-reason').selectOption('patient-wish');
    await page.locator('#carried-save').click();
    await expect(page.getByTestId('carried-out').locator('[data-state=changed]')).toContainText("At the patient's wish");
  });

  await test.step('the follow-ups that are due become an outcome beside the forecast', async () => {
    await page.locator('#tab-follow_up').click();
    await expect(page.getByTestId('due-list').locator('[data-months="3"]')).toHaveAttribute('data-state', 'overdue');
    await page.locator('#follow-up-save').click();
    await expect(page.locator('#follow-up-day')).toBeFocused();
    await page.locator('#follow-up-day').fill('2025-07-01');
    await page.locator('#vital-alive').check();
    await page.locator('#follow-up-pain').selectOption('3');
    await page.locator('#no-complication').check();
    await page.locator('#follow-up-save').click();
    const outcome = page.getByTestId('outcome-beside');
    await expect(outcome.locator('[data-months="3"] td').last()).toHaveText('alive');
    await expect(outcome.locator('[data-months="6"] td').last()).toContainText('not known; alive on 1 Jul 2025');
    await expect(outcome.locator('[data-months="3"] td').first()).toHaveText(/^\d+ of 100 \(\d+ to \d+\)$/);
    await page.locator('#follow-up-day').fill('2025-09-20');
    await page.locator('#vital-died').check();
    await page.locator('#died-on').fill('2025-06-01');
    await page.locator('#follow-up-save').click();
    await expect(page.getByTestId('follow-up-form').getByTestId('error')).toHaveAttribute('data-code', 'follow_up_alive_after_death');
    await page.locator('#died-on').fill('2025-09-15');
    await page.locator('#follow-up-save').click();
    await expect(outcome.locator('[data-months="6"] td').last()).toHaveText('alive');
    await expect(outcome.locator('[data-months="12"] td').last()).toHaveText('died after 8.0 months');
    await expect(page.getByTestId('due-list').locator('[data-months="12"]')).toHaveAttribute('data-state', 'answered');
  });

  await test.step('an entry made by mistake is corrected and taken away', async () => {
    const list = page.getByTestId('recorded-follow-ups');
    await list.getByRole('button', { name: /^Correct the follow-up of 20 Sep/ }).click();
    await expect(page.locator('#died-on')).not.toHaveValue('');
    await page.locator('#follow-up-discard').click();
    await list.getByRole('button', { name: /^Remove the follow-up of 20 Sep/ }).click();
    await page.locator('#follow-up-remove-yes').click();
    await expect(page.getByTestId('outcome-beside').locator('[data-months="12"] td').last()).toContainText('not known');
  });
});

test('two people who write at once see both versions, and neither loses anything', async ({ page }) => {
  await openDecision(page, '&colleague');
  await writeDecision(page);
  await page.locator('#decision-save').click();
  const other = page.getByTestId('other-version');
  await expect(other).toContainText('Written at another desk meanwhile.');
  await expect(other).toContainText('Kaan Yıldız');
  await expect(page.locator('#decision-rationale')).toHaveValue('Oligometastatic, stable, radioresistant tumour.');
  await page.locator('#keep-mine').click();
  await page.locator('#decision-save').click();
  await expect(page.getByTestId('decision-state')).toHaveText('Draft saved; not signed');
  await expect(page.locator('#decision-stereotactic')).toBeChecked();

  await openDecision(page, '&colleague');
  await writeDecision(page);
  await page.locator('#decision-save').click();
  await page.locator('#take-theirs').click();
  await expect(page.locator('#decision-supportive')).toBeChecked();
  await expect(page.locator('#decision-rationale')).toHaveValue('Written at another desk meanwhile.');
  await expect(page.getByTestId('decision-state')).toHaveText('Draft saved; not signed');
});

test('a clock that stands back is said, and signed in spite of only when somebody says so', async ({ page }) => {
  await openDecision(page, '&clock');
  await writeDecision(page);
  await page.locator('#decision-sign').click();
  await page.locator('#sign-secret').fill(SECRET);
  await page.locator('#sign-now').click();
  await expect(page.getByTestId('sign-dialog').getByTestId('error')).toContainText('13 Mar 2026');
  await page.locator('#sign-clock').check();
  await page.locator('#sign-secret').fill(SECRET);
  await page.locator('#sign-now').click();
  await expect(page.getByTestId('signed-decision')).toContainText("The computer's clock stood before the last entry");
});

test('another discussion opens once the one before is signed, which stays to be read', async ({ page }) => {
  await openDecision(page);
  await expect(page.locator('#discussion-open')).toHaveCount(0);
  await writeDecision(page);
  await sign(page);
  await page.locator('#discussion-open').click();
  await page.locator('#discussion-day').fill('2026-03-10');
  await page.locator('#discussion-question').fill('Progress: operate now?');
  await page.locator('#discussion-save').click();
  await expect(page.getByTestId('decision-question')).toHaveText('Progress: operate now?');
  await expect(page.getByTestId('decision-form')).toBeVisible();
  await page.getByTestId('discussions').getByRole('button', { name: '15 Jan 2025' }).click();
  await expect(page.getByTestId('signed-decision')).toBeVisible();
  await expect(page.getByTestId('decision-question')).not.toHaveText('Progress: operate now?');
});

test('the clock of the way runs against its limits, in words too', async ({ page }) => {
  await openDecision(page);
  const interval = (id: string): Locator => page.getByTestId('pathway-clock').locator(`[data-interval=${id}]`);
  await expect(interval('referral_to_mri')).toHaveAttribute('data-state', 'not_judged');
  await expect(interval('mri_to_board')).toContainText('No limit is known');
  await page.locator('#milestone-referral').fill('2026-03-01');
  await page.locator('#milestone-referral').press('Enter');
  await expect(interval('referral_to_mri')).toContainText('11 days so far, overdue');
  await page.locator('#milestone-mri').fill('2026-03-02');
  await page.locator('#milestone-mri').press('Enter');
  await expect(interval('referral_to_mri')).toContainText('1 day, within the limit');
  await page.locator('#milestone-mri').fill('2026-02-20');
  await page.locator('#milestone-mri').press('Enter');
  await expect(interval('referral_to_mri')).toContainText('ends before it starts');
});

test('a decision is written and signed by keyboard alone', async ({ page }) => {
  await page.clock.setFixedTime(NOW);
  await page.goto('/?start=open&demo');
  await expect(page.getByTestId('patient-name')).toBeVisible();
  await page.keyboard.press('Alt+4');
  await expect(page.getByTestId('decision')).toBeVisible();
  /** Goes on by Tab until something has the focus. */
  const goTo = async (id: string): Promise<void> => {
    for (let step = 0; step < 80; step += 1) {
      await page.keyboard.press('Tab');
      if ((await page.evaluate(() => document.activeElement?.id)) === id) return;
    }
    throw new Error(`${id} is not reached`);
  };
  await goTo('decision-surgery_with_radiotherapy');
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('#decision-stereotactic')).toBeChecked();
  await goTo('decision-rationale');
  await page.keyboard.type('Stable spine.');
  await goTo('decision-day');
  await page.keyboard.type(DISCUSSED);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowRight');
  await expect(rowOf(page, 'Yıldız').locator('input[value=agrees]')).toBeChecked();
  await goTo('decision-sign');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('sign-dialog')).toBeVisible();
  await goTo('sign-secret');
  await page.keyboard.type(SECRET);
  await page.keyboard.press('Enter');
  await expect(page.locator('#signed-title')).toBeFocused();
});

const WAYS = [
  { colorScheme: 'light', locale: 'en-GB' },
  { colorScheme: 'dark', locale: 'de-DE' },
] as const;

for (const { colorScheme, locale } of WAYS) {
  test.describe(`in ${colorScheme}, ${locale}`, () => {
    test.use({ colorScheme, locale, contextOptions: { reducedMotion: 'reduce' } });

    test('decision and follow-up: no violation of WCAG 2.2 AA, no key for a word, no cut text', async ({ page }) => {
      const judge = async (state: string): Promise<void> => {
        expect(await violationsOf(page, '#panel'), state).toEqual([]);
        expect(await rawKeys(page), state).toEqual([]);
        expect(await cutText(page), state).toEqual([]);
      };
      await openDecision(page, '&replaced');
      await judge('blank');
      await writeDecision(page);
      await page.locator('#milestone-referral').fill('2026-03-01');
      await page.locator('#milestone-referral').press('Enter');
      await judge('written');
      await page.locator('#decision-sign').click();
      expect(await violationsOf(page, '[data-testid=sign-dialog]')).toEqual([]);
      await page.locator('#sign-cancel').click();
      await sign(page);
      await page.locator('#carried-not_done').check();
      await page.locator('#addendum-open').click();
      await page.locator('#discussion-open').click();
      await judge('signed');
      await page.locator('#tab-follow_up').click();
      await page.locator('#vital-alive').check();
      await page.locator('#complication-add').click();
      await page.locator('#retreatment-add').click();
      await judge('follow-up');
    });
  });
}

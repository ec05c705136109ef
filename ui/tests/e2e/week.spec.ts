// The board's week: the home screen, a meeting from its creation to its end, and the settings. Each state is judged in light with
// English and in dark with German, as a fault of one of them shows in one of the two.
import type { Page, TestInfo } from '@playwright/test';
import { violationsOf } from './axe.ts';
import { cutText, expect, menu, rawKeys, test } from './watch.ts';

const WEEK = '/?start=open&week';

async function order(page: Page): Promise<string[]> {
  return page.getByTestId('agenda').locator('li').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-case') ?? ''));
}

async function openNext(page: Page): Promise<void> {
  await page.goto(WEEK);
  await page.getByTestId('home-meetings').locator('[data-meeting=meeting-next] .link').click();
  await expect(page.getByTestId('agenda').locator('li')).toHaveCount(3);
}

test('the home screen says what is next, missing, due and overdue, and leads there', async ({ page }) => {
  await page.goto(WEEK);
  const next = page.locator('[data-meeting=meeting-next]');
  await expect(next).toContainText('Cases: 3');
  await expect(next).toContainText('something missing: 2');
  await expect(next).toContainText('urgent: 1');
  await expect(next).toContainText('listed late: 1');
  // In words, not by colour alone.
  await expect(page.getByTestId('home-steps')).toContainText('2 overdue');
  await expect(page.getByTestId('home-steps').locator('li').first()).toContainText('MRI to treatment: 3 days, urgent, limit 1');
  await expect(page.getByTestId('home-follow-ups')).toContainText('6 months after the decision');
  await expect(page.getByTestId('home-actions').locator('li').first()).toContainText('overdue');
  await page.getByTestId('home-steps').getByRole('button', { name: 'SYNTHETIC, Birch' }).click();
  await expect(page.getByTestId('patient-name')).toContainText('SYNTHETIC, Birch');
});

test('a store without cases shows no empty panels, and one without anything due says so calmly', async ({ page }) => {
  await page.goto('/?start=open');
  await expect(page.locator('.empty')).toContainText('There are no cases yet');
  await expect(page.getByTestId('home-panels')).toHaveCount(0);
  await page.locator('#open-demo').click();
  await page.locator('#close-case').click();
  await expect(page.getByTestId('home-follow-ups')).toContainText('No follow-up is due.');
  await expect(page.getByTestId('home-steps')).toContainText('No step of the pathway takes longer than its limit.');
});

test('a clock that was set back is said', async ({ page }) => {
  await page.goto(`${WEEK}&clock`);
  await expect(page.getByTestId('clock-set-back')).toContainText('stands before the last entry of the record');
});

test('the search goes over cases, what was written, and meetings', async ({ page }) => {
  await page.goto(WEEK);
  await page.locator('#case-search').fill('cement');
  await expect(page.getByTestId('case-table').locator('tbody tr')).toHaveCount(1);
  await expect(page.getByTestId('excerpt')).toContainText('Is T7 unstable enough for cement?');
  await expect(page.getByTestId('home-panels')).toHaveCount(0);
  await page.locator('#case-search').fill('seminar');
  await expect(page.getByTestId('found-meetings').locator('li')).toHaveCount(3);
  await page.getByTestId('found-meetings').locator('button').first().click();
  await expect(page.locator('h1')).toHaveText('Spine board');
});

test('a meeting is created, cases are put on its list and ordered by keyboard', async ({ page }) => {
  await page.goto(WEEK);
  await menu(page, 'meetings');
  await expect(page.getByTestId('past-meetings')).toContainText('no quorum');
  await page.locator('#new-meeting').click();
  await expect(page.locator('#meeting-title')).toBeFocused();
  await expect(page.locator('#meeting-minutes')).toHaveValue('8');
  await page.locator('#meeting-title').fill('Extra board');
  await page.locator('#meeting-on').fill('31.12.2099');
  await page.locator('#meeting-on').press('Tab');
  await page.locator('#meeting-time').fill('25:00');
  await expect(page.locator('#meeting-time-hint')).not.toBeEmpty();
  await expect(page.locator('#save-meeting')).toBeDisabled();
  await page.locator('#meeting-time').fill('14.30');
  await page.locator('#save-meeting').click();
  await expect(page.locator('h1')).toHaveText('Extra board');
  for (const name of ['Birch', 'Cedar', 'DEMO']) {
    await page.locator('#agenda-search').fill(name);
    await page.getByTestId('add-to-agenda').locator('li button').click();
    await expect(page.getByTestId('agenda')).toContainText(name);
  }
  await expect(page.getByTestId('plan')).toHaveText('Cases: 3, planned 24 min, until about 14:54');
  const [birch = '', cedar = '', demo = ''] = await order(page);
  const row = page.locator(`[data-case="${demo}"]`);
  await row.locator('[data-act=open]').focus();
  await page.keyboard.press('Alt+ArrowUp');
  await expect(page.getByTestId('moved')).toHaveText('DEMO, Synthetic is now case 2 of 3.');
  expect(await order(page)).toEqual([birch, demo, cedar]);
  await expect(row.locator('[data-act=open]')).toBeFocused();
  await page.keyboard.press('Alt+ArrowUp');
  await expect(page.getByTestId('moved')).toHaveText('DEMO, Synthetic is now case 1 of 3.');
  // At the top there is nowhere to go, and the button that cannot be used any more does not lose the focus.
  await page.keyboard.press('Alt+ArrowUp');
  expect(await order(page)).toEqual([demo, birch, cedar]);
  await page.locator(`[data-case="${birch}"] [data-act=up]`).press('Enter');
  await expect(page.locator(`[data-case="${birch}"] [data-act=open]`)).toBeFocused();
  expect(await order(page)).toEqual([birch, demo, cedar]);
});

test('a case is dragged by its handle', async ({ page }) => {
  await openNext(page);
  const [first = '', second = '', third = ''] = await order(page);
  const handle = page.locator(`[data-case="${first}"] .handle`);
  const [from, to] = [await handle.boundingBox(), await page.locator(`[data-case="${third}"]`).boundingBox()];
  await page.mouse.move(from!.x + 5, from!.y + 5);
  await page.mouse.down();
  await page.mouse.move(from!.x + 5, to!.y + to!.height / 2, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => order(page)).toEqual([second, third, first]);
});

test('what is lacking, who is there, and the quorum are said in words', async ({ page }) => {
  await openNext(page);
  const urgent = page.locator('[data-case=week-1]');
  await expect(urgent.locator('[data-mark=urgent]')).toHaveText('urgent');
  await expect(urgent.locator('[data-mark=late]')).toHaveText('listed late');
  await expect(urgent.locator('[data-state=missing]')).toHaveText('Missing: CT; Molecular report (result pending)');
  await expect(page.locator('[data-item]').first().locator('[data-state=stale]')).toHaveText('Too old: MRI: 51 days old, limit 42');
  await expect(page.locator('[data-case=week-2]')).toContainText('Nothing missing, nothing too old');
  const quorum = page.getByTestId('quorum');
  await expect(quorum).toHaveText('No quorum: 0 of 4 there; missing: Spine surgery, Radiation oncology, Medical oncology, Radiology.');
  const presences = page.getByTestId('attendance').locator('dd select');
  await presences.first().selectOption('remote');
  // Of the others nobody said anything yet.
  await page.locator('#all-present').click();
  await expect(presences.first()).toHaveValue('remote');
  await expect(page.locator('#all-present')).toHaveCount(0);
  await expect(quorum).toHaveText('No quorum: 4 of 4 there; missing: Medical oncology.');
  await page.locator('#guest-name').fill('Dr. Guest');
  await page.locator('#guest-specialty').selectOption('medical_oncology');
  await page.locator('#add-guest').click();
  await expect(quorum).toHaveText('Quorum met: 5 there, 4 needed.');
});

test('a case is postponed, put back and given another time', async ({ page }) => {
  await openNext(page);
  const row = page.locator('[data-case=week-2]');
  await row.locator('[data-act=more]').click();
  await row.locator('[data-field=minutes]').fill('20');
  await row.locator('[data-field=minutes]').press('Tab');
  await expect(page.getByTestId('plan')).toContainText('Cases: 3, planned 36 min');
  await row.locator('[data-act=postpone]').click();
  await expect(row).toHaveAttribute('data-state', 'postponed');
  await expect(page.getByTestId('plan')).toContainText('Cases: 2, planned 16 min');
  await row.locator('[data-act=back]').click();
  await expect(row).toHaveAttribute('data-state', 'waiting');
});

test('the presenter walks the list with its times, beside the shared screen, and the meeting is closed', async ({ page }) => {
  await page.clock.install();
  await openNext(page);
  await page.locator('#walk').click();
  await expect(page.getByTestId('walk-place')).toHaveText('Case 1 of 3');
  await expect(page.getByTestId('patient-name')).toContainText('DEMO');
  await page.clock.fastForward('09:05');
  await expect(page.getByTestId('walk').getByTestId('case-time')).toContainText(/9:0\d of 8 min/);
  await expect(page.getByTestId('walk').getByTestId('case-time')).toContainText(/over by 1:0\d/);
  await page.locator('#tab-assessment').click();
  await page.locator('#walk-next').click();
  await expect(page.getByTestId('walk-place')).toHaveText('Case 2 of 3');
  await expect(page.getByTestId('patient-name')).toContainText('Birch');
  await expect(page.locator('#tab-assessment')).toHaveAttribute('aria-selected', 'true');
  await page.locator('#share').click();
  await expect(page.getByTestId('presenter')).toBeVisible();
  await expect(page.locator('#next-case')).toHaveCount(0);
  await page.keyboard.press('Control+PageDown');
  await expect(page.getByTestId('walk-place')).toHaveText('Case 3 of 3');
  await expect(page.locator('#walk-next')).toBeDisabled();
  await page.locator('#stop-sharing').click();
  await page.keyboard.press('Control+PageUp');
  await expect(page.getByTestId('walk-place')).toHaveText('Case 2 of 3');
  // Out of the case and back into the walk.
  await page.locator('#close-case').click();
  await expect(page.locator('[data-case=week-1]')).toHaveAttribute('data-state', 'in_discussion');
  await expect(page.locator('[data-case=week-2]')).toHaveAttribute('data-state', 'discussed');
  await page.locator('#walk').click();
  await page.locator('#walk-end').click();
  await expect(page.getByTestId('agenda').locator('[data-state=discussed][data-item]')).toHaveCount(3);
  await expect(page.getByTestId('plan')).toContainText('3 discussed');

  await page.locator('#write-list').click();
  await expect(page.getByTestId('paper-written')).toContainText('/demo/spineboard-meeting-list-');
  await page.locator('#close-meeting').click();
  await expect(page.getByTestId('close-meeting')).toContainText('Decisions not signed: 3.');
  await expect(page.getByTestId('close-meeting')).toContainText('No quorum');
  await page.locator('#confirm-close').click();
  await expect(page.getByTestId('meeting-closed')).toContainText('closed this meeting');
  await expect(page.locator('#agenda-search')).toHaveCount(0);
  await page.locator('#write-minutes').click();
  await expect(page.getByTestId('paper-written')).toContainText('/demo/spineboard-minutes-');
});

test('a case is put on a list from the list of cases and from the case itself', async ({ page }) => {
  await page.goto(WEEK);
  await page.locator('[data-case=week-3] [data-act=put-on-list]').click();
  await page.getByTestId('put-on-list').locator('[data-meeting=meeting-later]').click();
  await expect(page.locator('[data-case=week-3] [role=status]')).toContainText('On the list of Spine board');
  await expect(page.locator('[data-meeting=meeting-later]')).toContainText('Cases: 1');
  await page.locator('[data-case=week-2] .name').click();
  await page.locator('.bar [data-act=put-on-list]').click();
  await page.getByTestId('put-on-list').locator('[data-meeting=meeting-later]').click();
  await expect(page.locator('.bar [role=status]')).toContainText('On the list of Spine board');
});

test('the identity is hidden in a meeting too', async ({ page }) => {
  await openNext(page);
  await page.keyboard.press('m');
  await expect(page.getByTestId('agenda')).not.toContainText('Birch');
  await expect(page.getByTestId('agenda')).not.toContainText('SYN-1001');
  await expect(page.locator('#mask-papers')).toBeChecked();
});

test('the settings of the week are for chairs and coordinators, and the clock is written as a table', async ({ page }) => {
  await page.goto(WEEK);
  await menu(page, 'settings');
  await page.locator('#settings-week').click();
  await expect(page.locator('[data-interval=referral_to_mri]')).toContainText('NICE guideline NG234');
  await expect(page.locator('[data-interval=mri_to_board]')).toContainText('No source states a limit.');
  await page.locator('#limit_days-mri_to_board').fill('ten');
  await expect(page.locator('#week-save')).toBeDisabled();
  await page.locator('#limit_days-mri_to_board').fill('10');
  await page.locator('[data-item=ct]').uncheck();
  await page.locator('#letterhead-centre').fill('Made-up University Hospital');
  await page.locator('#week-save').click();
  await expect(page.getByTestId('settings-done')).toBeVisible();
  await page.locator('#export-clock').click();
  await expect(page.getByTestId('clock-written')).toContainText('.csv');
  await page.locator('#settings-people').click();
  await page.locator('#settings-week').click();
  await expect(page.locator('#limit_days-mri_to_board')).toHaveValue('10');
  await expect(page.locator('[data-item=ct]')).not.toBeChecked();

  await page.goto(`${WEEK}&role=member`);
  await menu(page, 'settings');
  await page.locator('#settings-week').click();
  await expect(page.locator('#quorum-people')).toBeDisabled();
  await expect(page.locator('#week-save')).toHaveCount(0);
});

for (const [locale, scheme] of [['en-GB', 'light'], ['de-DE', 'dark']] as const) {
  test.describe(`${locale} ${scheme}`, () => {
    test.use({ locale, colorScheme: scheme });

    /** Judges what is shown, or the part that a state brings. */
    async function judge(page: Page, info: TestInfo, state: string, part = 'main'): Promise<void> {
      expect(await violationsOf(page, part), state).toEqual([]);
      expect(await rawKeys(page), state).toEqual([]);
      for (const [width, height] of [[1920, 1080], [1280, 800]] as const) {
        await page.setViewportSize({ width, height });
        expect(await cutText(page), `${state} ${width}`).toEqual([]);
        await page.screenshot({ path: info.outputPath(`${state}-${width}.png`) });
      }
    }

    test('home and the list of meetings are sound', async ({ page }, info) => {
      await page.goto(`${WEEK}&clock`);
      await expect(page.getByTestId('home-panels')).toBeVisible();
      await judge(page, info, 'home');
      await page.locator('#all-meetings').click();
      await page.locator('#new-meeting').click();
      await expect(page.getByTestId('meeting-form')).toBeVisible();
      await judge(page, info, 'meetings');
    });

    test('a meeting, its end and the walk are sound', async ({ page }, info) => {
      await openNext(page);
      await page.locator('[data-case=week-1] [data-act=more]').click();
      await page.locator('[data-case=week-1] [data-act=start]').click();
      await judge(page, info, 'meeting');
      await page.locator('#close-meeting').click();
      await judge(page, info, 'closing', '[data-testid=close-meeting]');
      await page.keyboard.press('Escape');
      await page.locator('#walk').click();
      await expect(page.getByTestId('walk')).toBeVisible();
      await judge(page, info, 'walk', '[data-testid=walk]');
    });

    test('the settings of the week are sound', async ({ page }, info) => {
      await page.goto(WEEK);
      await menu(page, 'settings');
      await page.locator('#settings-week').click();
      await expect(page.getByTestId('week-settings')).toBeVisible();
      await judge(page, info, 'settings');
    });
  });
}

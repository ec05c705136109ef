import { choosePassphrase, expect, keepRecoveryKey, lockByItself, menu, openDemo, signIn, test } from './watch.ts';

test('a lost passphrase is survived with the sheet of the first start, and a misread group is named', async ({ page }) => {
  await page.goto('/');
  await choosePassphrase(page);
  await page.locator('#recovery-make').click();
  const groups = await keepRecoveryKey(page);
  const person = page.getByTestId('first-person');
  await person.locator('[data-field=name]').fill('Ada Example');
  await person.locator('[data-field=specialty]').selectOption('coordination');
  await expect(person.locator('[data-field=role] option')).toHaveText(['choose', 'Chair', 'Coordinator']);
  await person.locator('[data-field=role]').selectOption('coordinator');
  await person.locator('[data-field=secret]').fill('24681357');
  await expect(page.locator('#add-first-person')).toBeDisabled();
  await person.locator('[data-field=secret-repeated]').fill('24681357');
  await page.locator('#add-first-person').click();
  await menu(page, 'lock');

  await page.locator('#passphrase-lost').click();
  await expect(page.getByTestId('recover')).toContainText('nobody can open these cases');
  const misread = groups.map((group, index) => (index === 2 ? `U${group.slice(1)}` : group));
  await page.locator('#recovery-key').fill(misread.join(' '));
  await page.locator('#passphrase-new').fill('another four quiet words');
  await page.locator('#passphrase-repeated').fill('another four quiet words');
  await page.locator('#recover').click();
  await expect(page.getByTestId('error')).toContainText('Group 3 of the recovery key was misread');
  await expect(page.locator('#recovery-groups .misread')).toHaveText(/3 U/);
  await page.locator('#recovery-key').fill(groups.join('').toLowerCase());
  await page.locator('#recover').click();
  await signIn(page);
  await menu(page, 'lock');
  await page.locator('#passphrase').fill('another four quiet words');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('sign-in')).toBeVisible();
});

test('after the recovery key a manager who forgot their PIN sets a new one, a member does not', async ({ page }) => {
  await page.goto('/?start=locked');
  await page.locator('#passphrase-lost').click();
  await page.locator('#recovery-key').fill('01234-56789-ABCDE-FGHJK-MNPQR-STVWX-YZ012-34567');
  await page.locator('#passphrase-new').fill('another four quiet words');
  await page.locator('#passphrase-repeated').fill('another four quiet words');
  await page.locator('#recover').click();
  const people = page.getByTestId('sign-in').getByRole('radio');
  await people.filter({ hasNotText: /Chair|Coordinator/ }).first().click();
  await expect(page.locator('#sign-in-anew')).toHaveCount(0);
  await people.filter({ hasText: 'Chair' }).first().click();
  await page.locator('#sign-in-anew').click();
  await page.locator('[data-field=secret]').fill('204857');
  await expect(page.locator('#sign-in')).toBeDisabled();
  await page.locator('[data-field=secret-repeated]').fill('204857');
  await page.locator('#sign-in').click();
  await expect(page.getByTestId('signed-in')).toBeVisible();
  await menu(page, 'switch');
  await people.filter({ hasText: 'Chair' }).first().click();
  await expect(page.locator('#sign-in-anew')).toHaveCount(0);
});

test('a store of an earlier version asks for recovery key and first person before its cases', async ({ page }) => {
  await page.goto('/?start=before_people');
  await expect(page.getByTestId('recovery')).toContainText('the cases are lost');
  await page.locator('#recovery-make').click();
  await keepRecoveryKey(page);
  await expect(page.getByTestId('first-person')).toBeVisible();
});

test('the keyboard changes hands without closing the case, and the patient is hidden meanwhile', async ({ page }) => {
  await openDemo(page);
  await page.locator('#tab-assessment').click();
  await menu(page, 'switch');
  await expect(page.getByTestId('sign-in')).toContainText('The case stays open');
  expect(await page.locator('body').innerText()).not.toMatch(/\bDEMO\b|1961/);
  await expect(page).toHaveTitle('SpineBoard');
  await expect(page.getByTestId('sign-in').getByRole('radio')).toHaveCount(4);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.locator('#sign-in-secret')).toBeFocused();
  await page.keyboard.type('00000000');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('error')).toHaveAttribute('data-code', 'wrong_secret');
  await expect(page.locator('#sign-in-secret')).toBeFocused();
  await page.keyboard.type('24681357');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('signed-in')).toHaveText('Jonas Brandt');
  await expect(page.getByTestId('horizon-3')).toBeVisible();
});

test('too many wrong PINs lock the cases, and the words say what to do', async ({ page }) => {
  await page.goto('/?start=unsigned');
  for (let attempt = 1; attempt <= 5; attempt += 1) await signIn(page, 1, `wrong-${attempt}`);
  await expect(page.getByTestId('error')).toHaveAttribute('data-code', 'too_many_attempts');
  await expect(page.getByTestId('error')).toContainText('Nothing is lost');
  await expect(page.getByTestId('unlock')).toBeVisible();
});

for (const [reason, said] of [['idle', 'nobody was at the keyboard'], ['suspend', 'the computer went to sleep']] as const) {
  test(`cases that locked themselves (${reason}) say so, and what was being typed comes back`, async ({ page }) => {
    await openDemo(page);
    await page.locator('#field-albumin').fill('3.1');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('did-you-mean')).toBeVisible();
    await lockByItself(page, reason);
    await expect(page.getByTestId('lock-reason')).toContainText(said);
    await expect(page.getByTestId('error')).toHaveCount(0);
    expect(await page.locator('body').innerText()).not.toMatch(/\bDEMO\b|1961/);
    await page.locator('#passphrase').fill('correct horse battery staple');
    await page.keyboard.press('Enter');
    await signIn(page);
    await expect(page.getByTestId('patient-name')).toBeVisible();
    await expect(page.locator('#field-albumin')).toHaveValue('3.1');
    await expect(page.locator('[data-feature=albumin]')).toHaveClass(/unsaved/);
  });
}

test('the key store is offered only where it may open the cases', async ({ page }) => {
  await page.goto('/?start=locked');
  await expect(page.locator('#unlock-keychain')).toHaveCount(0);
  await page.goto('/?start=locked&keychain=on');
  await page.locator('#unlock-keychain').click();
  await expect(page.getByTestId('sign-in')).toBeVisible();
  await page.goto('/?start=open&keychain=unavailable');
  await menu(page, 'settings');
  await page.locator('#settings-lock').click();
  await expect(page.locator('#auto-lock')).toBeVisible();
  await expect(page.getByTestId('keychain')).toHaveCount(0);
});

test('the menu works by keyboard alone', async ({ page }) => {
  await page.goto('/?start=open');
  await page.locator('#person-menu').focus();
  for (const id of ['zoom-smaller', 'zoom-reset', 'zoom-larger', 'menu-meetings', 'menu-year', 'menu-own_results', 'menu-study']) {
    await page.keyboard.press('ArrowDown');
    await expect(page.locator(`#${id}`)).toBeFocused();
  }
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('#menu-settings')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('#menu-audit')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.locator('#person-menu')).toBeFocused();
  await expect(page.locator('#menu-audit')).toBeHidden();
  await page.keyboard.press('Enter');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('unlock')).toBeVisible();
});

test('an error of an earlier run is told once, over whatever is on the screen', async ({ page }) => {
  await page.goto('/?start=locked&crash');
  await expect(page.getByTestId('crash')).toContainText('11 Mar 2026');
  await expect(page.getByTestId('crash')).toContainText('crash-20260311T170211Z.shown.txt');
  await page.locator('#crash-seen').click();
  await page.locator('#passphrase').fill('correct horse battery staple');
  await page.locator('#unlock').click();
  await expect(page.getByTestId('sign-in')).toBeVisible();
  await expect(page.getByTestId('crash')).toBeHidden();
});

import { expect, keepRecoveryKey, menu, openDemo, openRestore, test } from './watch.ts';

/** Of the recorded store; its sheet is the one of the first start. */
const RECOVERY_KEY = '01234-56789-ABCDE-FGHJK-MNPQR-STVWX-YZ012-34567';

test('a chair adds, changes and deactivates people; the last one to look after them stays', async ({ page }) => {
  await page.goto('/?start=open');
  await menu(page, 'settings');
  const rows = page.getByTestId('people-table').locator('tbody tr');
  await expect(rows).toHaveCount(5);
  await page.locator('#add-person').click();
  const form = page.getByTestId('person-form');
  await expect(form.locator('[data-field=name]')).toBeFocused();
  await form.locator('[data-field=name]').fill('Dr. New Person');
  await form.locator('[data-field=specialty]').selectOption('pathology');
  await form.locator('[data-field=role]').selectOption('member');
  await form.locator('[data-field=secret]').fill('111111');
  await form.locator('[data-field=secret-repeated]').fill('111111');
  await page.locator('#save-person').click();
  await expect(page.getByTestId('error')).toHaveAttribute('data-code', 'secret_too_simple');
  await form.locator('[data-field=secret]').fill('907341');
  await form.locator('[data-field=secret-repeated]').fill('907341');
  await page.locator('#save-person').click();
  await expect(page.getByTestId('settings-done')).toHaveText('Saved: Dr. New Person.');
  await expect(rows).toHaveCount(6);

  const mine = rows.filter({ hasText: 'you' });
  await expect(mine.locator('[data-action=reset]')).toHaveCount(0);
  for (const row of [rows.filter({ hasText: 'Jonas Brandt' }), mine]) {
    await row.locator('[data-action=change]').click();
    await form.locator('[data-field=role]').selectOption('member');
    await page.locator('#save-person').click();
    if (row !== mine) await expect(row).toContainText('Member');
  }
  await expect(page.getByTestId('error')).toHaveAttribute('data-code', 'last_manager');

  await rows.nth(2).locator('[data-action=change]').click();
  await form.locator('[data-field=active]').uncheck();
  await page.locator('#save-person').click();
  await expect(rows.nth(2)).toContainText('no');
  await rows.nth(3).locator('[data-action=reset]').click();
  await form.locator('[data-field=secret]').fill('551287');
  await form.locator('[data-field=secret-repeated]').fill('551287');
  await page.locator('#save-person').click();
  await expect(page.getByTestId('settings-done')).toContainText('has a new PIN or passphrase');
});

test('a member reads the settings, and changes only their own PIN', async ({ page }) => {
  await page.goto('/?start=open&role=member');
  await menu(page, 'settings');
  await expect(page.getByTestId('people-table')).toBeVisible();
  await expect(page.locator('#add-person')).toHaveCount(0);
  await expect(page.locator('[data-action]')).toHaveCount(0);
  for (const section of ['people', 'keys', 'lock', 'backup']) {
    await page.locator(`#settings-${section}`).click();
    await expect(page.locator('[data-section]')).toContainText('Only a chair or a coordinator can change this.');
  }
  await page.locator('#settings-self').click();
  const form = page.getByTestId('own-secret');
  await page.locator('#own-secret-current').fill('wrong one');
  await form.locator('[data-field=secret]').fill('551287');
  await form.locator('[data-field=secret-repeated]').fill('551287');
  await page.locator('#own-secret-save').click();
  await expect(page.getByTestId('error')).toHaveAttribute('data-code', 'wrong_secret');
  await page.locator('#own-secret-current').fill('24681357');
  await page.locator('#own-secret-save').click();
  await expect(page.getByTestId('settings-done')).toBeVisible();
});

test('passphrase, recovery key, auto-lock and key store are changed', async ({ page }) => {
  await page.goto('/?start=open');
  await menu(page, 'settings');
  await page.locator('#settings-keys').click();
  await page.locator('#passphrase-current').fill('not this one');
  await page.locator('#passphrase-new').fill('another four quiet words');
  await page.locator('#passphrase-repeated').fill('another four quiet words');
  await page.locator('#change-passphrase').click();
  await expect(page.getByTestId('error')).toHaveAttribute('data-code', 'wrong_passphrase');
  await page.locator('#passphrase-current').fill('correct horse battery staple');
  await page.locator('#change-passphrase').click();
  await expect(page.getByTestId('settings-done')).toContainText('encrypted anew');
  await page.locator('#new-recovery-key').click();
  await keepRecoveryKey(page);
  await expect(page.getByTestId('settings-done')).toContainText('Destroy the old sheet');

  await page.locator('#settings-lock').click();
  for (const wrong of ['0', '61', '2.5', 'soon', '']) {
    await page.locator('#auto-lock').fill(wrong);
    await expect(page.locator('#save-auto-lock')).toBeDisabled();
  }
  await page.locator('#auto-lock').fill('3');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('settings-done')).toContainText('until the cases are locked: 3');
  await page.locator('#keychain').check();
  await menu(page, 'lock');
  await expect(page.locator('#unlock-keychain')).toBeVisible();
});

test('backups: the last one, one on demand, a schedule, and a fault in words', async ({ page }) => {
  await page.goto('/?start=open&backup=failed');
  await page.locator('#to-backups').click();
  await expect(page.getByTestId('backup-fault')).toContainText('The last backup did not succeed.');
  await expect(page.getByTestId('last-backup')).toContainText('1.0 MB');
  await page.locator('#backup-every').fill('0');
  await expect(page.locator('#save-schedule')).toBeDisabled();
  await page.locator('#backup-every').fill('12');
  await page.locator('#backup-folder').fill('/missing');
  await page.locator('#save-schedule').click();
  await expect(page.getByTestId('settings-done')).toHaveText('The schedule was saved.');
  await page.locator('#backup-now').click();
  await expect(page.getByTestId('error')).toBeVisible();
  await page.locator('#backup-folder').fill('/media/stick');
  await page.locator('#save-schedule').click();
  await page.locator('#backup-now').click();
  await expect(page.getByTestId('settings-done')).toContainText('/media/stick/');
  await expect(page.getByTestId('error')).toHaveCount(0);
});

test('a backup is restored on a new computer, and what is none is said', async ({ page }) => {
  await openRestore(page);
  for (const [path, passphrase, code] of [
    ['/demo/letter.pdf', 'x', 'not_a_backup'],
    ['/demo/damaged.backup', 'x', 'backup_damaged'],
    ['/demo/right.backup', 'x', 'wrong_passphrase'],
  ] as const) {
    await page.locator('#restore-path').fill(path);
    await page.locator('#restore-passphrase').fill(passphrase);
    await page.locator('#restore').click();
    await expect(page.getByTestId('error')).toHaveAttribute('data-code', code);
    await expect(page.getByTestId('error')).toContainText(/[Nn]othing was changed/);
  }
  await page.locator('#restore-choose').click();
  await page.locator('#restore-passphrase').fill('correct horse battery staple');
  await page.locator('#restore').click();
  await expect(page.getByTestId('sign-in')).toBeVisible();
});

test('a backup whose passphrase is lost is restored by the recovery key', async ({ page }) => {
  await page.goto('/?start=damaged');
  await page.locator('#passphrase').fill('correct horse battery staple');
  await page.keyboard.press('Enter');
  await page.getByTestId('failed-restore').locator('summary').click();
  const restore = page.getByTestId('restore');
  await restore.locator('#restore-path').fill('/demo/right.backup');
  await restore.locator('#restore-lost').click();
  await restore.locator('#recovery-key').fill(`UUUUU${RECOVERY_KEY.slice(5)}`);
  await restore.locator('#passphrase-new').fill('another four quiet words');
  await restore.locator('#passphrase-repeated').fill('another four quiet words');
  await restore.locator('#restore').click();
  await expect(page.getByTestId('error')).toHaveAttribute('data-code', 'recovery_key_misread');
  await expect(restore.locator('.misread')).toContainText('UUUUU');
  await restore.locator('#recovery-key').fill(RECOVERY_KEY);
  await restore.locator('#restore').click();
  await expect(page.getByTestId('sign-in')).toBeVisible();
});

test('a damaged store offers a backup; one of a newer version does not', async ({ page }) => {
  await page.goto('/?start=damaged');
  await page.locator('#passphrase').fill('correct horse battery staple');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('error')).toHaveAttribute('data-code', 'damaged');
  await page.getByTestId('failed-restore').locator('summary').click();
  await page.locator('#restore-path').fill('/demo/letter.pdf');
  await page.locator('#restore-passphrase').fill('x');
  await page.locator('#restore').click();
  await expect(page.getByTestId('error')).toHaveAttribute('data-code', 'not_a_backup');
  await expect(page.getByTestId('restore')).toBeVisible();
  await page.goto('/?start=newer');
  await expect(page.getByTestId('store-failed')).toBeVisible();
  await expect(page.getByTestId('failed-restore')).toHaveCount(0);
});

test('the audit log is paged, checked and written, and leads to the case', async ({ page }) => {
  await openDemo(page);
  await menu(page, 'audit');
  const rows = page.getByTestId('audit-table').locator('tbody tr');
  await expect(rows).toHaveCount(50);
  expect(await page.locator('body').innerText()).not.toMatch(/\bDEMO\b|1961/);
  await page.locator('#audit-older').click();
  await expect.poll(() => rows.count()).toBeGreaterThan(50);
  const numbers = (await rows.locator('td:first-child').allTextContents()).map((text) => Number(text.replace(/\D/g, '')));
  expect(numbers).toEqual([...numbers].sort((one, other) => other - one));
  await page.locator('#audit-check').click();
  await expect(page.getByTestId('audit-whole')).toBeVisible();
  await expect(page.getByTestId('signing-key')).toHaveText(/^[0-9a-f]{4}( [0-9a-f]{4})+$/);
  await page.locator('#audit-export').click();
  await expect(page.getByTestId('audit-exported')).toContainText('spineboard-audit-');
  await page.getByTestId('audit-table').getByRole('button').first().click();
  await expect(page.getByTestId('patient-name')).toHaveText('DEMO, Synthetic');
  await menu(page, 'audit');
  await page.locator('#audit-older').click();
  await page.getByTestId('audit-table').getByRole('button').last().click();
  await expect(page.getByTestId('patient-name')).toHaveText('Ñandú-Öztürk, Łukasja');
});

test('a log that is not whole says where and what to do', async ({ page }) => {
  await page.goto('/?start=open&audit=broken');
  await menu(page, 'audit');
  await page.locator('#audit-check').click();
  await expect(page.getByTestId('audit-broken')).toContainText('The log is not whole. Faults: 3.');
  await expect(page.getByTestId('audit-broken')).toContainText('Row 12 was changed after it was written.');
});

import type { Page } from '@playwright/test';
import { violationsOf } from './axe.ts';
import { choosePassphrase, compare, CT, CT_OF_ANOTHER, drag, expect, keepRecoveryKey, menu, openDemo, openImages, openRestore, rawKeys, test } from './watch.ts';

const SCREENS: Record<string, (page: Page) => Promise<void>> = {
  'first start': async (page) => {
    await page.goto('/');
    await expect(page.getByTestId('research-use')).toBeVisible();
  },
  passphrase: async (page) => {
    await page.goto('/');
    await page.locator('#understood').check();
    await page.locator('#accept-research-use').click();
    await page.locator('#passphrase-new').fill('purple tiger');
    await page.locator('#passphrase-repeated').fill('purple');
  },
  'restore at the first start': async (page) => {
    await openRestore(page);
    await page.locator('#restore-path').fill('/demo/letter.pdf');
    await page.locator('#restore-passphrase').fill('x');
    await page.locator('#restore').click();
    await expect(page.getByTestId('error')).toBeVisible();
  },
  'restore by the recovery key': async (page) => {
    await openRestore(page);
    await page.locator('#restore-path').fill('/demo/right.backup');
    await page.locator('#restore-lost').click();
    await page.locator('#recovery-key').fill('7QKM4 UUUUU 9FHPA');
    await page.locator('#passphrase-new').fill('another four quiet words');
    await page.locator('#passphrase-repeated').fill('another four quiet words');
    await page.locator('#restore').click();
    await expect(page.getByTestId('error')).toBeVisible();
  },
  'recovery key': async (page) => {
    await page.goto('/');
    await choosePassphrase(page);
    await page.locator('#recovery-make').click();
    await expect(page.getByTestId('recovery-sheet')).toBeVisible();
  },
  'check of the recovery sheet': async (page) => {
    await page.goto('/?start=before_people');
    await page.locator('#recovery-make').click();
    await page.locator('#recovery-written').click();
    await page.locator('#recovery-group').fill('no');
    await page.locator('#recovery-checked').click();
  },
  'first person': async (page) => {
    await page.goto('/?start=before_people');
    await page.locator('#recovery-make').click();
    await keepRecoveryKey(page);
    await page.getByTestId('first-person').locator('[data-field=secret]').fill('123');
    await page.getByTestId('first-person').locator('[data-field=secret-repeated]').fill('124');
  },
  'unlock after an error': async (page) => {
    await page.goto('/?start=locked&crash');
    await expect(page.getByTestId('crash')).toBeVisible();
  },
  'lost passphrase': async (page) => {
    await page.goto('/?start=locked');
    await page.locator('#passphrase-lost').click();
    await page.locator('#recovery-key').fill('7QKM4 UUUUU 9FHPA');
    await page.locator('#passphrase-new').fill('another four quiet words');
    await page.locator('#passphrase-repeated').fill('another four quiet words');
    await page.locator('#recover').click();
    await expect(page.getByTestId('error')).toBeVisible();
  },
  'who is at the keyboard': async (page) => {
    await page.goto('/?start=unsigned');
    await page.getByTestId('sign-in').getByRole('radio').nth(1).click();
    await page.locator('#sign-in-secret').fill('wrong');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('error')).toBeVisible();
  },
  'the menu of the signed-in person': async (page) => {
    await openDemo(page);
    await page.locator('#person-menu').click();
    await expect(page.locator('#lock')).toBeVisible();
  },
  people: async (page) => {
    await page.goto('/?start=open');
    await menu(page, 'settings');
    await page.locator('#add-person').click();
  },
  'own PIN': async (page) => {
    await page.goto('/?start=open');
    await menu(page, 'settings');
    await page.locator('#settings-self').click();
  },
  'passphrase and recovery key': async (page) => {
    await page.goto('/?start=open');
    await menu(page, 'settings');
    await page.locator('#settings-keys').click();
  },
  'passphrase and recovery key, of a member': async (page) => {
    await page.goto('/?start=open&role=member');
    await menu(page, 'settings');
    await page.locator('#settings-keys').click();
  },
  locking: async (page) => {
    await page.goto('/?start=open');
    await menu(page, 'settings');
    await page.locator('#settings-lock').click();
    await page.locator('#auto-lock').fill('90');
  },
  backups: async (page) => {
    await page.goto('/?start=open&backup=failed');
    await menu(page, 'settings');
    await page.locator('#settings-backup').click();
    await page.locator('#backup-now').click();
    await expect(page.getByTestId('settings-done')).toBeVisible();
  },
  'audit log, whole': async (page) => {
    await page.goto('/?start=open');
    await menu(page, 'audit');
    await page.locator('#audit-check').click();
    await expect(page.getByTestId('audit-whole')).toBeVisible();
  },
  'audit log, not whole': async (page) => {
    await page.goto('/?start=open&audit=broken');
    await menu(page, 'audit');
    await page.locator('#audit-check').click();
    await expect(page.getByTestId('audit-broken')).toBeVisible();
  },
  'model and scores on own patients': async (page) => {
    await page.goto('/?start=open');
    await compare(page);
    await expect(page.getByTestId('study-same-rows')).toBeVisible();
    await page.locator('details').first().locator('summary').click();
    await page.locator('#study-thresholds').fill('300');
  },
  'recalibrated forecast': async (page) => {
    await page.goto('/?start=open&demo&recalibration=used');
    await page.locator('#tab-assessment').click();
    await expect(page.getByTestId('recalibrated')).toBeVisible();
  },
  unlock: async (page) => {
    await page.goto('/?start=locked');
    await page.locator('#passphrase').fill('wrong');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('error')).toBeVisible();
  },
  'damaged store': async (page) => {
    await page.goto('/?start=damaged');
    await page.locator('#passphrase').fill('correct horse battery staple');
    await page.keyboard.press('Enter');
    await page.getByTestId('failed-restore').locator('summary').click();
  },
  'store that cannot be opened': async (page) => {
    await page.goto('/?start=newer');
    await expect(page.getByTestId('store-failed')).toBeVisible();
  },
  cases: async (page) => {
    await openDemo(page);
    await page.locator('#close-case').click();
    await page.locator('#new-case').click();
    await expect(page.getByTestId('case-table')).toBeVisible();
  },
  facts: async (page) => {
    await openDemo(page);
    await page.locator('[data-feature=haemoglobin] .more').click();
    await page.locator('#field-albumin').fill('3.1');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('did-you-mean')).toBeVisible();
  },
  images: async (page) => {
    await openDemo(page);
    await page.locator('#tab-images').click();
    await page.locator('#images-path').fill('/demo/images');
    await page.locator('#open-images').click();
    await page.locator(CT_OF_ANOTHER).click();
    await expect(page.locator('[data-pane=stack]')).toBeVisible();
    await expect(page.getByTestId('mismatch-banner')).toBeVisible();
  },
  'images in several panes, one of them empty': async (page) => {
    await openDemo(page);
    await openImages(page, '/prior');
    await page.locator('[data-stack="2.25.600.2.1"]').click();
    await page.locator('[data-layout=six]').click();
    await page.locator('[data-pane-number="1"]').focus();
    await page.keyboard.press('a');
    await expect(page.getByTestId('anchor-pending')).toBeVisible();
    await expect(page.locator('[data-thumbnail]').first()).toBeVisible();
  },
  'three thick planes': async (page) => {
    await openDemo(page);
    await openImages(page, '/demo/images');
    await page.locator(CT).click();
    await expect(page.locator('[data-pane=stack]')).toBeVisible();
    await page.locator('[data-layout=planes]').click();
    await page.locator('[data-pane=axial]').focus();
    await page.keyboard.press('s');
    await expect(page.getByTestId('blend')).toBeVisible();
  },
  'the list of keys': async (page) => {
    await openDemo(page);
    await openImages(page, '/demo/images');
    await page.locator(CT).click();
    await page.locator('[data-action=keys]').click();
    await expect(page.getByTestId('keys-dialog')).toBeVisible();
  },
  'images being read': async (page) => {
    await openDemo(page);
    await openImages(page, '/slow');
    await expect(page.getByTestId('scan-progress')).toContainText(/files read|Dateien gelesen/);
  },
  'images left out': async (page) => {
    await openDemo(page);
    await openImages(page, '/disc.zip');
    await expect(page.getByTestId('left-out')).toBeVisible();
    for (const summary of await page.getByTestId('left-out').locator('summary').all()) await summary.click();
    await expect(page.getByTestId('and-more').first()).toBeVisible();
  },
  'one examination under two patients': async (page) => {
    await openDemo(page);
    await openImages(page, '/same-exam');
    await expect(page.getByTestId('same-exam')).toBeVisible();
  },
  'an image that cannot be decoded': async (page) => {
    await openDemo(page);
    await openImages(page, '/damaged');
    await page.locator(CT).click();
    await expect(page.getByTestId('frame-failure')).toBeVisible();
  },
  'files held over the window': async (page) => {
    await openDemo(page);
    await drag(page, 'dragover');
    await expect(page.getByTestId('drop-overlay')).toBeVisible();
  },
  'files dropped without a case': async (page) => {
    await page.goto('/?start=open');
    await expect(page.locator('#new-case')).toBeVisible();
    await drag(page, 'drop', ['disc.zip']);
    await expect(page.getByTestId('drop-refused')).toBeVisible();
  },
  'a plan that is refused, and a lesion without a level': async (page) => {
    await openDemo(page);
    await page.locator('#new-lesion').fill('mass');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('lesion-without-level')).toBeVisible();
    await page.locator('[id^=course-edit]').last().click();
    await page.locator('#course-dose').fill('0');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('course-refused')).toBeVisible();
  },
  'the index by vertebra beside the images': async (page) => {
    await openDemo(page);
    await openImages(page, '/demo/images');
    await page.locator('#side-spine').click();
    await page.locator('[data-spine=T12] .level').click();
    await expect(page.getByTestId('image-missing')).toBeVisible();
  },
  'a class that is typed in place of a derived one': async (page) => {
    await openDemo(page);
    const row = page.locator('[data-feature=tomita_growth]');
    await row.getByRole('button', { name: /^(Type it instead|Überschreiben)$/ }).click();
    await row.getByRole('radio', { name: /Rapid growth|Schnell/ }).click();
    await page.keyboard.press('Enter');
    await expect(row.getByRole('alert')).toBeVisible();
  },
  assessment: async (page) => {
    await openDemo(page);
    await page.locator('#tab-assessment').click();
    for (const id of ['tokuhashi_2005', 'rpa_balagamwala_2018', 'nesms']) await page.getByTestId(`score-${id}`).locator('[aria-expanded]').click();
    for (const summary of await page.locator('details > summary').all()) await summary.click();
  },
  report: async (page) => {
    await openDemo(page);
    await page.locator('#tab-report').click();
    await page.locator('#export-pdf').click();
    await expect(page.getByTestId('pdf-written')).toBeVisible();
  },
  'de-identified export': async (page) => {
    await openDemo(page);
    await openImages(page, '/demo/images');
    await page.locator(CT).click();
    await expect(page.locator('[data-pane=stack]')).toBeVisible();
    await page.locator('#tab-report').click();
    await page.locator('#deidentified-folder').fill('/copies');
    await page.locator('#export-deidentified').click();
    await expect(page.getByTestId('burned-in')).toBeVisible();
  },
  'de-identified copies': async (page) => {
    await openDemo(page);
    await openImages(page, '/demo/images');
    await page.locator(CT).click();
    await expect(page.locator('[data-pane=stack]')).toBeVisible();
    await page.locator('#tab-report').click();
    await page.locator('#deidentified-folder').fill('/copies');
    await page.locator('#export-deidentified').click();
    await page.locator('#burned-in-confirmed').check();
    await page.locator('#export-deidentified').click();
    await expect(page.getByTestId('deidentified-written')).toBeVisible();
  },
};

const WAYS = [
  { colorScheme: 'light', locale: 'en-GB' },
  { colorScheme: 'dark', locale: 'en-GB' },
  { colorScheme: 'light', locale: 'de-DE' },
] as const;

for (const { colorScheme, locale } of WAYS) {
  test.describe(`in ${colorScheme}, ${locale}`, () => {
    // Colours are judged when they have come to rest, not on their way from one to another.
    test.use({ colorScheme, locale, contextOptions: { reducedMotion: 'reduce' } });
    for (const [name, open] of Object.entries(SCREENS)) {
      test(`${name} has no violation of WCAG 2.2 AA`, async ({ page }) => {
        await open(page);
        expect(await violationsOf(page)).toEqual([]);
        await expect(page.locator('html')).toHaveAttribute('lang', locale.slice(0, 2));
        expect(await rawKeys(page)).toEqual([]);
      });
    }
  });
}

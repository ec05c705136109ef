import { choosePassphrase, compare, CT, cutText, expect, keepRecoveryKey, menu, openDemo, openImages, rawKeys, test } from './watch.ts';

test.use({ locale: 'de-DE' });

/** Every place says all in words, and nothing of it is cut. */
async function reads(page: Parameters<typeof rawKeys>[0]): Promise<void> {
  expect(await rawKeys(page)).toEqual([]);
  expect(await cutText(page)).toEqual([]);
}

test('from the first start to the report in German', async ({ page }) => {
  await page.goto('/');
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await expect(page.getByTestId('research-use')).toContainText('Nur für Forschungszwecke. Kein Medizinprodukt.');
  await reads(page);
  await choosePassphrase(page);
  await page.locator('#recovery-make').click();
  await reads(page);
  await keepRecoveryKey(page);
  const first = page.getByTestId('first-person');
  await first.locator('[data-field=name]').fill('Dr. Ada Beispiel');
  await first.locator('[data-field=specialty]').selectOption('radiation_oncology');
  await first.locator('[data-field=role]').selectOption('chair');
  await reads(page);
  await first.locator('[data-field=secret]').fill('24681357');
  await first.locator('[data-field=secret-repeated]').fill('24681357');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('signed-in')).toHaveText('Dr. Ada Beispiel');

  await page.locator('#new-case').click();
  await page.locator('#family-name').fill('Beispiel');
  await page.locator('#patient-id').fill('P-77');
  const born = page.getByLabel('Geburtsdatum');
  await born.fill('4. März 1961');
  await born.press('Tab');
  await expect(born).toHaveValue('4.3.1961');
  await reads(page);
  await page.locator('#alphabetic-name').press('Enter');
  await expect(page.getByTestId('patient-name')).toContainText('Beispiel');

  // Facts under German labels, numbers with a comma.
  await expect(page.locator('[data-feature=frankel]')).toContainText('Frankel-Grad');
  await page.locator('#field-primary_tumour').fill('prost');
  await page.locator('#field-primary_tumour').press('Enter');
  await expect(page.locator('#field-primary_tumour')).toHaveValue('Prostata');
  await page.locator('#field-albumin').fill('3,4');
  await page.locator('#field-albumin').press('Enter');
  await expect(page.getByTestId('did-you-mean')).toContainText('Meinten Sie 3,4 g/dL?');
  await reads(page);
  await page.keyboard.press('j');
  await expect(page.locator('#unit-albumin')).toHaveValue('g/dL');

  await page.locator('#tab-images').click();
  await reads(page);
  await page.locator('#tab-assessment').click();
  await expect(page.getByTestId('score-tokuhashi_2005')).toContainText('Nicht berechenbar. Es fehlt:');
  await reads(page);
  await page.locator('#tab-report').click();
  await page.locator('#export-pdf').click();
  await expect(page.getByTestId('pdf-path')).toBeVisible();
  await reads(page);
});

for (const width of [1280, 1920]) {
  test(`the demo case in German, ${width} wide`, async ({ page }, info) => {
    await page.setViewportSize({ width, height: width === 1280 ? 800 : 1080 });
    const seen = async (name: string): Promise<void> => {
      await reads(page);
      await page.screenshot({ path: info.outputPath(`${name}-${width}.png`) });
    };
    await page.goto('/?start=first');
    await seen('first');
    await page.goto('/?start=locked');
    await seen('unlock');
    await openDemo(page);
    await expect(page.getByTestId('research-use-line')).toContainText('Nur für Forschungszwecke. Kein Medizinprodukt');
    await seen('facts');
    await page.getByRole('navigation').getByRole('button', { name: 'Klassen der Scores' }).click();
    await expect(page.getByTestId('computed-tomita_growth')).toHaveText('Langsam');
    await seen('classes');
    await openImages(page, '/demo/images');
    await page.locator(CT).click();
    await expect(page.locator('canvas').first()).toBeVisible();
    await seen('images');
    await page.locator('#tab-assessment').click();
    await expect(page.getByTestId('reasons-survival')).toContainText('Höher vor allem wegen: Primärtumor: Mamma, Östrogenrezeptor: Positiv, HER2-Status: Negativ (Hazard × 0,68)');
    await seen('assessment');
    await page.getByRole('button', { name: 'Überlebensscores' }).click();
    await seen('scores');
    await page.locator('#tab-report').click();
    await seen('report');
    await page.locator('#close-case').click();
    await seen('cases');
    await compare(page);
    await expect(page.getByTestId('study-read')).toBeVisible();
    await seen('study');
    await menu(page, 'audit');
    await seen('audit');
    await menu(page, 'settings');
    for (const section of ['people', 'self', 'keys', 'lock', 'backup', 'language']) {
      await page.locator(`#settings-${section}`).click();
      await seen(`settings-${section}`);
    }
  });
}

test('a language is chosen before and after signing in, and at once', async ({ page }) => {
  await page.goto('/?start=locked');
  await expect(page.getByRole('heading', { name: 'Fälle öffnen' })).toBeVisible();
  await page.locator('#language-at-start').selectOption('en');
  await expect(page.getByRole('heading', { name: 'Open the cases' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');

  await openDemo(page);
  await expect(page.locator('[data-feature=age]')).toContainText('Alter');
  await menu(page, 'settings');
  await page.locator('#settings-language').click();
  await page.locator('#language').selectOption('English');
  await expect(page.locator('h1')).toHaveText('Settings');
  await page.locator('#close-page').click();
  await expect(page.locator('[data-feature=age]')).toContainText('Age');
});

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test as base, type Page } from '@playwright/test';
import { parse } from 'smol-toml';
import type { ImageLibrary } from '../../src/host/types.ts';

/** The first parts of all keys of words. */
const KEY_STARTS = new Set(Object.keys(parse(readFileSync(resolve(import.meta.dirname, '../../../assets/words/en.toml'), 'utf8'))));

/** A recorded answer of the board. */
export function fixture(name: string): unknown {
  return JSON.parse(readFileSync(resolve(import.meta.dirname, `../fixtures/${name}.json`), 'utf8'));
}

const IMAGES = fixture('images') as ImageLibrary;

/** Selects the recorded CT of a patient in the tree of studies. */
function computedTomography(patientId: string): string {
  const studies = IMAGES.studies.filter(({ patient }) => patient.patient_id === patientId);
  const series = studies.flatMap((study) => study.series).find(({ modality }) => modality === 'CT');
  return `[data-stack="${series?.stacks[0]?.id ?? 'none'}"]`;
}

export const CT = computedTomography('SPINEBOARD-DEMO');
export const CT_OF_ANOTHER = computedTomography('SYN-0002');

/** A page that fails its test on an error of a script or on a violation of the policy. */
export const test = base.extend<{ violations: string[] }>({
  violations: [
    async ({ page }, use) => {
      const found: string[] = [];
      page.on('pageerror', (error) => found.push(`script: ${error.message}`));
      page.on('console', (message) => {
        if (message.type() === 'error') found.push(`console: ${message.text()}`);
      });
      await page.exposeFunction('reportViolation', (text: string) => found.push(`policy: ${text}`));
      await page.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', (event) => {
          const report = (window as unknown as { reportViolation: (text: string) => void }).reportViolation;
          report(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
        });
      });
      await use(found);
      expect(found).toEqual([]);
    },
    { auto: true },
  ],
});

/** Opens the application at the demo case. */
export async function openDemo(page: Page): Promise<void> {
  await page.goto('/?start=open&demo');
  await expect(page.getByTestId('patient-name')).toBeVisible();
}

/** First start up to the recovery key: what it is for, then the passphrase. */
export async function choosePassphrase(page: Page, passphrase = 'four unrelated words here'): Promise<void> {
  await page.locator('#understood').check();
  await page.locator('#accept-research-use').click();
  await page.locator('#passphrase-new').fill(passphrase);
  await page.locator('#passphrase-repeated').fill(passphrase);
  await page.locator('#passphrase-kept').check();
  await page.locator('#create-store').click();
}

/** First start up to the form that restores a backup. */
export async function openRestore(page: Page): Promise<void> {
  await page.goto('/');
  await page.locator('#understood').check();
  await page.locator('#accept-research-use').click();
  await page.locator('#first-restore').click();
}

/** Copies the shown recovery key and answers the question about one group of it. Returns its groups. */
export async function keepRecoveryKey(page: Page): Promise<string[]> {
  const groups = await page.getByTestId('recovery-sheet').locator('code').allTextContents();
  await page.locator('#recovery-written').click();
  const asked = Number(await page.getByTestId('recovery-check').getAttribute('data-group'));
  await page.locator('#recovery-group').fill((groups[asked] ?? '').toLowerCase());
  await page.locator('#recovery-checked').click();
  return groups;
}

/** Signs in as the person at a place of the list. */
export async function signIn(page: Page, index = 0, secret = '24681357'): Promise<void> {
  await page.getByTestId('sign-in').getByRole('radio').nth(index).click();
  await page.locator('#sign-in-secret').fill(secret);
  await page.locator('#sign-in').click();
}

/** Opens the menu of the signed-in person and takes an entry. */
export async function menu(page: Page, entry: 'meetings' | 'year' | 'own_results' | 'study' | 'switch' | 'settings' | 'audit' | 'lock'): Promise<void> {
  await page.locator('#person-menu').click();
  await page.locator(entry === 'lock' ? '#lock' : `#menu-${entry}`).click();
}

/** Opens the comparison and runs it on a table. */
export async function compare(page: Page, table = '/demo/cohort.csv'): Promise<void> {
  await menu(page, 'study');
  await page.locator('#study-path').fill(table);
  await page.locator('#study-run').click();
}

/** The store closes itself, as the desktop window would say. */
export async function lockByItself(page: Page, reason: 'idle' | 'suspend'): Promise<void> {
  await page.evaluate((detail) => dispatchEvent(new CustomEvent('demo-locked', { detail })), reason);
}

/** Opens images of the demo host by their path. */
export async function openImages(page: Page, path: string): Promise<void> {
  await page.locator('#tab-images').click();
  await page.locator('#images-path').fill(path);
  await page.keyboard.press('Enter');
}

/** Holds made-up files over the window, or drops them on it. */
export async function drag(page: Page, kind: 'dragover' | 'dragleave' | 'drop', names: string[] = []): Promise<void> {
  await page.evaluate(
    ([event, files]) => {
      const held = new DataTransfer();
      for (const name of files) held.items.add(new File(['x'], name));
      dispatchEvent(new DragEvent(event, { bubbles: true, cancelable: true, dataTransfer: held }));
    },
    [kind, names] as const,
  );
}

/** Endings by which a token with a dot is a file and no key. */
const FILES = /\.(pdf|csv|svg|json|jsonl|toml|backup|keys|anchor|zip|dcm)$/;

/** What of the page is no word of a language: keys that were not found, and placeholders that were not filled. */
export async function rawKeys(page: Page): Promise<string[]> {
  const texts = await page.evaluate(() => {
    const attributes = ['aria-label', 'title', 'placeholder', 'alt'];
    const told = [...document.querySelectorAll('*')].flatMap((element) => attributes.map((name) => element.getAttribute(name) ?? ''));
    return [document.title, document.body.innerText, ...told];
  });
  const tokens = texts.join('\n').match(/(?<![\w/.-])[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+(?![\w/-])|\{[a-z0-9_]+\}/g) ?? [];
  return tokens.filter((token) => !FILES.test(token) && (token.startsWith('{') || KEY_STARTS.has(token.split('.')[0] ?? '')));
}

/** What of the page does not fit: text cut by its box, or a page wider than the window. */
export async function cutText(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const cut = [...document.querySelectorAll<HTMLElement>('body *')].filter((element) => {
      if (element.clientWidth <= 2 || element.scrollWidth <= element.clientWidth + 1 || !(element instanceof HTMLElement) || element.innerText.trim() === '') return false;
      if (element.closest('.visually-hidden, [aria-hidden=true]')) return false;
      const style = getComputedStyle(element);
      return ['hidden', 'clip'].includes(style.overflowX) && style.textOverflow !== 'ellipsis';
    });
    const told = cut.map((element) => `${element.tagName} ${element.className}: ${element.innerText.slice(0, 60)}`);
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth > clientWidth ? [...told, `the page is ${scrollWidth} wide in ${clientWidth}`] : told;
  });
}

export { expect };

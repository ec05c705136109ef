import { expect, test as base, type Page } from '@playwright/test';

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

export { expect };

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, openDemo, test } from './watch.ts';

test('the pages are served with the policy of the desktop window', async ({ request }) => {
  const configuration = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../tauri.conf.json'), 'utf8')) as {
    app: { security: { csp: string } };
  };
  const policy = (await request.get('/')).headers()['content-security-policy'];
  expect(policy).toBe(configuration.app.security.csp);
  expect(policy).not.toContain('unsafe');
});

// Every test watches for violations; this one shows that watching works.
test('a forbidden style is blocked and noticed', async ({ page, violations }) => {
  await openDemo(page);
  expect(violations).toEqual([]);
  await page.evaluate(() => document.body.setAttribute('style', 'color: red'));
  await expect.poll(() => violations.filter((violation) => violation.startsWith('policy: style-src'))).toHaveLength(1);
  violations.length = 0;
});

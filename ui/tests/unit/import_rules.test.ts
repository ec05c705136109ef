// @vitest-environment node
import { resolve } from 'node:path';
import { ESLint } from 'eslint';
import { expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const eslint = new ESLint({ cwd: ROOT });

async function broken(file: string, line: string): Promise<string[]> {
  const text = file.endsWith('.svelte') ? `<script lang="ts">\n  ${line}\n</script>\n` : `${line}\n`;
  const [result] = await eslint.lintText(text, { filePath: resolve(ROOT, 'src', file) });
  return (result?.messages ?? []).map(({ ruleId }) => ruleId ?? '').filter((rule) => /restricted/.test(rule));
}

it.each([
  ['screens/CaseList.svelte', "import '../screens/Facts.svelte';", 'import-x/no-restricted-paths'],
  ['screens/CaseList.svelte', "import '../app/App.svelte';", 'import-x/no-restricted-paths'],
  ['screens/CaseList.svelte', "import '@tauri-apps/api/core';", 'no-restricted-imports'],
  ['state/session.svelte.ts', "import '../controls/Icon.svelte';", 'import-x/no-restricted-paths'],
  ['controls/Icon.svelte', "import '../screens/Facts.svelte';", 'import-x/no-restricted-paths'],
  ['host/host.ts', "import '../state/form.ts';", 'import-x/no-restricted-paths'],
  ['host/demo/images.ts', "import '@tauri-apps/api/core';", 'no-restricted-imports'],
  ['host/demo.ts', "import '@tauri-apps/api/core';", 'no-restricted-imports'],
])('refuses in %s: %s', { timeout: 60_000 }, async (file, line, rule) => {
  expect(await broken(file, line)).toContain(rule);
});

it('lets a screen use controls, state and viewer', { timeout: 60_000 }, async () => {
  expect(await broken('screens/Images.svelte', "import '../viewer/Viewer.svelte';\nimport '../state/form.ts';")).toEqual([]);
});

it('refuses inline styles, which the policy would block', { timeout: 60_000 }, async () => {
  const [result] = await eslint.lintText('<p style="color: red">text</p>\n', { filePath: resolve(ROOT, 'src/controls/Icon.svelte') });
  expect(result?.messages.map(({ ruleId }) => ruleId)).toContain('no-restricted-syntax');
});

import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import tseslint from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const TAURI = { group: ['@tauri-apps/*'], message: 'Only src/host talks to Rust; use the Host that is handed in.' };

/** `target` may import from src only what `allowed` names (and itself). */
const room = (name, allowed) => ({
  target: `./src/${name}`,
  from: './src',
  except: [name, ...allowed].map((other) => `./${other}`),
  message: `src/${name} may import only ${[name, ...allowed].join(', ')}.`,
});

const SCREENS = ['Assessment', 'Audit', 'CaseList', 'Decision', 'Facts', 'FirstStart', 'FollowUp', 'HeadToHead', 'Images', 'Import', 'Meeting', 'Meetings', 'OwnResults', 'Report', 'Settings', 'SignIn', 'Unlock', 'YearReport'];

export default defineConfig(
  globalIgnores(['dist', 'dist-demo', 'node_modules', 'test-results', 'src/host/generated']),
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: { ...globals.browser },
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js', 'svelte.config.js', 'build/serve_with_policy.mjs'] },
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createNodeResolver()] },
    rules: {
      'no-console': 'error',
      'no-restricted-imports': ['error', { patterns: [TAURI] }],
      'import-x/no-restricted-paths': [
        'error',
        {
          basePath: import.meta.dirname,
          zones: [
            room('screens', ['viewer', 'controls', 'state', 'host', 'styles']),
            room('controls', ['state', 'host', 'styles']),
            room('viewer', ['controls', 'state', 'host', 'styles']),
            room('state', ['host']),
            room('host', []),
            ...SCREENS.map((screen) => ({
              target: `./src/screens/${screen}.svelte`,
              from: './src/screens',
              message: 'A screen never imports another screen.',
            })),
          ],
        },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: "SvelteAttribute[key.name='style']", message: 'The content security policy allows no inline styles.' },
        { selector: "SvelteMustacheTag[kind='raw']", message: 'No raw HTML.' },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: tseslint.parser, svelteConfig } },
    rules: {
      // Props and bound elements are reassigned by Svelte; types across components are svelte-check's.
      'prefer-const': 'off',
      'svelte/no-useless-mustaches': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    // Cornerstone's declarations make enums and viewport types that only assertions can bring together.
    files: ['src/viewer/**'],
    rules: {
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
    },
  },
  { files: ['src/host/tauri.ts'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['build/**', 'tests/e2e/**', '*.config.{ts,js}'],
    languageOptions: { globals: { ...globals.node } },
  },
  { files: ['**/*.{js,mjs}'], extends: [tseslint.configs.disableTypeChecked] },
  {
    files: ['tests/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);

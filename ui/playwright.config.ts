import { defineConfig } from '@playwright/test';

// Serves the demo build with exactly the policy of the desktop window. The browser is the system's:
// SPINEBOARD_CHROMIUM names another one.
// SPINEBOARD_E2E_PORT another port, so that two working copies can be tested at a time.
const port = process.env.SPINEBOARD_E2E_PORT ?? '4517';

export default defineConfig({
  testDir: 'tests/e2e',
  fullyParallel: false,
  workers: 2,
  forbidOnly: true,
  timeout: 90_000,
  reporter: [['list']],
  outputDir: 'test-results',
  use: {
    baseURL: `http://localhost:${port}`,
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    colorScheme: 'light',
    launchOptions: {
      executablePath: process.env.SPINEBOARD_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  webServer: {
    command: `node build/serve_with_policy.mjs dist-demo ${port}`,
    url: `http://localhost:${port}`,
    reuseExistingServer: false,
  },
});

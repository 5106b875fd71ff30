// Walks through a furnished house of real programs. `cargo xtask browser` builds the house and starts this.
import { defineConfig } from '@playwright/test';
import { house } from './house';

export default defineConfig({
  testDir: '.',
  // The first to walk finds the books empty and counts their numbers.
  projects: [
    { name: 'line', testMatch: ['line.walk.ts', 'mend.walk.ts'] },
    // Each of these stands alone; a second try is told as such.
    { name: 'desk', testMatch: ['desk.walk.ts', 'bring.walk.ts', 'paper.walk.ts', 'search.walk.ts'], retries: 1 },
    // Keys and delegations stay in the house: these walk once, in their order.
    { name: 'seals', testMatch: ['seals.walk.ts'] },
    { name: 'keys', testMatch: ['keys.walk.ts', 'marks.walk.ts'] },
  ],
  outputDir: 'results',
  // The walks hand the same paper on to each other: clerk, head, teacher.
  workers: 1,
  fullyParallel: false,
  timeout: 90_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  use: {
    baseURL: house.school.url,
    locale: 'vi-VN',
    timezoneId: 'Asia/Ho_Chi_Minh',
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      // Debian's browser; a test tool never downloads one.
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      // In containers, and as root, Chromium cannot make its own sandbox.
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    },
  },
});

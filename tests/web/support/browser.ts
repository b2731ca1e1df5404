import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { type BrowserContext, chromium } from 'playwright-core';

const PLACES = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
/** Continuous integration sets it where a browser is installed: one that cannot be used then fails the run. */
const isRequired = process.env.REQUIRE_BROWSER !== undefined;

const executable = PLACES.find((place) => place !== undefined && existsSync(place));

/** Why tests in a browser are skipped. False where Chromium is installed or required. */
export const SKIPPED =
  executable === undefined && !isRequired && 'Chromium is missing: apt-get install chromium';

export type Look = {
  readonly theme?: 'light' | 'dark';
  /** Of the window, in pixels. Defaults to 1280. */
  readonly width?: number;
  readonly language?: 'en' | 'de';
};

/** A Chromium for this test file, gone with it. Each window is a person of its own: no cookie is shared. */
export async function openBrowser(): Promise<{ window: (look?: Look) => Promise<BrowserContext> }> {
  if (executable === undefined) throw new Error('Chromium is required and missing');
  const scratch = mkdtempSync(join(tmpdir(), 'clicknback-chromium-'));
  const browser = await chromium.launch({
    executablePath: executable,
    args: ['--no-sandbox', '--disable-dev-shm-usage', `--crash-dumps-dir=${scratch}`],
    env: { ...process.env, TMPDIR: scratch },
  });
  after(async () => {
    await browser.close();
    rmSync(scratch, { recursive: true, force: true });
  });
  return {
    window: ({ theme = 'light', width = 1280, language = 'en' } = {}) =>
      browser.newContext({
        viewport: { width, height: 800 },
        colorScheme: theme,
        locale: language === 'de' ? 'de-DE' : 'en-GB',
        timezoneId: 'Europe/Berlin',
        reducedMotion: 'reduce',
      }),
  };
}

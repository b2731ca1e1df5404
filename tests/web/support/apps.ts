import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { buildWebApps } from '../../../scripts/build-web-apps.ts';
import { PROJECT_DIRECTORY } from '../../../src/config.ts';
import type { TestClock } from '../../support/clock.ts';
import { PASSWORD, type Person, startTestPlatform } from '../../support/platform.ts';
import { type Look, openBrowser, SKIPPED } from './browser.ts';
import { complaintsOf } from './inspect.ts';

export type App = 'wallet' | 'console';

type Options = { readonly clock?: TestClock; readonly environment?: Readonly<Record<string, string>> };

export const THEMES = ['light', 'dark'] as const;
export const WIDTHS = [360, 1280] as const;

/**
 * Both apps in a Chromium, before a platform with a database of its own: for a whole test file, called at its top.
 * The browser's clock shows the platform's time. Without Chromium it returns nothing, for tests that are skipped.
 */
export async function startApps(options: Options = {}) {
  if (SKIPPED !== false) return {} as Awaited<ReturnType<typeof start>>;
  return start(options);
}

async function start({ clock, environment }: Options) {
  const { outcome, output } = await buildWebApps(PROJECT_DIRECTORY);
  assert.notEqual(outcome, 'failed', output);
  // What is made first is closed first: a platform waits for the connections of its callers.
  const { window } = await openBrowser();
  const world = await startTestPlatform({
    webDirectory: join(PROJECT_DIRECTORY, 'web/dist'),
    ...(clock && { clock }),
    ...(environment && { environment }),
  });
  await world.platform.server.listen({ port: 0, host: '127.0.0.1' });
  const { port } = world.platform.server.server.address() as AddressInfo;
  const url = `http://localhost:${port}`;

  /** A window for a person who is logged in to an app, or for a stranger. `complaints` collects errors of its console. */
  async function open(
    path: string,
    {
      person,
      app = path.startsWith('/console') ? 'console' : 'wallet',
      ...look
    }: Look & { readonly person?: Pick<Person, 'email'>; readonly app?: App } = {},
  ): Promise<{ page: Page; complaints: string[]; context: BrowserContext }> {
    const context = await window(look);
    await context.clock.setFixedTime(world.now().epochMilliseconds);
    if (person !== undefined) await logIn(context, person, app);
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    await page.goto(`${url}${path}`);
    return { page, complaints, context };
  }

  async function logIn(context: BrowserContext, { email }: Pick<Person, 'email'>, app: App): Promise<void> {
    const answer = await context.request.post(`${url}/api/v1/auth/login`, {
      data: { email, password: PASSWORD, client: app },
    });
    assert.equal(answer.status(), 200, await answer.text());
    await context.addInitScript((name) => localStorage.setItem(`cnb-${name}-session`, 'yes'), app);
  }

  return { ...world, url, window, open };
}

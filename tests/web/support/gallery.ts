import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { after } from 'node:test';
import type { Page } from 'playwright-core';
import { type Look, openBrowser, SKIPPED } from './browser.ts';
import { complaintsOf } from './inspect.ts';

const FOLDER = 'web/dist-gallery';
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.woff2': 'font/woff2',
};

/** The gallery of components in a Chromium, built for this test file. Without Chromium it returns nothing. */
export async function startGallery() {
  if (SKIPPED !== false) return {} as Awaited<ReturnType<typeof start>>;
  return start();
}

async function start() {
  execFileSync('npm', ['run', '--silent', 'gallery', '--workspace', 'web'], { stdio: 'pipe' });
  const { window } = await openBrowser();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = pathname === '/' ? 'gallery.html' : normalize(pathname);
    try {
      const body = readFileSync(join(FOLDER, file));
      response
        .writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' })
        .end(body);
    } catch {
      response.writeHead(404).end();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;

  async function open(
    look: Look & { readonly app?: 'wallet' | 'console' } = {},
  ): Promise<{ page: Page; complaints: string[]; close: () => Promise<void> }> {
    const context = await window(look);
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    await page.goto(`${url}/?app=${look.app ?? 'console'}`);
    await page.getByRole('heading', { name: 'Gallery' }).waitFor();
    return { page, complaints, close: () => context.close() };
  }

  return { open };
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { FastifyRequest } from 'fastify';
import { notFound } from './core/errors.ts';
import { hostOf } from './core/http/host.ts';
import type { FindPage, Page } from './core/http/request-line.ts';
import type { Routes } from './core/http/route.ts';

/** A built file in the forms in which it is sent. `br` and `gzip` are absent where the build has none. */
type WebFile = {
  readonly type: string;
  readonly plain: Buffer;
  readonly br: Buffer | undefined;
  readonly gzip: Buffer | undefined;
};

type WebFiles = {
  readonly wallet: WebFile;
  readonly console: WebFile;
  /** By their names in `assets/`. */
  readonly assets: ReadonlyMap<string, WebFile>;
};

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Of the pages of the apps. Components set styles, so inline styles are allowed, and no inline script is. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Assets have a hash of their content in their names. */
const IMMUTABLE = 'public, max-age=31536000, immutable';

/** Paths that belong to the platform: an unknown one beneath them is never a page of an app. */
const OF_THE_PLATFORM = /^\/(?:api|assets|dev|docs|health|metrics|openapi\.json)(?:\/|$)/;
const OF_THE_CONSOLE = /^\/console(?:\/|$)/;

/** Reads the build of the web apps into memory. Undefined if there is none in this folder. */
export function readWebApps(directory: string): WebFiles | undefined {
  if (!existsSync(join(directory, 'wallet.html')) || !existsSync(join(directory, 'console.html')))
    return undefined;
  const folder = join(directory, 'assets');
  const names = readdirSync(folder).filter((name) => extname(name) in CONTENT_TYPES);
  return {
    wallet: readWebFile(join(directory, 'wallet.html')),
    console: readWebFile(join(directory, 'console.html')),
    assets: new Map(names.map((name) => [name, readWebFile(join(folder, name))])),
  };
}

function readWebFile(path: string): WebFile {
  const ifThere = (file: string) => (existsSync(file) ? readFileSync(file) : undefined);
  return {
    type: CONTENT_TYPES[extname(path)] ?? 'application/octet-stream',
    plain: readFileSync(path),
    br: ifThere(`${path}.br`),
    gzip: ifThere(`${path}.gz`),
  };
}

/**
 * Serves the wallet at `/` and the console at `/console`, from memory: the apps read the rest of the path themselves. Programs
 * get a summary of the API at `/`. Without `files` there are no apps.
 */
export function webApps(options: {
  readonly files: WebFiles | undefined;
  /** The address to whose host the console is confined. */
  readonly consoleUrl: string | undefined;
  readonly apiDocs: boolean;
}) {
  const { files, consoleUrl, apiDocs } = options;
  const consoleHost = consoleUrl === undefined ? undefined : new URL(consoleUrl).hostname;
  const summary = {
    name: 'ClickNBack',
    api: '/api/v1',
    ...(apiDocs && { docs: '/docs', openapi: '/openapi.json' }),
    health: '/health/ready',
  };

  const findPage: FindPage = (request) => {
    const { method, headers } = request;
    if (files === undefined || !/^(?:GET|HEAD)$/.test(method) || !acceptsHtml(headers.accept))
      return undefined;
    const [path = ''] = request.url.split('?');
    if (OF_THE_PLATFORM.test(path)) return undefined;
    if (!OF_THE_CONSOLE.test(path)) return pageOf(files.wallet, request);
    const isAtItsHost = consoleHost === undefined || hostOf(request) === consoleHost;
    return isAtItsHost ? pageOf(files.console, request) : undefined;
  };

  const routes: Routes = (server) => {
    const hidden = { schema: { hide: true }, config: { access: 'public' } } as const;

    server.get('/', hidden, async (request, reply) => {
      const page = findPage(request);
      if (page !== undefined) return reply.headers(page.headers).send(page.body);
      return reply.headers({ vary: 'accept', 'cache-control': 'public, max-age=300' }).send(summary);
    });

    if (files === undefined) return;
    server.get('/assets/:name', hidden, async (request, reply) => {
      const { name } = request.params as { name: string };
      const file = files.assets.get(name);
      if (file === undefined) throw notFound('route', `GET ${request.url}`);
      const { headers, body } = inBestForm(file, request);
      return reply.headers({ ...headers, 'cache-control': IMMUTABLE }).send(body);
    });
  };

  return { findPage, routes, areServed: files !== undefined };
}

function pageOf(file: WebFile, request: FastifyRequest): Page {
  const { headers, body } = inBestForm(file, request);
  return {
    headers: { ...headers, vary: 'accept, accept-encoding', 'content-security-policy': POLICY },
    body,
  };
}

/** The smallest form that the client accepts. */
function inBestForm({ type, plain, br, gzip }: WebFile, { headers }: FastifyRequest): Page {
  const accepted = String(headers['accept-encoding'] ?? '');
  const common = { 'content-type': type, vary: 'accept-encoding' };
  if (br !== undefined && /\bbr\b(?!\s*;\s*q=0)/.test(accepted))
    return { headers: { ...common, 'content-encoding': 'br' }, body: br };
  if (gzip !== undefined && /\bgzip\b(?!\s*;\s*q=0)/.test(accepted))
    return { headers: { ...common, 'content-encoding': 'gzip' }, body: gzip };
  return { headers: common, body: plain };
}

/** Browsers accept `text/html` explicitly. Programs send no Accept header or accept any type. */
function acceptsHtml(accept: string | undefined): boolean {
  return /\btext\/html\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(accept ?? '');
}

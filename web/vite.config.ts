import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { type Connect, defineConfig, type Plugin } from 'vite';

/** The platform that answers `/api` in development: `make up` in another terminal. */
const PLATFORM = process.env.PLATFORM_URL ?? 'http://localhost:8000';

const proxy = { '/api': PLATFORM, '/docs': PLATFORM, '/health': PLATFORM };

/** What every first page needs. */
const FOUNDATION = new RegExp(
  [
    'node_modules/(react|react-dom|scheduler|use-sync-external-store|openapi-fetch)/',
    'node_modules/@tanstack/(react-router|router-core|history|react-query|query-core|store|react-store)/',
    'packages/client/src/',
    'web/src/app/(api|app-info|client|create-app|errors|failure|freshness|loaded|me|pages|query-client|root|session|step-up)\\.',
    'web/src/lib/(dates|format|locale|money|preferences)\\.',
    'web/src/messages/(common|errors|shell)\\.',
    'web/src/ui/(amount|badge|brand|button|card|copy-text|empty|error-panel|icon|link|locale|nav-link|page-title|skeleton|spinner)\\.',
  ].join('|'),
);

export default defineConfig(({ mode }) => ({
  root: import.meta.dirname,
  appType: 'mpa',
  plugins: [react(), tailwind(), pagesOfApps(), mode === 'gallery' ? undefined : compressed()],
  build: {
    outDir: mode === 'gallery' ? 'dist-gallery' : 'dist',
    emptyOutDir: true,
    // scripts/check-budgets.ts reads what each page loads.
    manifest: true,
    // Every browser that the apps support preloads modules without help.
    modulePreload: { polyfill: false },
    target: 'es2023',
    assetsInlineLimit: 0,
    // The check of budgets prints sizes as they are sent.
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_000,
    rolldownOptions: {
      input: mode === 'gallery' ? ['gallery.html'] : ['wallet.html', 'console.html'],
      // Fewer and larger chunks compress better. Both apps need all of this on their first page.
      output: { codeSplitting: { groups: [{ name: 'foundation', test: FOUNDATION }] } },
    },
  },
  server: { port: 5173, proxy },
  preview: { proxy },
}));

/** Serves each path with the page of its app, as the platform does: `/console/…` is the console, all others the wallet. */
function pagesOfApps(): Plugin {
  const rewrite: Connect.NextHandleFunction = (request, _response, next) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const isPage =
      request.headers.accept?.includes('text/html') && !/\.\w+$|^\/(api|docs|health)\b/.test(pathname);
    if (isPage) request.url = /^\/console(\/|$)/.test(pathname) ? '/console.html' : '/wallet.html';
    next();
  };
  return {
    name: 'pages-of-apps',
    configureServer: ({ middlewares }) => void middlewares.use(rewrite),
    configurePreviewServer: ({ middlewares }) => void middlewares.use(rewrite),
  };
}

/** Writes `.br` and `.gz` beside each text file of the build, so that the platform compresses nothing. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    async writeBundle({ dir = '' }, bundle) {
      const names = Object.keys(bundle).filter((name) => /\.(js|css|html|svg)$/.test(name));
      await Promise.all(names.map((name) => compress(join(dir, name))));
    },
  };
}

async function compress(path: string): Promise<void> {
  const content = await readFile(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  await Promise.all([
    promisify(brotliCompress)(content, { params }).then((bytes) => writeFile(`${path}.br`, bytes)),
    promisify(gzip)(content, { level: 9 }).then((bytes) => writeFile(`${path}.gz`, bytes)),
  ]);
}

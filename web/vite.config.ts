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

export default defineConfig(({ mode }) => ({
  root: import.meta.dirname,
  appType: 'mpa',
  plugins: [react(), tailwind(), pagesOfApps(), compressed()],
  build: {
    outDir: mode === 'gallery' ? 'dist-gallery' : 'dist',
    emptyOutDir: true,
    // scripts/check-budgets.ts reads what each page loads.
    manifest: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    // The check of budgets prints sizes as they are sent.
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_000,
    rolldownOptions: { input: mode === 'gallery' ? ['gallery.html'] : ['wallet.html', 'console.html'] },
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

/* What visits to the web apps load, in gzip, against the budgets of ADR 0074. Builds the apps if a source has changed. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildWebApps } from './build-web-apps.ts';

const DIST = 'web/dist';
/** Kilobytes of 1,000 bytes. */
const BUDGETS = { wallet: 140, console: 200, lazyPage: 40, charts: 120, styles: 15, font: 50 };
/** The page that opens first after the login, loaded beside the entry. */
const HOMES = {
  wallet: 'features/home/pages/home-page.tsx',
  console: 'features/overview/pages/landing-page.tsx',
};
const CHARTS = 'src/features/overview/parts/charts.tsx';

type Chunk = {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
};

const { outcome, output } = await buildWebApps('.');
if (outcome === 'failed') throw new Error(output);
const chunks = JSON.parse(readFileSync(join(DIST, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>;
const apps = ['wallet.html', 'console.html'].map((page) => ({
  entry: closure([page]),
  reach: closure([page], { lazy: true }),
}));
const lazy = Object.keys(chunks).filter((key) => key.startsWith('src/') && chunks[key]?.file.endsWith('.js'));

const measured: (readonly [name: string, kilobytes: number, budget: number])[] = [
  ['wallet, first page', size(closure(['wallet.html', ...homesOf('wallet')])), BUDGETS.wallet],
  ['console, first page', size(closure(['console.html', ...homesOf('console')])), BUDGETS.console],
  ...lazy
    .filter((key) => key.includes('/pages/'))
    .map((key) => [key, size(addedBy(key)), BUDGETS.lazyPage] as const),
  ...lazy.filter((key) => key === CHARTS).map((key) => [key, size(addedBy(key)), BUDGETS.charts] as const),
  ['styles', size(globSync('assets/*.css', { cwd: DIST })), BUDGETS.styles],
  ['font', size(globSync('assets/*.woff2', { cwd: DIST })), BUDGETS.font],
];

for (const [name, kilobytes, budget] of measured) {
  console.log(`${kilobytes > budget ? 'OVER BUDGET ' : ''}${name}: ${kilobytes.toFixed(1)} of ${budget} kB`);
  if (kilobytes > budget) process.exitCode = 1;
}

/** The chunks that load together with these; with `lazy`, also those that may load later. */
function closure(
  keys: readonly string[],
  { lazy: isLazy = false } = {},
  found: Set<string> = new Set(),
): Set<string> {
  for (const key of keys) {
    if (found.has(key)) continue;
    found.add(key);
    const { imports = [], dynamicImports = [] } = chunks[key] ?? {};
    closure(isLazy ? [...imports, ...dynamicImports] : imports, { lazy: isLazy }, found);
  }
  return found;
}

/** What a chunk adds to the pages that load it. */
function addedBy(key: string): Set<string> {
  const loaded = Object.keys(chunks)
    .filter((opener) => chunks[opener]?.dynamicImports?.includes(key))
    .map((opener) => closure([opener]).union(intersection(entriesThatReach(opener))));
  return closure([key]).difference(intersection(loaded));
}

function entriesThatReach(key: string): Set<string>[] {
  return apps.filter(({ reach }) => reach.has(key)).map(({ entry }) => entry);
}

function intersection(sets: readonly Set<string>[]): Set<string> {
  return sets.reduce((all, set) => all.intersection(set), sets[0] ?? new Set());
}

function homesOf(app: keyof typeof HOMES): string[] {
  return lazy.filter((key) => key.endsWith(`/${HOMES[app]}`));
}

function size(files: Iterable<string>): number {
  let bytes = 0;
  for (const key of files) {
    const file = chunks[key]?.file ?? key;
    const content = readFileSync(join(DIST, file));
    bytes += file.endsWith('.woff2') ? content.length : gzipSync(content, { level: 9 }).length;
  }
  return bytes / 1_000;
}

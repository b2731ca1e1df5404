import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { buildWebApps } from '../../scripts/build-web-apps.ts';

/** Appends to a log, and writes the page that `src/page.txt` holds. Fails if that is `broken`. */
const BUILD = `
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
const page = readFileSync('src/page.txt', 'utf8');
appendFileSync('../builds.log', process.env.NODE_ENV + ' ' + page + '\\n');
if (page === 'broken') throw new Error('no such import');
mkdirSync('dist', { recursive: true });
writeFileSync('dist/wallet.html', page);
`;

/** A project with a workspace that is built at once. */
function makeProject(): string {
  const project = mkdtempSync(join(tmpdir(), 'clicknback-web-'));
  after(() => rmSync(project, { recursive: true, force: true }));
  const files = {
    'package.json': JSON.stringify({ name: 'project', private: true, workspaces: ['web'] }),
    'package-lock.json': '{}',
    'packages/client/src/index.ts': 'export {};',
    'web/package.json': JSON.stringify({ name: 'web', scripts: { build: 'node build.mjs' } }),
    'web/build.mjs': BUILD,
    'web/src/page.txt': 'first',
    'node_modules/.cache/x': '',
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(project, name, '..'), { recursive: true });
    writeFileSync(join(project, name), content);
  }
  return project;
}

const outcomeIn = async (project: string) => (await buildWebApps(project)).outcome;
const pageIn = (project: string) => readFileSync(join(project, 'web/dist/wallet.html'), 'utf8');
const buildsOf = (project: string) => readFileSync(join(project, 'builds.log'), 'utf8').trim().split('\n');

test('builds for production, and not again until a source, the client or the lockfile changes', async () => {
  const project = makeProject();
  assert.deepEqual([await outcomeIn(project), pageIn(project)], ['built', 'first']);
  assert.equal(await outcomeIn(project), 'current');

  const changes = [
    ['web/src/page.txt', 'second'],
    ['web/src/another.ts', 'export {};'],
    ['packages/client/src/index.ts', 'export const changed = true;'],
    ['package-lock.json', '{"lockfileVersion":3}'],
  ] as const;
  for (const [index, [file, content]] of changes.entries()) {
    writeFileSync(join(project, file), content);
    assert.equal(await outcomeIn(project), 'built', file);
    assert.equal(await outcomeIn(project), 'current', file);
    assert.equal(buildsOf(project).length, index + 2);
  }
  assert.deepEqual(buildsOf(project).slice(0, 2), ['production first', 'production second']);
  assert.deepEqual(readdirSync(join(project, 'node_modules/.cache')), ['x'], 'nothing is left behind');
});

test('builds once for several processes at once, and after one that was killed', async () => {
  const project = makeProject();
  writeFileSync(join(project, 'node_modules/.cache/web-build.lock'), '4194305');
  const outcomes = await Promise.all([1, 2, 3].map(() => outcomeIn(project)));
  assert.deepEqual(outcomes.toSorted(), ['built', 'current', 'current']);
  assert.equal(buildsOf(project).length, 1);
});

test('keeps the previous build if one fails, says why, and tries again', async () => {
  const project = makeProject();
  await buildWebApps(project);
  writeFileSync(join(project, 'web/src/page.txt'), 'broken');
  const { outcome, output } = await buildWebApps(project);
  assert.deepEqual([outcome, pageIn(project)], ['failed', 'first']);
  assert.match(output, /no such import/);
  assert.equal(await outcomeIn(project), 'failed');
});

test('does nothing in a project without web apps', async () => {
  const project = makeProject();
  rmSync(join(project, 'web'), { recursive: true });
  assert.equal(await outcomeIn(project), 'absent');
  assert.equal(existsSync(join(project, 'web')), false);
});

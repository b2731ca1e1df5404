/* Builds the web apps into web/dist if their sources have changed since the last build. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const SOURCES = ['package-lock.json', 'packages/client/src/**', 'web/**'];
const OUTPUTS = ['web/dist*/**', 'web/node_modules/**'];
/** In the build: the hash of the sources that it was made from. */
const SOURCE_HASH = '.sources';

export type BuildResult = {
  /** `absent` if the project has no web apps. After `failed` the previous build is still there. */
  readonly outcome: 'absent' | 'current' | 'built' | 'failed';
  /** What the build printed, if it ran. */
  readonly output: string;
};

/** Never rejects. Several processes may build at once: each has a folder of its own, and one of them puts it in place. */
export async function buildWebApps(project: string): Promise<BuildResult> {
  if (!existsSync(join(project, 'web/package.json'))) return { outcome: 'absent', output: '' };
  const dist = join(project, 'web/dist');
  const hash = hashOfSources(project);
  if (readIfThere(join(dist, SOURCE_HASH)) === hash) return { outcome: 'current', output: '' };

  const folder = resolve(project, `node_modules/.cache/web-${process.pid}`);
  const { succeeded, output } = await runBuild(project, folder);
  if (succeeded) {
    writeFileSync(join(folder, SOURCE_HASH), hash);
    putInPlace(folder, dist);
  }
  rmSync(folder, { recursive: true, force: true });
  return { outcome: succeeded ? 'built' : 'failed', output };
}

function hashOfSources(project: string): string {
  const files = globSync(SOURCES, { cwd: project, exclude: OUTPUTS })
    .filter((file) => statSync(join(project, file)).isFile())
    .sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(JSON.stringify([file, readFileSync(join(project, file), 'base64')]));
  return hash.digest('hex');
}

function runBuild(project: string, folder: string): Promise<{ succeeded: boolean; output: string }> {
  return new Promise((resolve) => {
    const args = [
      'run',
      '--silent',
      'build',
      '--workspace',
      'web',
      '--',
      '--outDir',
      folder,
      '--emptyOutDir',
    ];
    // The libraries are built for production in development too: that is what the image has.
    const env = { ...process.env, NODE_ENV: 'production' };
    const build = spawn('npm', args, { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const kill = () => build.kill();
    process.on('exit', kill);
    const chunks: Buffer[] = [];
    for (const stream of [build.stdout, build.stderr])
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    const finish = (succeeded: boolean, more = '') => {
      process.off('exit', kill);
      resolve({ succeeded, output: Buffer.concat(chunks).toString() + more });
    };
    build.on('error', (error) => finish(false, error.message));
    build.on('close', (code) => finish(code === 0));
  });
}

/** Another process may have put its build in place meanwhile. It is of the same sources. */
function putInPlace(folder: string, dist: string): void {
  const previous = `${folder}-previous`;
  try {
    if (existsSync(dist)) renameSync(dist, previous);
    renameSync(folder, dist);
  } catch (error) {
    if (!existsSync(join(dist, SOURCE_HASH))) throw error;
  }
  rmSync(previous, { recursive: true, force: true });
}

function readIfThere(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

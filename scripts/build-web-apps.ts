/* Builds the web apps into web/dist if their sources have changed since the last build. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const SOURCES = ['package-lock.json', 'packages/client/src/**', 'web/**'];
const OUTPUTS = ['web/dist*/**', 'web/node_modules/**'];
/** In the build: the hash of the sources that it was made from. */
const SOURCE_HASH = 'web/dist/.sources';
/** Contains the id of the process that builds. */
const LOCK = 'node_modules/.cache/web-build.lock';

export type BuildResult = {
  /** `absent` if the project has no web apps. After `failed` the previous build is still there. */
  readonly outcome: 'absent' | 'current' | 'built' | 'failed';
  /** What the build printed, if it ran. */
  readonly output: string;
};

/** Of several processes at once, one builds and the others wait for it. */
export async function buildWebApps(project: string): Promise<BuildResult> {
  if (!existsSync(join(project, 'web/package.json'))) return { outcome: 'absent', output: '' };
  if (isCurrent(project)) return { outcome: 'current', output: '' };
  const lock = join(project, LOCK);
  await takeLock(lock);
  try {
    return isCurrent(project) ? { outcome: 'current', output: '' } : await build(project);
  } finally {
    rmSync(lock, { force: true });
  }
}

function isCurrent(project: string): boolean {
  const file = join(project, SOURCE_HASH);
  return existsSync(file) && readFileSync(file, 'utf8') === hashOfSources(project);
}

function hashOfSources(project: string): string {
  const files = globSync(SOURCES, { cwd: project, exclude: OUTPUTS })
    .filter((file) => statSync(join(project, file)).isFile())
    .sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(JSON.stringify([file, readFileSync(join(project, file), 'base64')]));
  return hash.digest('hex');
}

async function build(project: string): Promise<BuildResult> {
  // A source may change while the build runs. The next start builds again then.
  const hash = hashOfSources(project);
  const { succeeded, output } = await runBuild(project);
  if (succeeded) writeFileSync(join(project, SOURCE_HASH), hash);
  return { outcome: succeeded ? 'built' : 'failed', output };
}

function runBuild(project: string): Promise<{ succeeded: boolean; output: string }> {
  return new Promise((resolve) => {
    // The libraries are built for production in development too: that is what the image has.
    const env = { ...process.env, NODE_ENV: 'production' };
    const args = ['run', '--silent', 'build', '--workspace', 'web'];
    const running = spawn('npm', args, { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const kill = () => running.kill();
    process.on('exit', kill);
    const chunks: Buffer[] = [];
    for (const stream of [running.stdout, running.stderr])
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    const finish = (succeeded: boolean, more = '') => {
      process.off('exit', kill);
      resolve({ succeeded, output: Buffer.concat(chunks).toString() + more });
    };
    running.on('error', (error) => finish(false, error.message));
    running.on('close', (code) => finish(code === 0));
  });
}

async function takeLock(file: string): Promise<void> {
  mkdirSync(join(file, '..'), { recursive: true });
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return;
    } catch {
      if (!isHeld(file)) rmSync(file, { force: true });
      await sleep(100);
    }
  }
}

/** False if the process that took the lock was killed. */
function isHeld(file: string): boolean {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0);
    return true;
  } catch {
    return false;
  }
}

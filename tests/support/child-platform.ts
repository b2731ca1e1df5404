import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after } from 'node:test';

const PROJECT_DIRECTORY = join(import.meta.dirname, '../..');

export type ChildPlatform = {
  readonly process: ChildProcess;
  readonly url: string;
  /** Everything it printed so far. */
  readonly output: () => string;
  /** Resolves when it answers that it is ready. */
  readonly ready: () => Promise<void>;
  /** Resolves with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
};

/** `node src/main.ts` as a person starts it, in a process of its own. Whatever is left of it is killed in the end. */
export async function spawnPlatform(environment: Readonly<Record<string, string>>): Promise<ChildPlatform> {
  const port = environment.PORT ?? String(await freePort());
  const child = spawn(process.execPath, ['--import', './tests/support/die-with-parent.ts', 'src/main.ts'], {
    cwd: PROJECT_DIRECTORY,
    env: { PATH: process.env.PATH, BCRYPT_COST: '4', PORT: port, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      printed += String(chunk);
    });
  }
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  after(async () => {
    child.kill('SIGKILL');
    await ended;
  });

  const url = `http://localhost:${port}`;
  async function ready(): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (Date.now() < deadline) {
      if (child.exitCode !== null) throw new Error(`it exited with ${child.exitCode}: ${printed}`);
      const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`it did not get ready: ${printed}`);
  }
  return { process: child, url, output: () => printed, ready, ended };
}

/** A command beside the platform, to its end. */
export function runCommand(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [script, ...args],
      { env: { PATH: process.env.PATH, ...environment }, cwd: PROJECT_DIRECTORY },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

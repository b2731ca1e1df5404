import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { freePort } from '../../src/core/free-port.ts';
import { until } from './until.ts';

const PROJECT_DIRECTORY = join(import.meta.dirname, '../..');

/** What a child has of this process's environment: no setting of a developer's, and what makes it start fast. */
const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
export const BARE_ENVIRONMENT = { PATH, NODE_COMPILE_CACHE };

/** For the mails of a child that has a database elsewhere. Made when the first one is written. */
const DATA_DIR = join(tmpdir(), `clicknback-children-of-${process.pid}`);
process.on('exit', () => rmSync(DATA_DIR, { recursive: true, force: true }));

export type ChildProgram = {
  readonly process: ChildProcess;
  /** Everything it printed so far. */
  readonly output: () => string;
  /** Resolves with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
};

export type ChildPlatform = ChildProgram & {
  readonly url: string;
  /** Resolves when it answers that it is ready. */
  readonly ready: () => Promise<void>;
};

/** `node <program>` as a person starts it, in a process of its own. Whatever is left of it is killed in the end. */
export function spawnProgram(program: string, environment: Readonly<Record<string, string>>): ChildProgram {
  const child = spawn(process.execPath, ['--import', './tests/support/die-with-parent.ts', program], {
    cwd: PROJECT_DIRECTORY,
    env: { ...BARE_ENVIRONMENT, DATA_DIR, BCRYPT_COST: '4', ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const running = observe(child);
  after(async () => {
    child.kill('SIGKILL');
    await running.ended;
  });
  return running;
}

function observe(child: ChildProcess): ChildProgram {
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      printed += String(chunk);
    });
  }
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  return { process: child, output: () => printed, ended };
}

/** `npm run up`; or `npm run worker`, which answers the same probes on its own port. */
export async function spawnPlatform(
  environment: Readonly<Record<string, string>>,
  program: 'src/main.ts' | 'src/worker.ts' = 'src/main.ts',
): Promise<ChildPlatform> {
  const port = environment.PORT ?? String(await freePort('localhost'));
  return platformOn(
    port,
    spawnProgram(program, { PORT: port, WORKER_PORT: port, METRICS_PORT: port, ...environment }),
  );
}

/** The same by any command, such as `make up`, in a process group of its own, as a terminal or systemd start it. */
export async function spawnGroup(
  [command = '', ...args]: readonly string[],
  environment: Readonly<Record<string, string>>,
  { workingDirectory = PROJECT_DIRECTORY } = {},
): Promise<ChildPlatform> {
  const port = String(await freePort('localhost'));
  const child = spawn(command, args, {
    cwd: workingDirectory,
    // A developer's .env is not read.
    env: {
      ...BARE_ENVIRONMENT,
      HOME: process.env.HOME,
      ENV_FILE: '/dev/null',
      BCRYPT_COST: '4',
      PORT: port,
      WORKER_PORT: port,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const running = observe(child);
  after(async () => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    } catch {
      // All of it has ended.
    }
    await running.ended;
  });
  return platformOn(port, running);
}

function platformOn(port: string, child: ChildProgram): ChildPlatform {
  const url = `http://localhost:${port}`;
  async function ready(): Promise<void> {
    await until(async () => {
      const { exitCode } = child.process;
      if (exitCode !== null) throw new Error(`it exited with ${exitCode}: ${child.output()}`);
      return (await fetch(`${url}/health/ready`).catch(() => undefined))?.ok;
    });
  }
  return { ...child, url, ready };
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
      { env: { ...BARE_ENVIRONMENT, ...environment }, cwd: PROJECT_DIRECTORY },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

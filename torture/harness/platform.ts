import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Secrets } from '../../bench/programme.ts';
import { PROJECT_DIRECTORY } from '../../src/config.ts';
import { freePort } from '../../src/core/free-port.ts';
import { PRESENT, type Version } from './version.ts';

const STARTS_WITHIN_MS = 60_000;
const LATEST_LOG = 4_000;

/** An API process or a worker, as an operator starts it in production. */
export type PlatformProcess = {
  readonly name: string;
  readonly url: string;
  readonly port: number;
  readonly processId: number;
  /** Resolves when the process reports that it is ready. */
  readonly ready: () => Promise<void>;
  /** Sends SIGKILL and waits for the end of the process. */
  readonly kill: () => Promise<Ending>;
  /** Sends SIGTERM and waits for the end of the process. */
  readonly terminate: () => Promise<Ending>;
  /** Sends a message to a preloaded module and returns its response. */
  readonly tell: (message: object) => Promise<unknown>;
  /** Undefined while the process runs. */
  readonly ending: () => Ending | undefined;
  readonly ended: Promise<Ending>;
  readonly log: () => string;
};

/** The exit code or the signal that ended the process, and the time since the signal that we sent. */
export type Ending = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** True if we killed or terminated the process. */
  readonly wanted: boolean;
  readonly ms: number;
};

export type PlatformOptions = {
  readonly databaseUrl: string;
  readonly secrets: Secrets;
  /** The directory of the log. */
  readonly directory: string;
  readonly program?: 'api' | 'worker';
  readonly port?: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly version?: Pick<Version, 'directory'>;
  /** Modules that are loaded before the program. */
  readonly preload?: readonly string[];
};

let started = 0;

/** Starts one process. It ends when this process ends, for any reason. */
export async function startPlatform(options: PlatformOptions): Promise<PlatformProcess> {
  const { databaseUrl, secrets, directory, program = 'api', version = PRESENT } = options;
  const port = options.port ?? (await freePort('127.0.0.1'));
  started += 1;
  const name = `${program}-${started}`;
  const logFile = join(directory, `${name}.log`);
  const log = openSync(logFile, 'a');
  const preloaded = [join(PROJECT_DIRECTORY, 'tests/support/die-with-parent.ts'), ...(options.preload ?? [])];
  const child = spawn(
    join(version.directory, 'scripts/start'),
    [
      ...preloaded.flatMap((module) => ['--import', module]),
      program === 'api' ? 'src/main.ts' : 'src/worker.ts',
    ],
    {
      cwd: version.directory,
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        HOST: '127.0.0.1',
        PORT: String(port),
        WORKER_PORT: String(port),
        RUN_JOBS: 'false',
        LOG_LEVEL: 'warn',
        DATABASE_URL: databaseUrl,
        JWT_KEYS: `bench:${secrets.jwtSecret}`,
        ENCRYPTION_KEYS: `bench:${secrets.encryptionKey}`,
        ADMIN_MFA: 'optional',
        ...UNLIMITED,
        ...options.environment,
      },
      stdio: ['ignore', log, log, 'ipc'],
    },
  );
  closeSync(log);
  return platformProcess(child, { name, port, logFile });
}

/** Areas test faults, not limits: partner and shopper have no rate limit, and one administrator is always enough. */
const UNLIMITED = {
  PURCHASES_PER_MINUTE_PER_PARTNER: '1000000000',
  PURCHASES_PER_MINUTE_PER_USER: '1000000000',
  LOGIN_FAILURES: '1000000',
  // Its name in the release before, from which the platform is upgraded.
  LOGINS_PER_MINUTE: '1000000',
  REGISTRATIONS_PER_MINUTE: '1000000',
  PAYOUT_MONTHLY_LIMIT: '9999999999',
  FOUR_EYES_ABOVE: 'off',
  VELOCITY_PURCHASES_PER_USER_DAY: '0',
  VELOCITY_TIMES_USER_USUAL: '0',
  VELOCITY_TIMES_MERCHANT_USUAL: '0',
  VELOCITY_USERS_PER_ORDER: '0',
};

function platformProcess(
  child: ChildProcess,
  { name, port, logFile }: { name: string; port: number; logFile: string },
): PlatformProcess {
  const url = `http://127.0.0.1:${port}`;
  let ending: Ending | undefined;
  let signalledAt: number | undefined;
  const ended = once(child, 'exit').then(([code, signal]) => {
    const wanted = signalledAt !== undefined;
    ending = { code, signal, wanted, ms: wanted ? performance.now() - (signalledAt ?? 0) : 0 };
    return ending;
  });
  const readLog = () => readFileSync(logFile, 'utf8').slice(-LATEST_LOG);

  function end(signal: NodeJS.Signals): Promise<Ending> {
    signalledAt ??= performance.now();
    child.kill(signal);
    return ended;
  }

  async function ready(): Promise<void> {
    const deadline = performance.now() + STARTS_WITHIN_MS;
    while (performance.now() < deadline && ending === undefined) {
      const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer?.ok) return;
      await sleep(20);
    }
    throw new Error(`${name} did not get ready:\n${readLog()}`);
  }

  return {
    name,
    url,
    port,
    processId: child.pid ?? 0,
    ready,
    kill: () => end('SIGKILL'),
    terminate: () => end('SIGTERM'),
    tell: async (message) => {
      const answered = once(child, 'message');
      child.send(message);
      return (await answered)[0];
    },
    ending: () => ending,
    ended,
    log: readLog,
  };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROJECT_DIRECTORY } from '../src/config.ts';
import { freePort } from '../src/core/free-port.ts';
import type { DatabaseServer } from './database-server.ts';
import type { Secrets } from './programme.ts';

const STARTS_WITHIN_MS = 60_000;
const LATEST_LOG = 2_000;
const LATEST_CHUNKS = 10;

/** A server process: the platform, or the server to compare with. */
export type Api = {
  readonly url: string;
  /** Processor time that it has used. */
  readonly cpu_ms: () => Promise<number>;
  readonly memory_bytes: () => Promise<number>;
  readonly stop: () => Promise<void>;
};

/**
 * Starts it as in production, with everything on. The bench reads its log from a pipe: a log file on the database's disk
 * would delay a COMMIT by 70 ms, see docs/performance-log.md.
 */
export async function startApi(
  database: Pick<DatabaseServer, 'servingUrl'>,
  { jwtSecret, encryptionKey }: Secrets,
  program: 'src/main.ts' | 'bench/unbatched.ts' = 'src/main.ts',
  environment: Readonly<Record<string, string>> = {},
): Promise<Api> {
  const port = await freePort('localhost');
  const url = `http://localhost:${port}`;
  const child = spawn(
    join(PROJECT_DIRECTORY, 'scripts/start'),
    ['--import', './tests/support/die-with-parent.ts', program],
    {
      cwd: PROJECT_DIRECTORY,
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        HOST: 'localhost',
        PORT: String(port),
        METRICS_PORT: String(port),
        DATABASE_URL: database.servingUrl,
        JWT_KEYS: `bench:${jwtSecret}`,
        ENCRYPTION_KEYS: `bench:${encryptionKey}`,
        // One partner sends everything, and each login comes from an address of its own, as a proxy would say.
        PURCHASES_PER_MINUTE_PER_PARTNER: '1000000000',
        // The most that it takes: ten thousand shoppers buy on one day what others buy in years.
        VELOCITY_PURCHASES_PER_USER_DAY: '1000',
        TRUST_PROXY: '1',
        ADMIN_MFA: 'optional',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  const readLog = readLatest(child.stdout, child.stderr);
  await untilReady(url, child, readLog);
  return {
    url,
    cpu_ms: async () => (await readMetric(url, 'process_cpu_seconds_total')) * 1000,
    memory_bytes: () => readMetric(url, 'process_resident_memory_bytes'),
    stop: async () => {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/**
 * Reads the output, so that the process never blocks, and keeps the latest pieces as buffers. Joining them at each piece
 * would create garbage on the processors that are measured.
 */
function readLatest(...streams: readonly (Readable | null)[]): () => string {
  let latest: readonly Buffer[] = [];
  for (const stream of streams) {
    stream?.on('data', (chunk: Buffer) => {
      latest = [...latest, chunk].slice(-LATEST_CHUNKS);
    });
  }
  return () => Buffer.concat(latest).toString().slice(-LATEST_LOG);
}

async function untilReady(url: string, child: ChildProcess, readLog: () => string): Promise<void> {
  const deadline = Date.now() + STARTS_WITHIN_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(50);
  }
  throw new Error(`the platform did not get ready:\n${readLog()}`);
}

async function readMetric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
}

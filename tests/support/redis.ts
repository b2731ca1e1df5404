import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after } from 'node:test';
import { Redis } from 'ioredis';
import { freePort } from '../../src/core/free-port.ts';
import { until } from './until.ts';

/** Why tests with a real Redis are skipped; false where there is one. */
export const withoutRedis = findRedis() === undefined && 'no redis-server is installed';

function findRedis(): string | undefined {
  const candidates = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'redis-server'));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A Redis on a free port that keeps nothing on disk, and ends with the test file at the latest. */
export async function startRedis() {
  const port = await freePort('127.0.0.1');
  const url = `redis://127.0.0.1:${port}`;
  let server: ChildProcess | undefined;

  async function start(): Promise<void> {
    const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    server = spawn(findRedis() ?? '', settings, { stdio: 'ignore' });
    await until(answers);
  }

  async function answers(): Promise<boolean> {
    const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.ping()) === 'PONG';
    } catch {
      return false;
    } finally {
      client.disconnect();
    }
  }

  async function kill(): Promise<void> {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  }

  after(kill);
  await start();
  return {
    url,
    start,
    kill,
    /** It keeps its connections and answers nothing, until it goes on. */
    freeze: () => server?.kill('SIGSTOP'),
    goOn: () => server?.kill('SIGCONT'),
  };
}

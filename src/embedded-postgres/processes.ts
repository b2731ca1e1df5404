import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, fchownSync, openSync } from 'node:fs';
import type { Account } from './account.ts';
import { explainFileErrors } from './data-directory.ts';
import type { Guardian } from './guardian.ts';

/**
 * Starts a program that the guardian stops if we die, at any moment. The process waits until the guardian knows its id. If
 * we die before that, its input closes and it ends. Its output is appended to the log.
 */
export async function spawnGuarded(options: {
  guardian: Guardian;
  account: Account;
  program: string;
  args: string[];
  workingDirectory: string;
  logFile: string;
}): Promise<ChildProcess> {
  const log = explainFileErrors(options.logFile, () => openLog(options.logFile, options.account));
  const child = spawn(
    '/bin/sh',
    ['-c', 'read -r go && exec "$@" </dev/null', 'gate', options.program, ...options.args],
    {
      ...options.account,
      cwd: options.workingDirectory,
      detached: true, // a Ctrl-C must not reach it: we stop it after draining
      env: environment,
      stdio: ['pipe', log, log],
    },
  );
  const gate = child.stdin as NonNullable<typeof child.stdin>;
  gate.on('error', () => {}); // the exit of the process is reported instead
  try {
    await once(child, 'spawn');
    await options.guardian.watch(child.pid);
    gate.end('go\n');
    return child;
  } finally {
    closeSync(log);
    if (!gate.writableEnded) gate.destroy();
  }
}

// Contains nothing of our environment: PGDATA, PGPORT, LD_LIBRARY_PATH or a missing locale would affect the server.
export const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

function openLog(path: string, account: Account): number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
  const log = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
  // The owner of the cluster may start it without root the next time.
  if (account) fchownSync(log, account.uid, account.gid);
  return log;
}

/** Returns the line with the cause. That is neither the last line ("database system is shut down") nor an early connection. */
export function lastRelevantLine(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const line =
    lines.findLast((text) => /\b(FATAL|PANIC|ERROR|error):/.test(text) && !/is starting up/.test(text)) ??
    lines.at(-1) ??
    '';
  return line.replace(/^.*?\d{4}-\d\d-\d\d \S+ \S+ \[\d+\] /, '').replace(/\.$/, '');
}

export async function exited(child: ChildProcess): Promise<void> {
  if (!hasExited(child)) await once(child, 'exit');
}

export function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

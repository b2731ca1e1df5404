import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { BARE_ENVIRONMENT } from './child-platform.ts';

/** Runs a command of src/cli/ on this database, and returns what it printed. */
export function accountCommand(name: string, databaseUrl: string) {
  return async (...args: readonly string[]) => {
    const child = spawn(process.execPath, [`src/cli/${name}.ts`, ...args], {
      cwd: join(import.meta.dirname, '../..'),
      env: { ...BARE_ENVIRONMENT, DATABASE_URL: databaseUrl },
    });
    const [[code], output, errors] = await Promise.all([
      once(child, 'close'),
      text(child.stdout),
      text(child.stderr),
    ]);
    return { code, output: output.trim(), errors: errors.trim() };
  };
}

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { childOf } from '../child.ts';
import type { ClosedLoop, LoadResult, OpenLoop } from '../load/plan.ts';
import { MERCHANTS, USERS } from '../programme.ts';
import { purchaseStatement } from './statement.ts';

/*
 * The rate of the database with one transaction per purchase: purchase.sql, prepared, over a number of
 * connections. Batched purchases are compared with this rate.
 */

export type CeilingPlan = { readonly url: string; readonly pace: ClosedLoop | OpenLoop };

export type CeilingResult = Pick<LoadResult, 'seconds' | 'done' | 'purchases'> & Partial<LoadResult>;

/** The random numbers that a client draws for each purchase, from 1 to these maxima. */
export const DRAWN = { user: USERS, merchant: MERCHANTS, cents: 10_000, days: 28 } as const;

/** The SQL of a purchase with these numbers, as pgbench runs it. */
export const DRAWN_PURCHASE = purchaseStatement({
  partner_id: 'bench_id(9, 1)',
  external_id: `('ceiling-' || uuidv7())`,
  user_id: 'bench_id(1, :user)',
  merchant_id: 'bench_id(4, :merchant)',
  amount: '((1000 + :cents) / 100.0)',
  purchased_at: `(now() - :days * interval '1 day')`,
});

const DRIVER = join(import.meta.dirname, 'driver.ts');
const runProgram = promisify(execFile);

/** The same with Node's driver, in a separate process. */
export const driveByNode = childOf<CeilingPlan, CeilingResult>(DRIVER);

export async function hasPgbench(): Promise<boolean> {
  return runProgram('pgbench', ['--version']).then(
    () => true,
    () => false,
  );
}

export async function driveByPgbench({
  url,
  pace: { connections, seconds },
}: {
  readonly url: string;
  readonly pace: ClosedLoop;
}): Promise<CeilingResult> {
  const draws = Object.entries(DRAWN).map(([name, most]) => `\\set ${name} random(1, ${most})\n`);
  const running = runProgram('pgbench', [
    '--no-vacuum',
    '--protocol=prepared',
    `--client=${connections}`,
    '--jobs=2',
    `--time=${seconds}`,
    '--file=-',
    url,
  ]);
  running.child.stdin?.end(`${draws.join('')}${DRAWN_PURCHASE};\n`);
  const { stdout } = await running;
  const [, purchases] = /actually processed: (\d+)/.exec(stdout) ?? [];
  const [, perSecond] = /tps = ([\d.]+)/.exec(stdout) ?? [];
  const done = Number(purchases);
  return { done, purchases: done, seconds: done / Number(perSecond) };
}

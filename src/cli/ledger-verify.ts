/* Replays the journal against the balances, prints a table and a verdict; exits with 1 at the first cent of difference. */
import { styleText } from 'node:util';
import { readConfig } from '../config.ts';
import { createLogger } from '../core/logging.ts';
import { formatMoney } from '../core/money.ts';
import { type LedgerReport, verifyLedger } from '../modules/wallets/index.ts';
import { joinMigratedDatabase } from '../startup/open-database.ts';
import { run } from '../startup/run.ts';

await run(main);

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const { database, close } = await joinMigratedDatabase(
    config,
    createLogger({ level: 'error', readable: false }),
  );
  try {
    const started = performance.now();
    const report = await verifyLedger(database.db);
    printReport(report, (performance.now() - started) / 1000);
    if (report.faultCount > 0) process.exitCode = 1;
  } finally {
    await close();
  }
}

function printReport({ currencies, faults, faultCount }: LedgerReport, seconds: number): void {
  const header = [
    'currency',
    'wallets',
    'entries',
    'pending',
    'available',
    'paid',
    'held',
    'from platform',
    'faults',
  ];
  const rows = currencies.map((totals) => {
    const money = (minor: bigint) => formatMoney(minor, totals.currency);
    const { pending, available, paid } = totals;
    const held = pending + available + paid;
    return [
      totals.currency,
      String(totals.wallets),
      String(totals.entries),
      ...[pending, available, paid, held, totals.fromPlatform].map(money),
      String(totals.faults),
    ];
  });
  printTable([header, ...rows]);

  for (const { walletId, userId, currency, problem, stored, replayed } of faults) {
    const show = (balances: typeof stored) =>
      [balances.pending, balances.available, balances.paid]
        .map((minor) => formatMoney(minor, currency))
        .join(' / ');
    console.log(styleText('red', `wallet ${walletId} of user ${userId}: ${problem}`));
    console.log(`  pending / available / paid: stored ${show(stored)}, replayed ${show(replayed)}`);
  }
  if (faultCount > faults.length) console.log(`… and ${faultCount - faults.length} more.`);

  const verdict =
    faultCount === 0
      ? styleText('green', 'The books are right: every balance is its replayed journal.')
      : styleText('red', `The books are WRONG in ${faultCount} wallet(s).`);
  console.log(`\n${verdict} ${styleText('dim', `(${seconds.toFixed(2)} s)`)}`);
}

/** Right-aligned columns, the first row as header. */
function printTable(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const [index, row] of rows.entries()) {
    const line = row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ');
    console.log(index === 0 ? styleText('bold', line) : line);
  }
}

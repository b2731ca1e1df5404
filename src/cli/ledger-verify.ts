/*
 * Proves the books. Prints the totals by currency, each fault as a sentence, and a verdict.
 * Exit code: 0 if the books are right, 1 if they are wrong, 2 if they are empty or there is no database.
 */
import { styleText } from 'node:util';
import { readConfig } from '../config.ts';
import { createLogger } from '../core/observability/logging.ts';
import { type LedgerReport, totalAsText, verifyLedger } from '../modules/insight/proof/index.ts';
import { joinExistingDatabase } from '../startup/open-database.ts';
import { run } from '../startup/run.ts';

const EXIT_CODES = { right: 0, wrong: 1, empty: 2 } as const;

const VERDICTS = {
  right: () =>
    styleText('green', 'The books are right: wallets, journal, sources and audit log agree with each other.'),
  wrong: (faults: number) =>
    styleText('red', `The books are WRONG: ${faults} ${faults === 1 ? 'fault' : 'faults'}.`),
  empty: () => styleText('yellow', 'The books are empty: there is no wallet, so nothing was proven.'),
};

await run(main);

async function main(): Promise<void> {
  const { database, close } = await joinExistingDatabase(
    readConfig(process.env),
    createLogger({ level: 'error', readable: false }),
  );
  try {
    const started = performance.now();
    const report = await verifyLedger(database);
    printReport(report, (performance.now() - started) / 1000);
    process.exitCode = EXIT_CODES[report.verdict];
  } finally {
    await close();
  }
}

function printReport({ verdict, currencies, faults, faultCount }: LedgerReport, seconds: number): void {
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
    const { currency, wallets, entries, pending, available, paid, fromPlatform } = totals;
    const held = pending + available + paid;
    return [
      currency,
      String(wallets),
      String(entries),
      ...[pending, available, paid, held, fromPlatform].map((amount) => totalAsText(amount, currency)),
      String(totals.faults),
    ];
  });
  printTable([header, ...rows]);

  for (const { sentence } of faults) console.log(styleText('red', sentence));
  if (faultCount > faults.length) console.log(`… and ${faultCount - faults.length} more.`);
  console.log(`\n${VERDICTS[verdict](faultCount)} ${styleText('dim', `(${seconds.toFixed(2)} s)`)}`);
}

/** Prints right-aligned columns. The first row is the header. */
function printTable(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const [index, row] of rows.entries()) {
    const line = row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ');
    console.log(index === 0 ? styleText('bold', line) : line);
  }
}

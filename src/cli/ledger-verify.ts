/*
 * Proves the books. Prints the totals by currency, each fault as a sentence, what the seals of the audit log cover, and a
 * verdict. `--seal number:digest` also proves that this seal is still there: a copy from the log of the platform, or from an
 * earlier proof. `--mail` writes to the members of staff who may adjust wallets if the books are wrong.
 * Exit code: 0 if the books are right, 1 if they are wrong, 2 if they are empty or there is no database.
 */
import { parseArgs, styleText } from 'node:util';
import { type Config, readConfig } from '../config.ts';
import { systemClock } from '../core/clock.ts';
import type { Database } from '../core/database/index.ts';
import { createLogger, type Logger } from '../core/observability/logging.ts';
import { createMetrics } from '../core/observability/metrics.ts';
import { StartupError } from '../core/startup-error.ts';
import { type Anchor, type LedgerReport, totalAsText, verifyLedger } from '../modules/insight/proof/index.ts';
import { mailBooksDiffer } from '../modules/outbound/notifications/index.ts';
import { mailModule } from '../modules/platform/mail/index.ts';
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
  const config = readConfig(process.env);
  const { seal, mail } = parseArgs({
    options: { seal: { type: 'string' }, mail: { type: 'boolean' } },
  }).values;
  const anchor = readAnchor(seal);
  const logger = createLogger({ level: 'error', readable: false });
  const { database, close } = await joinExistingDatabase(config, logger);
  try {
    const started = performance.now();
    const report = await verifyLedger(database, { anchor });
    printReport(report, (performance.now() - started) / 1000);
    process.exitCode = EXIT_CODES[report.verdict];
    if (mail === true && report.verdict === 'wrong')
      await writeMails(config, database, logger, report.faultCount);
  } finally {
    await close();
  }
}

/** A worker of the platform sends them. */
async function writeMails(config: Config, database: Database, logger: Logger, faults: number): Promise<void> {
  const kernel = { database, clock: systemClock, logger, metrics: createMetrics() };
  const { client } = mailModule(kernel, { ...config.mail, encryptionKeys: config.encryptionKeys });
  if (!client.isConfigured) return console.log('No mail was written: SMTP_URL is not set.');
  const mails = await mailBooksDiffer({ ...kernel, mail: client }, faults);
  console.log(`Mails to members of staff: ${mails}.`);
}

function readAnchor(seal: string | undefined): Anchor | undefined {
  if (seal === undefined) return undefined;
  const [, number, digest] = /^(\d{1,18}):([0-9a-f]{64})$/.exec(seal) ?? [];
  if (number === undefined || digest === undefined)
    throw new StartupError(
      '--seal takes a number and a digest, such as 12:0f3a…, as an earlier proof printed it.',
    );
  return { number: BigInt(number), digest };
}

function printReport(
  { verdict, currencies, faults, faultCount, sealed }: LedgerReport,
  seconds: number,
): void {
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
  printSeals(sealed);
  console.log(`\n${VERDICTS[verdict](faultCount)} ${styleText('dim', `(${seconds.toFixed(2)} s)`)}`);
}

function printSeals({ seals, records, unsealed, last }: LedgerReport['sealed']): void {
  const open = `${unsealed} ${unsealed === 1 ? 'record is' : 'records are'} not sealed yet.`;
  if (last === null) console.log(`The audit log has no seal. ${open}`);
  else {
    console.log(
      `${seals} seals cover ${records} audit records; the last one is of ${last.sealedAt}. ${open}`,
    );
    console.log(`Keep a copy of the last seal elsewhere: ${last.number}:${last.digest}`);
  }
}

/** Prints right-aligned columns. The first row is the header. */
function printTable(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const [index, row] of rows.entries()) {
    const line = row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ');
    console.log(index === 0 ? styleText('bold', line) : line);
  }
}

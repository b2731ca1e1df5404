import { styleText } from 'node:util';
import { formatMoney } from '../../src/core/money.ts';
import type { Play, Stage } from './play.ts';
import { TERMS } from './programme.ts';

/** A feed of nothing but refusals must not scroll the table away; `--json` has them all. */
const MAX_REFUSALS_SHOWN = 100;

/** The play as a person reads it: what was refused, line by line, and one row for each stage. */
export function presentPlay(play: Play): string {
  const { customers } = play;
  const title = `Feed ${play.feed}: ${play.lines} purchases, ${customers.created} new customers, ${customers.known} known ones.`;
  return [
    '',
    styleText('bold', title),
    ...refusalLines(play),
    '',
    ...tableLines(play.stages),
    '',
    styleText('dim', `Sums of the customers' wallets in ${TERMS.currency}, as the platform reports them.`),
  ].join('\n');
}

function refusalLines({ customers, refusals }: Play): string[] {
  const rows = [
    ...customers.refusals.map(({ customerId, code, reason }) => [`customer ${customerId}`, code, reason]),
    ...refusals.map(({ externalId, code, reason }) => [externalId, code, reason]),
  ];
  if (rows.length === 0) return [];
  const lines = rows.slice(0, MAX_REFUSALS_SHOWN).map((row) => `  ${row.join('  ')}`);
  const rest = rows.length - lines.length;
  return ['', 'Refused:', ...lines, ...(rest > 0 ? [`  … and ${rest} more, all of them with --json`] : [])];
}

function tableLines(stages: readonly Stage[]): string[] {
  const header = ['stage', 'accepted', 'refused', 'pending', 'available', 'paid', 'per second', 'also'];
  const rows = stages.map((stage) => {
    const { pending, available, paid, owing_wallets: owing, owed } = presentBalances(stage);
    const also = Object.entries(stage.also)
      .filter(([, count]) => count > 0)
      .map(([what, count]) => `${count} ${what}`);
    if (owing > 0) also.push(`${owing} ${owing === 1 ? 'wallet owes' : 'wallets owe'} ${owed}`);
    const counts = [stage.accepted, stage.refused].map(String);
    return [stage.stage, ...counts, pending, available, paid, String(stage.perSecond), also.join(', ')];
  });
  const table = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row, index) => {
    // Words to the left, numbers to the right.
    const cells = row.map((cell, column) => {
      const isText = column === 0 || column === row.length - 1;
      return isText ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
    });
    const line = cells.join('  ').trimEnd();
    return index === 0 ? styleText('bold', line) : line;
  });
}

/** The play as a program reads it; money is text, as everywhere in the API. */
export function presentPlayAsJson(play: Play): string {
  const { customers, stages, refusals, ...facts } = play;
  const document = {
    ...facts,
    currency: TERMS.currency,
    customers: {
      created: customers.created,
      known: customers.known,
      refused: customers.refusals.map(({ customerId, code, reason }) => ({
        customer_id: customerId,
        code,
        reason,
      })),
    },
    stages: stages.map((stage) => ({
      stage: stage.stage,
      accepted: stage.accepted,
      refused: stage.refused,
      ...presentBalances(stage),
      ...Object.fromEntries(
        Object.entries(stage.also).map(([what, count]) => [what.replaceAll(' ', '_'), count]),
      ),
      seconds: Math.round(stage.seconds * 1_000) / 1_000,
      per_second: stage.perSecond,
    })),
    refusals: refusals.map(({ stage, externalId, code, reason }) => ({
      stage,
      external_id: externalId,
      code,
      reason,
    })),
  };
  return JSON.stringify(document, null, 2);
}

function presentBalances({ balances: { pending, available, paid, owing, owed } }: Stage) {
  return {
    pending: formatMoney(pending, TERMS.currency),
    available: formatMoney(available, TERMS.currency),
    paid: formatMoney(paid, TERMS.currency),
    owing_wallets: owing,
    owed: formatMoney(owed, TERMS.currency),
  };
}

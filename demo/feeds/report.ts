import { styleText } from 'node:util';
import { formatMoney } from '../../src/core/money.ts';
import { duplicateSentence, lookalikeSentence } from './duplicates.ts';
import type { Play, Stage } from './play.ts';
import { TERMS } from './programme.ts';
import type { FeedLine } from './purchase-lines.ts';
import { countReasons, type Refusal, refusalSentence } from './refusal.ts';

/** Many refusals must not push the table off the screen. `--json` prints all of them. */
const MAX_LINES_SHOWN = 100;

/** Formats the result for a person: one line for each refusal, a table with one row for each stage, and the counts. */
export function presentPlay(play: Play): string {
  const { customers, refusals } = play;
  const title = `Feed ${play.feed}: ${play.lines} lines, ${customers.created} new customers, ${customers.known} known ones.`;
  return [
    '',
    styleText('bold', title),
    ...listLines('Refused:', refusals.map(refusalSentence)),
    ...listLines('Duplicates, rewarded once:', play.duplicates.map(duplicateSentence)),
    ...listLines('Alike, played as purchases of their own:', play.lookalikes.map(lookalikeSentence)),
    '',
    ...tableLines(play.stages),
    ...listLines('Refused, by reason:', reasonLines(refusals)),
    '',
    styleText('dim', `Sums of the customers' wallets in ${TERMS.currency}, as the platform reports them.`),
  ].join('\n');
}

function listLines(title: string, sentences: readonly string[]): string[] {
  if (sentences.length === 0) return [];
  const lines = sentences.slice(0, MAX_LINES_SHOWN).map((sentence) => `  ${sentence}`);
  const rest = sentences.length - lines.length;
  return ['', title, ...lines, ...(rest > 0 ? [`  … and ${rest} more, all of them with --json`] : [])];
}

function reasonLines(refusals: readonly Refusal[]): string[] {
  const reasons = countReasons(refusals);
  const width = Math.max(...reasons.map(({ count }) => String(count).length));
  return reasons.map(
    ({ column, reason, count }) => `${String(count).padStart(width)} × ${column}: ${reason}`,
  );
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
    // Text is left-aligned, numbers are right-aligned.
    const cells = row.map((cell, column) => {
      const isText = column === 0 || column === row.length - 1;
      return isText ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
    });
    const line = cells.join('  ').trimEnd();
    return index === 0 ? styleText('bold', line) : line;
  });
}

/** Formats the result for a program. Money is text, as in the API. */
export function presentPlayAsJson(play: Play): string {
  const { stages, refusals, duplicates, lookalikes, ...facts } = play;
  const document = {
    ...facts,
    currency: TERMS.currency,
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
    refusals,
    reasons: countReasons(refusals),
    duplicates: duplicates.map(({ line, earlier, differences }) => ({
      ...presentPair(line, earlier),
      differences,
    })),
    lookalikes: lookalikes.map(({ line, earlier }) => presentPair(line, earlier)),
  };
  return JSON.stringify(document, null, 2);
}

function presentPair(line: FeedLine, earlier: FeedLine | undefined) {
  return {
    line: line.lineNumber,
    external_id: line.externalId,
    earlier_line: earlier?.lineNumber ?? null,
  };
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

import { runLoad } from '../../bench/load/index.ts';
import type { ClosedLoop, LoadResult } from '../../bench/load/plan.ts';
import { buying } from '../../bench/sections/section.ts';
import { type Area, type AreaContext, scaled } from '../area.ts';
import { verifyLedger } from '../harness/books.ts';
import { startPlatform } from '../harness/platform.ts';
import { startPostgres } from '../harness/postgres.ts';
import { openProgramme } from '../harness/programme.ts';

/** The number of callers at the best throughput, and ten times as many for the overload. */
const CALLERS = 256;
const OVERLOAD_CALLERS = 10 * CALLERS;
const WARM_UP_S = 10;
const RECOVERY_S = 15;
/** The limit for the return to normal after the overload. */
const NORMAL_WITHIN_S = 5;
const GOODPUT = 0.9;
/** A shorter run compares eight seconds with eight others, so a rate would be judged by the machine's other work. */
const RATES_COUNT_FROM_SCALE = 0.05;

/** Ten times the callers that the platform can serve. They honour `Retry-After`. */
export const overload: Area = {
  name: 'overload',
  title: 'ten times the callers, who honour Retry-After',
  run: sendCrowd,
};

async function sendCrowd(context: AreaContext) {
  const { directory, say } = context;
  const seconds = scaled(context, 60, 8);
  const postgres = await startPostgres(directory);
  const programme = await openProgramme(postgres.url, { users: 10_000, merchants: 100 });
  const platform = await startPlatform({ databaseUrl: postgres.url, secrets: programme.secrets, directory });
  await platform.ready();
  const send = (pace: ClosedLoop) =>
    runLoad({ urls: [platform.url], scenario: { kind: 'purchases', ...buying(programme) }, pace });

  const results: LoadResult[] = [];
  for (const [title, pace] of [
    ['warm up', { connections: CALLERS, seconds: WARM_UP_S }],
    ['before', { connections: CALLERS, seconds }],
    ['overload', { connections: OVERLOAD_CALLERS, seconds, honoursRetryAfter: true }],
    ['after', { connections: CALLERS, seconds: RECOVERY_S, honoursRetryAfter: true }],
  ] as const) {
    const result = await send(pace);
    say(`${title}: ${pace.connections} callers, ${Math.round(rateOf(result))} a second, ${inWords(result)}`);
    results.push(result);
  }
  const [, before, crowded, after] = results as [LoadResult, LoadResult, LoadResult, LoadResult];
  await platform.terminate();
  // Autovacuum is too slow for this many new rows, so the queries of the proof would be planned for empty tables.
  await postgres.query('analyze');
  const [row] = await postgres.query<{ purchases: number }>(
    'select count(*)::int as purchases from purchases',
  );
  const violations = [
    ...results.flatMap(wrongAnswers),
    ...differences(results, row?.purchases ?? Number.NaN),
    ...(await verifyLedger(postgres.url, programme)),
  ];
  await postgres.stop();

  const goodput = context.scale >= RATES_COUNT_FROM_SCALE ? { goal: { atLeast: GOODPUT } } : {};
  const recovered = after.timeline.slice(NORMAL_WITHIN_S, RECOVERY_S - 1);
  const rateAfter = recovered.reduce((sum, { done }) => sum + done, 0) / recovered.length;
  return {
    figures: [
      { name: 'before', value: Math.round(rateOf(before)), unit: 'a second' },
      { name: 'during', value: Math.round(rateOf(crowded)), unit: 'a second' },
      { name: 'goodput', value: rateOf(crowded) / rateOf(before), ...goodput },
      { name: 'p99 of what was done', value: crowded.latency.p99, unit: 'ms' },
      { name: 'refused', value: refusalsOf(crowded) },
      { name: 'refusals without Retry-After', value: crowded.withoutRetryAfter, goal: { exactly: 0 } },
      { name: 'after five seconds', value: rateAfter / rateOf(before), ...goodput },
      {
        name: 'refused after five seconds',
        value: recovered.reduce((sum, { failed }) => sum + failed, 0),
        goal: { exactly: 0 },
      },
    ],
    violations,
  };
}

function rateOf({ done, seconds }: LoadResult): number {
  return done / seconds;
}

function refusalsOf({ answers }: LoadResult): number {
  return (answers[503] ?? 0) + (answers[429] ?? 0);
}

/** Every request must succeed or be refused for overload. Only at the end of the time may callers disconnect. */
function wrongAnswers({ answers }: LoadResult): string[] {
  return Object.entries(answers)
    .filter(([status]) => !['201', '503', '429', 'hung up'].includes(status))
    .map(([status, count]) => `${count} requests got ${status}`);
}

/** Every acknowledged purchase must be recorded. Requests of disconnected callers may be recorded. */
function differences(results: readonly LoadResult[], recorded: number): string[] {
  const acknowledged = results.reduce((sum, { purchases }) => sum + purchases, 0);
  const open = results.reduce((sum, { answers }) => sum + (answers['hung up'] ?? 0), 0);
  return recorded >= acknowledged && recorded <= acknowledged + open
    ? []
    : [`${acknowledged} purchases were acknowledged, ${open} left open, and ${recorded} are recorded`];
}

function inWords({ answers }: LoadResult): string {
  return Object.entries(answers)
    .map(([status, count]) => `${count} × ${status}`)
    .join(', ');
}

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
/** The rate of a machine changes within minutes. The median of three rounds is not decided by one of these changes. */
const ROUNDS = 3;

/** The load before the overload, the overload, and the load after it. */
type Round = { readonly before: LoadResult; readonly crowded: LoadResult; readonly after: LoadResult };

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
  const platform = await startPlatform({
    databaseUrl: postgres.servingUrl,
    secrets: programme.secrets,
    directory,
  });
  await platform.ready();
  const send = (pace: ClosedLoop) =>
    runLoad({ urls: [platform.url], scenario: { kind: 'purchases', ...buying(programme) }, pace });

  const results: LoadResult[] = [];
  async function sendAndSay(title: string, pace: ClosedLoop): Promise<LoadResult> {
    const result = await send(pace);
    say(`${title}: ${pace.connections} callers, ${Math.round(rateOf(result))} a second, ${inWords(result)}`);
    results.push(result);
    return result;
  }

  await sendAndSay('warm up', { connections: CALLERS, seconds: WARM_UP_S });
  const rounds: Round[] = [];
  while (rounds.length < ROUNDS) {
    rounds.push({
      before: await sendAndSay('before', { connections: CALLERS, seconds }),
      crowded: await sendAndSay('overload', {
        connections: OVERLOAD_CALLERS,
        seconds,
        honoursRetryAfter: true,
      }),
      after: await sendAndSay('after', {
        connections: CALLERS,
        seconds: RECOVERY_S,
        honoursRetryAfter: true,
      }),
    });
  }
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

  const crowds = rounds.map(({ crowded }) => crowded);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const goal = { atLeast: GOODPUT };
  return {
    figures: [
      {
        name: 'before',
        value: Math.round(median(rounds.map(({ before }) => rateOf(before)))),
        unit: 'a second',
      },
      { name: 'during', value: Math.round(median(crowds.map(rateOf))), unit: 'a second' },
      { name: 'goodput', value: median(rounds.map(goodputOf)), goal },
      { name: 'p99 of what was done', value: median(crowds.map(({ latency }) => latency.p99)), unit: 'ms' },
      { name: 'refused', value: sum(crowds.map(refusalsOf)) },
      {
        name: 'refusals without Retry-After',
        value: sum(crowds.map(({ withoutRetryAfter }) => withoutRetryAfter)),
        goal: { exactly: 0 },
      },
      { name: 'after five seconds', value: median(rounds.map(recoveryOf)), goal },
      {
        name: 'refused after five seconds',
        value: sum(rounds.flatMap(recoveredSeconds).map(({ failed }) => failed)),
        goal: { exactly: 0 },
      },
    ],
    violations,
  };
}

function goodputOf({ before, crowded }: Round): number {
  return rateOf(crowded) / rateOf(before);
}

function recoveryOf(round: Round): number {
  const recovered = recoveredSeconds(round);
  return recovered.reduce((sum, { done }) => sum + done, 0) / recovered.length / rateOf(round.before);
}

/** The seconds in which service must be normal again. The last one is not a whole one. */
function recoveredSeconds({ after }: Round) {
  return after.timeline.slice(NORMAL_WITHIN_S, RECOVERY_S - 1);
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
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

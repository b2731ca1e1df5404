import { setTimeout as sleep } from 'node:timers/promises';
import { runLoad } from '../../bench/load/index.ts';
import { buying } from '../../bench/sections/section.ts';
import { type Area, type AreaContext, scaled } from '../area.ts';
import { verifyLedger } from '../harness/books.ts';
import { startPlatform } from '../harness/platform.ts';
import { startPostgres } from '../harness/postgres.ts';
import { openProgramme, type Programme } from '../harness/programme.ts';
import { readNothing, type SlowSocket, sendSlowly, untilClosed } from '../harness/slow-sockets.ts';

const CLOSED_WITHIN_MS = 15_000;
/** Longer than the goal, so that the figure shows by how much the goal was missed. */
const PATIENCE_MS = 20_000;
/** The slow clients connect within this time. */
const OPENED_WITHIN_MS = 3_000;
/** The load of the other clients. */
const PURCHASES_PER_SECOND = 100;
const P99_MS = 100;
const ANSWERS_UNREAD = 40;

/** Clients that send and read too slowly are disconnected, and the others stay fast. */
export const slowClients: Area = {
  name: 'slow-clients',
  title: 'headers and bodies byte by byte, and answers that are never read',
  run: beSlow,
};

async function beSlow(context: AreaContext) {
  const { directory, say } = context;
  const senders = scaled(context, 1_000, 100);
  const readers = scaled(context, 200, 20);
  const postgres = await startPostgres(directory);
  const programme = await openProgramme(postgres.url, { users: 1_000, merchants: 100 });
  const platform = await startPlatform({
    databaseUrl: postgres.servingUrl,
    secrets: programme.secrets,
    directory,
  });
  await platform.ready();
  const load = (seconds: number) =>
    runLoad({
      urls: [platform.url],
      scenario: { kind: 'purchases', ...buying(programme) },
      pace: { perSecond: PURCHASES_PER_SECOND, seconds },
    });

  // A warm-up, so that its code is compiled.
  const first = await load(4);
  const alone = await load(5);
  say(`${senders} slow headers, ${senders} slow bodies, ${readers} slow readers`);
  const others = load((OPENED_WITHIN_MS + PATIENCE_MS) / 1000);
  await sleep(1_000);
  const { url } = platform;
  const opened = await Promise.all([
    openAll(senders, () => sendSlowly(url, 'POST /api/v1/purchases HTTP/1.1\r\nhost: slow\r\nx-slow: ', 'a')),
    openAll(senders, () => sendSlowly(url, slowBody(programme), ' ')),
    openAll(readers, () => readNothing(url, unreadAnswers())),
  ]);
  const kept = await Promise.all(opened.map((slow) => untilClosed(slow, PATIENCE_MS)));
  const beside = await others;
  const [headers, bodies, unread] = kept.map((all) => Math.max(...all));

  const isAlive = platform.ending() === undefined;
  const ending = await platform.terminate();
  const [row] = await postgres.query<{ purchases: number }>(
    'select count(*)::int as purchases from purchases',
  );
  const acknowledged = first.purchases + alone.purchases + beside.purchases;
  const refused = Object.entries(beside.answers).filter(([status]) => status !== '201');
  const violations = [
    !isAlive && 'the platform ended unexpectedly',
    ending.code !== 0 && `the platform ended with ${ending.code}`,
    ...refused.map(([status, count]) => `${count} requests of other clients got ${status}`),
    row?.purchases !== acknowledged &&
      `${acknowledged} purchases were acknowledged, ${row?.purchases} are recorded`,
    ...(await verifyLedger(postgres.url, programme)),
  ].filter((violation) => violation !== false);
  await postgres.stop();
  const keptFigure = (name: string, value = Number.NaN) => ({
    name,
    value: Math.round(value),
    unit: 'ms',
    goal: { atMost: CLOSED_WITHIN_MS },
  });
  return {
    figures: [
      keptFigure(`${senders} slow headers, all closed after`, headers),
      keptFigure(`${senders} slow bodies, all closed after`, bodies),
      keptFigure(`${readers} slow readers, all closed after`, unread),
      { name: "the others' p99 before", value: alone.latency.p99, unit: 'ms' },
      {
        name: "the others' p99 beside them",
        value: beside.latency.p99,
        unit: 'ms',
        goal: { atMost: P99_MS },
      },
    ],
    violations,
  };
}

/** Opens the connections evenly over the time. */
function openAll(count: number, open: () => Promise<SlowSocket>): Promise<SlowSocket[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, number) => {
      await sleep((number * OPENED_WITHIN_MS) / count);
      return open();
    }),
  );
}

/** A request without its body. */
function slowBody({ partnerKey }: Programme): string {
  const headers = [
    'host: slow',
    `authorization: Bearer ${partnerKey}`,
    'content-type: application/json',
    'content-length: 1000',
  ];
  return `POST /api/v1/purchases HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`;
}

/** Requests the API description so often that the responses exceed the kernel's buffers of a connection. */
function unreadAnswers(): string {
  return 'GET /openapi.json HTTP/1.1\r\nhost: slow\r\n\r\n'.repeat(ANSWERS_UNREAD);
}

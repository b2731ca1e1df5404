import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Area, type AreaContext, type AreaResult, scaled } from '../area.ts';
import { openScene, type Scene } from '../harness/scene.ts';
import { until } from '../harness/until.ts';
import { startWriters } from '../harness/writers.ts';

const SECONDS = 60;
/** How long one transaction stays open after it has recorded an event. */
const OPEN_SECONDS = 20;
const POLL_MS = 20;

/** A reader follows GET /events while transactions commit in another order than they began. */
export const feed: Area = {
  name: 'feed',
  title: `a reader of the feed beside 16 writers and a transaction that stays open for ${OPEN_SECONDS} s`,
  run,
};

type Read = { readonly id: string; readonly at_ms: number };

async function run(context: AreaContext): Promise<AreaResult> {
  const { random } = context;
  const scene = await openScene(context.directory);
  try {
    // Two processes: each of them records, and shows what the other one has recorded.
    const platforms = [await scene.start(), await scene.start()];
    await Promise.all(platforms.map(({ ready }) => ready()));
    const target = () => platforms[Math.floor(random() * platforms.length)]?.url;
    const reader = follow(scene, target, random);
    const writers = startWriters(scene, { random, target });
    const shortOnes = keepOpening(scene, random);

    const seconds = scaled(context, SECONDS, 6);
    const openSeconds = Math.min(OPEN_SECONDS, seconds / 3);
    await sleep((seconds * 1_000) / 3);
    const late = await recordAndStayOpen(scene);
    await sleep(openSeconds * 1_000);
    const readWhileOpen = reader.read.length;
    await late.commit();
    const committedAt_ms = performance.now();
    await sleep(Math.max(0, (seconds * 2_000) / 3 - openSeconds * 1_000));
    await shortOnes.stop();
    await writers.stop();

    const recorded = await recordedEvents(scene);
    const complete = () => reader.read.length >= recorded.length;
    await until(complete, { patience_ms: 10_000 }).catch(() => undefined);
    await reader.stop();
    const ids = reader.read.map(({ id }) => id);
    const seen = new Set(ids);
    const lateAt = ids.indexOf(late.id);
    return {
      figures: [
        { name: 'events', value: recorded.length, goal: { atLeast: 50 } },
        { name: 'missed', value: recorded.filter((id) => !seen.has(id)).length, goal: { exactly: 0 } },
        { name: 'twice', value: ids.length - seen.size, goal: { exactly: 0 } },
        { name: 'out of order', value: misplaced(ids, recorded), goal: { exactly: 0 } },
        { name: 'delayed by the open one', value: ids.length - readWhileOpen, goal: { atLeast: 1 } },
        {
          name: 'the late one, after its commit',
          value: Math.round((reader.read[lateAt]?.at_ms ?? Number.NaN) - committedAt_ms),
          unit: 'ms',
        },
        { name: 'committed late', value: shortOnes.count() },
        { name: 'pages', value: reader.pages() },
      ],
      violations: [
        ...reader.violations(),
        ...writers.violations(),
        ...scene.unwantedExits(),
        ...(await scene.compare()),
      ],
    };
  } finally {
    await scene.close();
  }
}

/** Polls the feed from its start, with pages of random sizes from either process. */
function follow({ client, programme }: Scene, target: () => string | undefined, random: () => number) {
  const read: Read[] = [];
  const violations: string[] = [];
  let [cursor, pages, stopping] = ['', 0, false];

  async function poll(): Promise<void> {
    while (!stopping) {
      const path = `/events?limit=${1 + Math.floor(random() * 100)}${cursor === '' ? '' : `&cursor=${cursor}`}`;
      const { status, body } = await client.send(target() ?? '', {
        method: 'GET',
        path,
        token: programme.adminToken,
      });
      if (status === 200) {
        pages += 1;
        for (const { id } of body.data) read.push({ id, at_ms: performance.now() });
        cursor = body.cursor;
      } else violations.push(`GET ${path} returned ${status} ${JSON.stringify(body)}`);
      if (body?.has_more !== true) await sleep(POLL_MS);
    }
  }

  const done = poll();
  return {
    read,
    pages: () => pages,
    violations: () => violations,
    async stop(): Promise<void> {
      stopping = true;
      await done;
    },
  };
}

/** A transaction that has recorded an event of a merchant and stays open. */
async function recordAndStayOpen({ postgres }: Scene) {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query('begin');
  const { rows } = await client.query<{ id: string }>(
    `insert into audit_logs (id, occurred_at, actor_type, action, resource_type, resource_id, outcome, details)
     select gen_random_uuid(), now(), 'system', 'merchant.changed', 'merchant', id, 'success', '{"active": true}'
     from merchants limit 1 returning id`,
  );
  return {
    id: rows[0]?.id ?? '',
    async commit(): Promise<void> {
      await client.query('commit');
      await client.end();
    },
  };
}

/** Transactions that stay open for up to half a second, so that many commit after later ones. */
function keepOpening(scene: Scene, random: () => number) {
  let [count, stopping] = [0, false];
  async function open(): Promise<void> {
    while (!stopping) {
      const { commit } = await recordAndStayOpen(scene);
      await sleep(random() * 500);
      await commit();
      count += 1;
    }
  }
  const done = Promise.all([open(), open()]);
  return {
    count: () => count,
    async stop(): Promise<void> {
      stopping = true;
      await done;
    },
  };
}

/** What the reader must have seen, in the order of the feed. */
async function recordedEvents({ postgres }: Scene): Promise<string[]> {
  const rows = await postgres.query<{ id: string }>(
    `select id from audit_logs
     where outcome = 'success' and action ~ '^(purchase|payout|wallet|merchant)[.]' and action <> 'purchase.statement_kept'
     order by recorded_in, id`,
  );
  return rows.map(({ id }) => id);
}

/** The number of places at which the order differs, of what both have. */
function misplaced(ids: readonly string[], recorded: readonly string[]): number {
  const seen = new Set(ids);
  const expected = recorded.filter((id) => seen.has(id));
  return expected.filter((id, place) => id !== ids[place]).length;
}

import { type Area, type AreaContext, scaled } from '../area.ts';
import { compareSources, verifyLedger } from '../harness/books.ts';
import { openClient, type Reply } from '../harness/client.ts';
import { concurrently } from '../harness/concurrently.ts';
import { startPlatform } from '../harness/platform.ts';
import { startPostgres } from '../harness/postgres.ts';
import { openProgramme } from '../harness/programme.ts';
import { adjustment, kindOf, payout, unexpected } from '../harness/requests.ts';

const POSTS = 50;
/** The number of concurrent keys. */
const KEYS_AT_ONCE = 4;
const USERS = 100;
/** One in this many keys credits a wallet; the others withdraw. */
const ADJUSTMENTS_ONE_IN = 5;

/** Sends each request fifty times concurrently to two processes. It must have one effect and fifty equal responses. */
export const idempotency: Area = {
  name: 'idempotency',
  title: `${POSTS} parallel posts of each key, to two processes`,
  run: repeatEverything,
};

async function repeatEverything(context: AreaContext) {
  const { directory, say } = context;
  const keys = scaled(context, 1_000, 40);
  const postgres = await startPostgres(directory);
  const programme = await openProgramme(postgres.url, { users: USERS });
  const { secrets, tokens, users, adminToken } = programme;
  const platforms = await Promise.all(
    [1, 2].map(() => startPlatform({ databaseUrl: postgres.servingUrl, secrets, directory })),
  );
  await Promise.all(platforms.map(({ ready }) => ready()));
  const urls = platforms.map(({ url }) => url);
  const client = openClient({ connections: KEYS_AT_ONCE * POSTS });

  say(`${keys} keys, each posted ${POSTS} times`);
  const started = performance.now();
  const answers = await concurrently(KEYS_AT_ONCE, keys, (key) =>
    Promise.all(
      Array.from({ length: POSTS }, (_, post) =>
        client.send(urls[(key + post) % urls.length] ?? '', requestOf(key)),
      ),
    ),
  );
  const seconds = (performance.now() - started) / 1000;
  client.close();
  await Promise.all(platforms.map(({ terminate }) => terminate()));

  const replies = answers.flat();
  const effects = await countEffects();
  const violations = [
    ...unexpected(replies, ['201']),
    ...answers.flatMap(unequal),
    ...(await compareSources(postgres)),
    ...(await verifyLedger(postgres.url, programme)),
  ];
  await postgres.stop();
  return {
    figures: [
      { name: 'keys', value: keys },
      { name: 'posts', value: replies.length },
      { name: 'effects', value: effects, goal: { exactly: keys } },
      {
        name: 'original answers',
        value: replies.filter(({ status }) => status === 201).length,
        goal: { exactly: replies.length },
      },
      { name: 'replayed', value: replies.filter(isReplay).length, goal: { exactly: keys * (POSTS - 1) } },
      { name: 'rate', value: Math.round(replies.length / seconds), unit: 'a second' },
    ],
    violations,
  };

  /** Returns the same request for the same key. */
  function requestOf(key: number) {
    const header = { 'idempotency-key': `torture-${key}` };
    const user = key % USERS;
    const cents = 1_000 + key;
    if (key % ADJUSTMENTS_ONE_IN > 0) return payout(tokens[user] ?? '', cents, header);
    const order = {
      userId: users[user] ?? '',
      cents,
      direction: 'credit',
      reason: `torture ${key}`,
    } as const;
    return adjustment(adminToken, order, header);
  }

  async function countEffects(): Promise<number> {
    // Each shopper of the programme starts with one adjustment.
    const [row] = await postgres.query<{ effects: number }>(
      'select ((select count(*) from payouts) + (select count(*) from adjustments) - $1)::int as effects',
      [USERS],
    );
    return row?.effects ?? Number.NaN;
  }
}

/** Describes responses to one key that differ in status or body. */
function unequal(replies: readonly Reply[], key: number): string[] {
  const distinct = new Set(replies.map((reply) => `${kindOf(reply)} ${JSON.stringify(reply.body)}`));
  return distinct.size === 1 ? [] : [`key ${key} had ${distinct.size} different answers`];
}

function isReplay({ headers }: Reply): boolean {
  return headers['idempotency-replayed'] === 'true';
}

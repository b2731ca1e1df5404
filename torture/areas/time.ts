import { setTimeout as sleep } from 'node:timers/promises';
import { type Area, type AreaContext, scaled } from '../area.ts';
import { compareSources, verifyLedger } from '../harness/books.ts';
import { openClient, type Reply } from '../harness/client.ts';
import { openClock } from '../harness/clock.ts';
import { euros } from '../harness/operations.ts';
import { startPlatform } from '../harness/platform.ts';
import { startPostgres } from '../harness/postgres.ts';
import { openProgramme } from '../harness/programme.ts';
import { kindOf, payout } from '../harness/requests.ts';

const WRITERS = 8;
/** The schedule of auto-confirmation is a minute, and no job may be late by more than half of one. */
const CONFIRMS_WITHIN_S = 90;

type Moment = {
  readonly name: string;
  readonly begins: Temporal.Instant;
  /** The change of the clock in the middle of the moment. */
  readonly jump?: Temporal.DurationLike;
  readonly isLast?: boolean;
};

/** The clocks of all processes jump, cross a change to summer time and a leap day, and are set back. */
export const time: Area = {
  name: 'time',
  title: 'clocks 31 days ahead, over DST and leap day, and set back while running',
  run: moveClocks,
};

async function moveClocks(context: AreaContext) {
  const { directory, say } = context;
  const seconds = scaled(context, 6, 2);
  const clock = openClock(directory);
  const postgres = await clock.under(() => startPostgres(directory));
  const programme = await openProgramme(postgres.url, { users: WRITERS, merchants: 4 });
  const options = {
    databaseUrl: postgres.servingUrl,
    secrets: programme.secrets,
    directory,
    ...clock.options,
  };
  const environment = { ...options.environment, TZ: 'Europe/Berlin' };
  const platforms = await Promise.all([
    startPlatform({ ...options, environment }),
    startPlatform({ ...options, environment }),
    startPlatform({ ...options, environment, program: 'worker' }),
  ]);
  await Promise.all(platforms.map(({ ready }) => ready()));
  const urls = platforms.slice(0, 2).map(({ url }) => url);
  const client = openClient();
  const tokens: string[] = new Array(WRITERS).fill('');
  const effects = new Map<string, string>();
  const violations: string[] = [];
  let requests = 0;
  let logins = 0;

  for (const moment of momentsFrom(clock.now(), seconds)) {
    clock.set(moment.begins);
    // The platform must read the new time before it gets a request.
    await sleep(200);
    if (moment.isLast) await makeEverythingDue();
    say(`${moment.name}: ${clock.now().toString({ smallestUnit: 'second' })}`);
    const before = effects.size;
    await liveThrough(moment);
    await repeatEffects(moment.name, [...effects.keys()].slice(before));
  }
  const confirmedAfter_s = await untilConfirmed();
  const rows = await countEffects();
  client.close();
  const endings = await Promise.all(platforms.map((platform) => platform.terminate()));
  violations.push(
    ...endings.filter(({ code }) => code !== 0).map(({ code }) => `a process ended with ${code}`),
    ...(rows === effects.size ? [] : [`${effects.size} effects were acknowledged, ${rows} are recorded`]),
    ...(await compareSources(postgres)),
    ...(await verifyLedger(postgres.url, programme)),
  );
  await postgres.stop();

  return {
    figures: [
      { name: 'requests', value: requests },
      { name: 'effects', value: rows, goal: { exactly: effects.size } },
      { name: 'logins', value: logins },
      {
        name: 'auto-confirmation after the clock was set back',
        value: confirmedAfter_s,
        unit: 's',
        goal: { atMost: CONFIRMS_WITHIN_S },
      },
      { name: "PostgreSQL's clock too (faketime)", value: clock.reachesPostgres ? 1 : 0 },
    ],
    violations,
  };

  /** Lets writers work before and after the jump. Half of their requests start before the jump and end after it. */
  async function liveThrough({ jump }: Moment): Promise<void> {
    const end = performance.now() + seconds * 1000;
    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      for (let turn = 0; performance.now() < end; turn += 1) await write(writer, turn);
    });
    if (jump !== undefined) {
      await sleep((seconds * 1000) / 2);
      clock.shift(jump);
    }
    await Promise.all(writers);
  }

  /** Reports and confirms a purchase, requests a payout, and reads as the shopper. */
  async function write(writer: number, turn: number): Promise<void> {
    const { id } = (await takeEffect(`purchase time-${effects.size}-${writer}-${turn}`)).body;
    if (turn % 2 === 0 && id !== undefined) {
      await send({ method: 'POST', path: `/purchases/${id}/confirmation`, token: programme.partnerKey });
    }
    await takeEffect(`payout time-${effects.size}-${writer}-${turn}`);
    for (const path of ['/users/me/wallet', '/users/me/purchases?limit=5', '/offers/active?limit=5']) {
      await asShopper(writer, (token) => ({ method: 'GET', path, token }));
    }
  }

  /** Repeats the request of each effect. None may take effect twice, and each repeat must get the same response. */
  async function repeatEffects(name: string, keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const original = effects.get(key);
      const { body } = await ask(key);
      const id = body?.id ?? body?.error?.details?.purchase?.id;
      if (id !== original) violations.push(`${name}: ${key} was ${original}, and ${id} when it was repeated`);
    }
  }

  async function takeEffect(key: string): Promise<Reply> {
    const reply = await ask(key);
    if (reply.status === 201) effects.set(key, reply.body.id);
    else violations.push(`${key} got ${kindOf(reply)}`);
    return reply;
  }

  /** The key determines the request. */
  function ask(key: string): Promise<Reply> {
    const writer = Number(/-(\d+)-\d+$/.exec(key)?.[1]);
    if (key.startsWith('payout'))
      return asShopper(writer, (token) => payout(token, 1_000 + writer, { 'idempotency-key': key }));
    const body = {
      external_id: key,
      user_id: programme.users[writer],
      merchant_id: programme.merchants[writer % programme.merchants.length],
      amount: euros(5_000 + writer),
      currency: 'EUR',
    };
    return send({ method: 'POST', path: '/purchases', token: programme.partnerKey, body });
  }

  /** Sends a request as the shopper. Logs in again if the token has expired by the new time. */
  async function asShopper(writer: number, request: (token: string) => Parameters<typeof client.send>[1]) {
    const reply = await send(request(tokens[writer] ?? ''));
    if (reply.status !== 401) return reply;
    logins += 1;
    const body = { email: programme.emails[writer], password: programme.password };
    const login = await send({ method: 'POST', path: '/auth/login', body });
    tokens[writer] = login.body?.access_token ?? '';
    return send(request(tokens[writer] ?? ''));
  }

  async function send(request: Parameters<typeof client.send>[1]): Promise<Reply> {
    requests += 1;
    const reply = await client.send(urls[requests % urls.length] ?? '', request);
    if (reply.status === 0 || reply.status >= 500) {
      violations.push(`${request.method} ${request.path} got ${kindOf(reply)}`);
    }
    return reply;
  }

  /** Lets all purchases, also later ones, be confirmed automatically without a delay of thirty days. */
  async function makeEverythingDue(): Promise<void> {
    await postgres.query('update merchants set confirmation_days = 0');
  }

  /**
   * Measures the delay until a worker whose clock was set back confirms due purchases. Earlier purchases become due only
   * when the clock has caught up.
   */
  async function untilConfirmed(): Promise<number> {
    const started = performance.now();
    const due = clock.now().toString();
    for (;;) {
      const [row] = await postgres.query<{ pending: number }>(
        `select count(*)::int as pending from purchases where status = 'pending' and created_at <= '${due}'`,
      );
      const seconds = (performance.now() - started) / 1000;
      if (row?.pending === 0 || seconds > 2 * CONFIRMS_WITHIN_S) return seconds;
      await sleep(250);
    }
  }

  async function countEffects(): Promise<number> {
    const [row] = await postgres.query<{ count: number }>(
      'select ((select count(*) from purchases) + (select count(*) from payouts))::int as count',
    );
    return row?.count ?? Number.NaN;
  }
}

/** Each moment lasts some seconds, with the change of the clock in the middle. */
function momentsFrom(now: Temporal.Instant, seconds: number): Moment[] {
  const shortlyBefore = (text: string) =>
    Temporal.Instant.from(text).subtract({ milliseconds: seconds * 500 });
  return [
    { name: 'the present', begins: now },
    { name: '31 days ahead', begins: now.add({ hours: 24 * 31 }) },
    { name: 'summer time begins', begins: shortlyBefore('2027-03-28T01:00:00Z') },
    { name: 'summer time ends', begins: shortlyBefore('2027-10-31T01:00:00Z') },
    { name: 'a leap day begins', begins: shortlyBefore('2028-02-29T00:00:00Z') },
    { name: 'a leap day ends', begins: shortlyBefore('2028-03-01T00:00:00Z') },
    {
      name: 'set back five minutes',
      begins: Temporal.Instant.from('2028-04-30T23:58:00Z'),
      jump: { minutes: -5 },
      isLast: true,
    },
  ];
}

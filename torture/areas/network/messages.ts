import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCertificate } from '../../../bench/certificate.ts';
import { type AreaContext, type AreaResult, scaled } from '../../area.ts';
import { nameOf, type Operation } from '../../harness/acknowledgements.ts';
import type { Verdict } from '../../harness/lane.ts';
import { perform, rewardOf } from '../../harness/operations.ts';
import { rewardPercent } from '../../harness/programme.ts';
import { type PostgresProxy, startProxy } from '../../harness/proxy.ts';
import { openScene, type Scene } from '../../harness/scene.ts';
import type { Direction, Message } from '../../harness/wire.ts';
import { oneOf } from '../../random.ts';

const ANSWERS_WITHIN_MS = 15_000;
/** The number of attempts: a request may get a connection with prepared statements, on which the fault does not occur. */
const ATTEMPTS = 6;
const NOTICES_WITHIN_MS = 15;
const RETRY_AFTER_MS = 20;
const KNOWN_WITHIN_MS = 60_000;

type Fault = { readonly direction: Direction; readonly number: number; readonly verdict: Verdict };

const DIRECTIONS = ['toServer', 'toClient'] as const;
const VERDICTS: Readonly<Record<Direction, readonly Verdict[]>> = {
  toServer: ['cut before', 'cut after'],
  toClient: ['cut before', 'cut after', 'damage'],
};

/**
 * Cuts the connection before and after each message of the transactions of a purchase, a confirmation and a payout, over
 * TLS, and damages the record of each message. COMMIT and its response are also swallowed. The client repeats each request.
 */
export async function everyMessage(context: AreaContext): Promise<AreaResult> {
  const { directory, say, random } = context;
  const scene = await openScene(directory, { users: 50 });
  const proxy = await startProxy(scene.postgres.servingUrl, { certificate: makeCertificate(directory) });
  try {
    const api = await scene.start({ databaseUrl: proxy.url });
    await api.ready();
    const sweep = { scene, proxy, url: api.url, random, violations: [] as string[], slowest_ms: 0 };
    let faults = 0;
    let missed = 0;
    let wanted = 0;
    for (const kind of ['purchase', 'confirm', 'payout'] as const) {
      const longest = await measure(sweep, kind);
      const all = DIRECTIONS.flatMap((direction) =>
        numbersOf(longest[direction]).flatMap((number) =>
          VERDICTS[direction].map((verdict) => ({ direction, number, verdict })),
        ),
      );
      const chosen = sample(context, all);
      wanted += chosen.length;
      for (const fault of chosen) {
        if (await tryFault(sweep, kind, fault)) faults += 1;
        else missed += 1;
      }
      if (chosen === all) for (const direction of DIRECTIONS) await muteCommit(sweep, kind, direction);
      say(`${kind}: ${longest.toServer} messages to the server, ${longest.toClient} to the client`);
    }
    proxy.intercept(undefined);
    return {
      figures: [
        { name: 'messages cut or damaged', value: faults, goal: { exactly: wanted } },
        { name: 'messages that never came', value: missed, goal: { exactly: 0 } },
        { name: 'slowest answer', value: sweep.slowest_ms, unit: 'ms', goal: { atMost: ANSWERS_WITHIN_MS } },
        { name: 'unexpected exits', value: scene.unwantedExits().length, goal: { exactly: 0 } },
      ],
      violations: [...sweep.violations, ...scene.unwantedExits(), ...(await scene.compare())],
    };
  } finally {
    await scene.close();
    await proxy.close();
  }
}

type Sweep = {
  readonly scene: Scene;
  readonly proxy: PostgresProxy;
  readonly url: string;
  readonly random: () => number;
  readonly violations: string[];
  slowest_ms: number;
};

type Kind = 'purchase' | 'confirm' | 'payout';

function numbersOf(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** Counts the messages of the transaction on a new connection, on which nothing is prepared. */
async function measure(sweep: Sweep, kind: Kind): Promise<Record<Direction, number>> {
  const longest = { toServer: 0, toClient: 0 };
  const operation = await next(sweep, kind);
  await forgetConnections(sweep.proxy);
  sweep.proxy.intercept(({ direction, number = 0 }) => {
    longest[direction] = Math.max(longest[direction], number);
    return 'pass';
  });
  await finish(sweep, operation);
  sweep.proxy.intercept(undefined);
  return longest;
}

/** Returns true if the fault occurred. */
async function tryFault(sweep: Sweep, kind: Kind, fault: Fault): Promise<boolean> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const operation = await next(sweep, kind);
    await forgetConnections(sweep.proxy);
    const happened = injectOnce(
      sweep.proxy,
      ({ direction, number }) => direction === fault.direction && number === fault.number,
      fault.verdict,
    );
    await finish(sweep, operation);
    sweep.proxy.intercept(undefined);
    if (happened()) return true;
  }
  return false;
}

/** Closes all connections, because a transaction has the most messages on a new connection. */
async function forgetConnections(proxy: PostgresProxy): Promise<void> {
  proxy.reset();
  await sleep(NOTICES_WITHIN_MS);
}

async function muteCommit(sweep: Sweep, kind: Kind, towards: Direction): Promise<void> {
  const operation = await next(sweep, kind);
  injectOnce(sweep.proxy, ({ direction, isCommit }) => isCommit && direction === towards, 'mute');
  await finish(sweep, operation);
  sweep.proxy.intercept(undefined);
}

function injectOnce(
  proxy: PostgresProxy,
  isIt: (message: Message) => boolean,
  verdict: Verdict,
): () => boolean {
  let happened = false;
  proxy.intercept((message) => {
    if (happened || !isIt(message)) return 'pass';
    happened = true;
    return verdict;
  });
  return () => happened;
}

async function next(sweep: Sweep, kind: Kind): Promise<Operation> {
  const { scene, random } = sweep;
  const userId = oneOf(random, scene.programme.users);
  if (kind === 'payout')
    return { kind, userId, key: randomUUID(), cents: 1_000 + Math.floor(random() * 500) };
  const cents = 1_000 + Math.floor(random() * 9_000);
  const purchase = {
    kind: 'purchase',
    externalId: randomUUID(),
    userId,
    merchantId: scene.programme.merchants[0] ?? '',
    cents,
    rewardCents: rewardOf(cents, rewardPercent(1)),
  } as const;
  return kind === 'purchase' ? purchase : { kind, purchaseId: (await finish(sweep, purchase)) ?? '' };
}

/** Repeats the request until its outcome is known. Each response must be in time, and the last one must be the original. */
async function finish(sweep: Sweep, operation: Operation): Promise<string | undefined> {
  const { scene, url, violations } = sweep;
  const deadline = performance.now() + KNOWN_WITHIN_MS;
  while (performance.now() < deadline) {
    const { answer, reply } = await perform(scene, url, operation);
    sweep.slowest_ms = Math.max(sweep.slowest_ms, reply.ms);
    if (reply.status === 0 || reply.status === 500)
      violations.push(`${nameOf(operation)} got status ${reply.status} ${reply.lost ?? ''}`);
    if (answer.kind === 'done') return answer.id;
    if (answer.kind === 'refused' && answer.isFinal) break;
    await sleep(RETRY_AFTER_MS);
  }
  violations.push(`no client could find out what became of ${nameOf(operation)}`);
  return undefined;
}

/** Returns all faults at scale 1. A smaller scale draws a random subset. */
function sample(context: AreaContext, faults: readonly Fault[]): readonly Fault[] {
  const count = scaled(context, faults.length, 10);
  if (count >= faults.length) return faults;
  return Array.from({ length: count }, () => oneOf(context.random, faults));
}

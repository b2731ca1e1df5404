import fc from 'fast-check';
import { type Fault, fieldsOf, requestOf, type Target } from '../../tests/support/contract-faults.ts';
import {
  answerChecker,
  type Operation,
  operationsOf,
  readOpenApi,
} from '../../tests/support/contract-openapi.ts';
import { type Client, openWorld, sampleOf } from '../../tests/support/contract-requests.ts';
import { openPartner } from '../../tests/support/partners.ts';
import { type Area, type AreaContext, scaled } from '../area.ts';
import { compareSources } from '../harness/books.ts';
import { concurrently } from '../harness/concurrently.ts';
import { startContractProcess } from '../harness/contract-platform.ts';
import { faultsArbitrary } from '../harness/generated-requests.ts';
import { HOSTILE_BODY_VALUES, HOSTILE_URL_VALUES } from '../harness/hostile-values.ts';
import { isReadBack, readBack } from '../harness/read-back.ts';

const AT_ONCE = 16;
const CHUNK = 2_000;

type Field = Omit<Fault, 'value'> & { readonly wrap?: (value: string) => string };

/** Sends requests that are generated from the API description, with hostile values in every field. */
export const fuzz: Area = {
  name: 'fuzz',
  title: 'requests made from the API description, in four roles',
  run: sendNonsense,
};

type Sent = {
  readonly target: Target;
  readonly faults: readonly Fault[];
  readonly caller: Client | undefined;
};

async function sendNonsense(context: AreaContext) {
  const { directory, random, seed, say } = context;
  const platform = await startContractProcess(directory);
  const openApi = await readOpenApi(platform);
  const operations = operationsOf(openApi);
  const checkAnswer = answerChecker(openApi);
  const world = await openWorld(platform);
  const { admin } = platform;
  const callers = [undefined, world.shopper, world.partner, admin];
  const targets: Target[] = [];
  for (const operation of operations) {
    const sample = await sampleOf(world, operation, admin);
    targets.push({ operation, sample, fields: fieldsOf(operation) });
  }
  const counts = { requests: 0, accepted: 0, compared: 0 };
  const violations: string[] = [];

  const perField = scaled(context, 300, 20);
  say(`${perField} hostile values for each field, one at a time`);
  // One request at a time per operation, so that a read returns what this request wrote.
  await concurrently(AT_ONCE, targets.length, async (number) => {
    for (const request of hostileRequests(targets[number] as Target)) await send(request, true);
  });

  const generated = scaled(context, 50_000, 1_000);
  say(`${generated} generated requests`);
  const requests = await requestArbitrary();
  for (let first = 0; first < generated; first += CHUNK) {
    const chunk = fc.sample(requests, { numRuns: Math.min(CHUNK, generated - first), seed: seed + first });
    await concurrently(AT_ONCE, chunk.length, (number) => send(chunk[number] as Sent));
  }
  violations.push(...(await compareSources(platform.postgres)));
  if (platform.process.ending() !== undefined) violations.push('the process ended unexpectedly');
  await platform.stop();

  return {
    figures: [
      { name: 'fields', value: targets.reduce((sum, { fields }) => sum + fields.length, 0) },
      { name: 'hostile values for each', value: perField },
      { name: 'generated requests', value: generated },
      { name: 'requests', value: counts.requests },
      { name: 'accepted changes', value: counts.accepted },
      { name: 'values read back', value: counts.compared, goal: { atLeast: 1 } },
    ],
    violations,
  };

  function hostileRequests(target: Target): Sent[] {
    return [...target.fields, ...nestedFieldsOf(target)].flatMap(({ wrap = unchanged, ...field }: Field) =>
      valuesFor(field, perField).map((value) => ({
        target,
        faults: [{ ...field, value: wrap(value) }],
        caller: admin,
      })),
    );
  }

  function valuesFor({ part }: Omit<Fault, 'value'>, count: number): string[] {
    const values = part === 'body' ? HOSTILE_BODY_VALUES : HOSTILE_URL_VALUES;
    if (count >= values.length) return [...values];
    const first = random() * values.length;
    const step = values.length / count;
    // Spread over all values, because similar values are adjacent.
    return Array.from(
      { length: count },
      (_, index) => values[Math.floor(first + index * step) % values.length] as string,
    );
  }

  async function requestArbitrary(): Promise<fc.Arbitrary<Sent>> {
    // None of these users is a caller, because a deactivation would end the caller's requests.
    const { id: userId } = await platform.registerUser();
    const partner = await openPartner(platform);
    const ids = [world.merchantId, world.offerId, userId, partner.id, await world.recordPurchase()];
    return fc.oneof(
      ...targets.map((target) =>
        fc.record({
          target: fc.constant(target),
          caller: fc.constantFrom(...callers),
          faults: faultsArbitrary(target, ids),
        }),
      ),
    );
  }

  async function send({ target, faults, caller }: Sent, readsBack = false): Promise<void> {
    const { operation } = target;
    const { method, url, headers = {}, payload } = requestOf(world, target, faults);
    const token = tokenFor(target, caller);
    const reply = await platform.client.send(platform.process.url, {
      method,
      path: url.slice('/api/v1'.length),
      headers,
      ...(token !== undefined && { token }),
      ...(payload !== undefined && { body: payload }),
    });
    counts.requests += 1;
    const told = `${method} ${url.slice(0, 200)} ${(payload ?? '').slice(0, 300)}`;
    if (reply.status === 0) violations.push(`${told} was not answered: ${reply.lost}`);
    else if (reply.status >= 500) violations.push(`${told} got ${reply.status}`);
    else violations.push(...undocumented(told, () => checkAnswer(servedBy(method, url) ?? NO_ROUTE, reply)));

    if (reply.status < 200 || reply.status >= 300 || method === 'GET') return;
    counts.accepted += 1;
    if (readsBack) {
      const read = async (path: string) => {
        // Bank details are shown to the administrator who is paying.
        const payout = /^\/payouts\/[^/]+(?=\/bank-details$)/.exec(path)?.[0];
        if (payout !== undefined)
          await platform.api('PATCH', `${payout}/process`, {
            token: admin.token,
            body: { status: 'processing' },
          });
        return (await platform.api('GET', path, { token: admin.token })).body;
      };
      for (const { field, sent, shown } of await readBack(operation, faults, reply.body, read)) {
        counts.compared += 1;
        if (!isReadBack(field, sent, shown))
          violations.push(`${told} is shown with ${field} ${JSON.stringify(shown)}`);
      }
    }
    // Most changes are possible only once, so the next value needs a new object.
    Object.assign(target, { sample: await sampleOf(world, operation, admin) });
  }

  /** An operation that ends sessions must not end that of the caller. A logout takes a refresh token as well. */
  function tokenFor({ operation, sample }: Target, caller: Sent['caller']): string | undefined {
    if (operation.path === '/auth/logout') return undefined;
    const endsSessions = operation.method === 'DELETE' && /^\/users\/me(\/sessions|$)/.test(operation.path);
    return caller && endsSessions ? sample.token : caller?.token;
  }

  function servedBy(method: string, url: string): Operation | undefined {
    const [path = ''] = url.slice('/api/v1'.length).split(/\/?(?:\?|$)/);
    const matching = operations.filter(
      (operation) => operation.method === method && patternOf(operation).test(path),
    );
    // A path without parameters comes first.
    return matching.find((operation) => !operation.path.includes('{')) ?? matching[0];
  }
}

function undocumented(told: string, check: () => void): string[] {
  try {
    check();
    return [];
  } catch (error) {
    return [`${told}: ${(error as Error).message.slice(0, 500)}`];
  }
}

/** Stands for requests without an operation: an unknown path, or a method that the path does not have. */
const NO_ROUTE: Operation = {
  name: 'a route that does not exist',
  method: 'GET',
  path: '',
  description: { responses: { 404: refusal('NOT_FOUND'), 405: refusal('METHOD_NOT_ALLOWED') } },
};

function refusal(code: string) {
  return {
    content: { 'application/json': { schema: { type: 'object' }, examples: { [code]: { value: {} } } } },
  };
}

function unchanged(value: string): string {
  return value;
}

function patternOf({ path }: Operation): RegExp {
  return new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]*')}$`);
}

/** The account of a payout is an object. Each of its fields is hostile once, while the others are valid. */
function nestedFieldsOf({ operation }: Target): Field[] {
  if (operation.name !== 'POST /users/me/payouts') return [];
  const details = { part: 'body', field: 'details' } as const;
  return [
    { ...details, wrap: (value) => `{"iban": "DE89370400440532013000", "account_holder": ${value}}` },
    { ...details, wrap: (value) => `{"iban": ${value}, "account_holder": "Erika Mustermann"}` },
    { ...details, wrap: (value) => `{"from_payout_id": ${value}}` },
  ];
}

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
import { bodyArbitrary, valueArbitrary } from '../harness/generated-requests.ts';
import { HOSTILE_BODY_VALUES, HOSTILE_URL_VALUES } from '../harness/hostile-values.ts';
import { isReadBack } from '../harness/read-back.ts';

const AT_ONCE = 16;
const CHUNK = 2_000;

type Field = Omit<Fault, 'value'> & { readonly wrap?: (value: string) => string };

/** Requests made from the API description, and hostile values in every field of it. */
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
  // One request after the other to an operation, so that what is read back is what that request wrote.
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
  if (platform.process.ending() !== undefined) violations.push('the process ended by itself');
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
    const first = Math.floor(random() * values.length);
    return Array.from({ length: count }, (_, index) => values[(first + index) % values.length] as string);
  }

  /** A request whose fields are as the description has them, or hostile, or left alone. */
  async function requestArbitrary(): Promise<fc.Arbitrary<Sent>> {
    // None of them is a caller: to deactivate one would end its requests.
    const { id: userId } = await platform.registerUser();
    const partner = await openPartner(platform);
    const ids = [world.merchantId, world.offerId, userId, partner.id, await world.recordPurchase()];
    return fc.oneof(
      ...targets.map((target) =>
        fc.record({
          target: fc.constant(target),
          caller: fc.constantFrom(...callers),
          faults: fc
            .tuple(
              parametersOf(target.operation, ids),
              bodyArbitrary(target.operation, ids),
              faultsOf(target),
            )
            .map(([parameters, body, faults]) => [...parameters, ...inBody(body), ...faults]),
        }),
      ),
    );
  }

  async function send({ target, faults, caller }: Sent, readsBack = false): Promise<void> {
    const { operation, sample } = target;
    const { method, url, headers = {}, payload } = requestOf(world, target, faults);
    // A logout must not end the session of the caller.
    const token = operation.path === '/auth/logout' ? sample.token : caller?.token;
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
    else if (reply.status >= 500) violations.push(`${told} was answered with ${reply.status}`);
    else violations.push(...undocumented(told, () => checkAnswer(servedBy(method, url) ?? NO_ROUTE, reply)));

    if (reply.status < 200 || reply.status >= 300 || method === 'GET') return;
    counts.accepted += 1;
    if (readsBack) violations.push(...(await differencesOf(told, faults, operation, url, reply.body)));
    // Most changes can be made once: the next value needs an object of its own.
    Object.assign(target, { sample: await sampleOf(world, operation, admin) });
  }

  /** What was accepted is shown in the answer, and again when it is read later. */
  async function differencesOf(
    told: string,
    faults: readonly Fault[],
    { name }: Operation,
    url: string,
    answer: Record<string, unknown>,
  ): Promise<string[]> {
    const item = firstOf(answer);
    // An item of a list may be refused although the list is answered with 200.
    if (typeof item.status === 'number' && item.status >= 300) return [];
    const place = PLACES[name]?.(url, item);
    const later = place && (await platform.api('GET', place, { token: admin.token })).body;
    return faults.filter(isOfBody).flatMap((fault) =>
      leavesOf(fault).flatMap(([field, value]) =>
        [item, later].flatMap((shown) => {
          if (shown === undefined || !Object.hasOwn(shown, field)) return [];
          counts.compared += 1;
          return isReadBack(field, value, shown[field])
            ? []
            : [`${told} is shown with ${field} ${JSON.stringify(shown[field])}`];
        }),
      ),
    );
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

/** Where an accepted change is read again. */
const PLACES: Readonly<Record<string, (url: string, answer: Record<string, unknown>) => string>> = {
  'POST /merchants': (_, { id }) => `/merchants/${id}`,
  'PATCH /merchants/{id}': (_, { id }) => `/merchants/${id}`,
  'POST /offers': (_, { id }) => `/offers/${id}`,
  'POST /partners': (_, { id }) => `/partners/${id}`,
  'PATCH /partners/{id}': (_, { id }) => `/partners/${id}`,
  'POST /users': (_, { id }) => `/users/${id}`,
  'POST /purchases': (_, { id }) => `/purchases/${id}`,
  'POST /purchases/batch': (_, { id }) => `/purchases/${id}`,
  'POST /users/me/payouts': (_, { id }) => `/payouts/${id}/bank-details`,
  'PATCH /payouts/{id}/process': (_, { id }) => `/payouts/${id}`,
};

/** Of a list its first item is the one with the hostile values. */
function firstOf(answer: Record<string, unknown>): Record<string, unknown> {
  return (answer.results as Record<string, unknown>[] | undefined)?.[0] ?? answer;
}

/** Every route that does not exist answers alike. */
const NO_ROUTE: Operation = {
  name: 'a route that does not exist',
  method: 'GET',
  path: '',
  description: {
    responses: {
      404: {
        content: {
          'application/json': { schema: { type: 'object' }, examples: { NOT_FOUND: { value: {} } } },
        },
      },
    },
  },
};

function unchanged(value: string): string {
  return value;
}

function patternOf({ path }: Operation): RegExp {
  return new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]*')}$`);
}

/** The bank details of a payout are an object: each of its fields is spoiled while the other one is right. */
function nestedFieldsOf({ operation }: Target): Field[] {
  if (operation.name !== 'POST /users/me/payouts') return [];
  const details = { part: 'body', field: 'details' } as const;
  return [
    { ...details, wrap: (value) => `{"iban": "DE89370400440532013000", "account_holder": ${value}}` },
    { ...details, wrap: (value) => `{"iban": ${value}, "account_holder": "Erika Mustermann"}` },
  ];
}

function parametersOf({ description: { parameters = [] } }: Operation, ids: readonly string[]) {
  const PARTS = { path: 'params', query: 'query', header: 'headers' } as const;
  const fields = parameters.map(({ name, in: place, schema }) =>
    fc.option(
      valueArbitrary(schema, ids).map(
        (value): Fault => ({
          part: PARTS[place as keyof typeof PARTS],
          field: name,
          value: encodeURIComponent(String(value)),
        }),
      ),
      { nil: undefined },
    ),
  );
  return fc.tuple(...fields).map((faults) => faults.filter((fault) => fault !== undefined));
}

function isOfBody({ part }: Fault): boolean {
  return part === 'body';
}

/** The value itself, or those of an object's fields. */
function leavesOf({ field, value }: Fault): (readonly [string, string])[] {
  const parsed: unknown = JSON.parse(value);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return [[field, value]];
  return Object.entries(parsed).map(([name, leaf]) => [name, JSON.stringify(leaf)]);
}

function inBody(fields: Readonly<Partial<Record<string, string>>>): Fault[] {
  return Object.entries(fields).map(([field, value = 'null']) => ({ part: 'body', field, value }));
}

function faultsOf({ fields }: Target): fc.Arbitrary<Fault[]> {
  if (fields.length === 0) return fc.constant([]);
  const fault = fc
    .constantFrom(...fields)
    .chain((field) =>
      fc
        .constantFrom(...(field.part === 'body' ? HOSTILE_BODY_VALUES : HOSTILE_URL_VALUES))
        .map((value): Fault => ({ ...field, value })),
    );
  return fc.array(fault, { maxLength: 2 });
}

function undocumented(told: string, check: () => void): string[] {
  try {
    check();
    return [];
  } catch (error) {
    return [`${told}: ${(error as Error).message.slice(0, 500)}`];
  }
}

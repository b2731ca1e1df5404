import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { newId } from '../../src/core/id.ts';
import { ACCESS, type Access, SCOPES, STAFF } from '../support/contract-access.ts';
import { answerChecker, type Operation, operationsOf, readOpenApi } from '../support/contract-openapi.ts';
import {
  type Client,
  countAllRows,
  openWorld,
  type Sample,
  sampleOf,
  send,
} from '../support/contract-requests.ts';
import {
  ALL_SCOPES,
  issueKey,
  openPartner,
  scopesWithout,
  signed,
  type TestPartner,
} from '../support/partners.ts';
import { type Person, startTestPlatform } from '../support/platform.ts';
import { endpointBody, openEndpoint, recordDelivery } from '../support/webhooks.ts';

const platform = await startTestPlatform();
const openApi = await readOpenApi(platform);
const operations = operationsOf(openApi);
const checkAnswer = answerChecker(openApi);
const world = await openWorld(platform);
const { admin } = platform;
let stranger: Person;
let otherPartner: TestPartner;
/** For each scope a partner that has all but this one. */
const lacking = new Map<string, TestPartner>();
before(async () => {
  stranger = await platform.registerUser();
  otherPartner = await openPartner(platform);
  for (const scope of ALL_SCOPES) {
    lacking.set(scope, await openPartner(platform, { scopes: scopesWithout(scope) }));
  }
});

test('every operation is in the table of access, and the table holds no other', () => {
  const served = operations.map(({ name }) => name).sort();
  assert.deepEqual(served, Object.keys(ACCESS).sort());
});

describe('an operation answers as its access says, in the shape that it documents', () => {
  for (const operation of operations) {
    const access = ACCESS[operation.name];

    test(`${operation.name} declares that ${access} may call it`, () => {
      const scope = SCOPES[operation.name];
      const forPartners = scope === undefined ? [] : [{ api_key: scope === 'any' ? [] : [scope] }];
      const forAccounts = access === 'partners' ? [] : [{ bearer: [] }];
      const withoutToken = access === 'whoever is logged in or has a refresh token' ? [{}] : [];
      const expected = access === 'everybody' ? [] : [...withoutToken, ...forAccounts, ...forPartners];
      assert.deepEqual(operation.description.security, expected);
      if (scope !== undefined && scope !== 'any')
        assert.ok(operation.description.description?.includes(`\`${scope}\``));
      assert.equal('401' in operation.description.responses, mayAnswer401(operation, access));
    });

    test(`${operation.name} for a caller without a token`, async () => {
      const sample = await sampleOf(world, operation);
      if (access === 'everybody') return assertSuccess(operation, await send(world, operation, sample));
      await assertRefusedWithoutATrace(() => send(world, operation, sample), operation, 401, 'INVALID_TOKEN');
    });

    test(`${operation.name} for a user`, async () => {
      const sample = await sampleOf(world, operation, world.shopper);
      if (access !== 'admins' && access !== 'partners')
        return assertSuccess(operation, await send(world, operation, sample, world.shopper));
      const ask = () => send(world, operation, sample, world.shopper);
      await assertRefusedWithoutATrace(ask, operation, 403, 'FORBIDDEN');
    });

    test(`${operation.name} for an admin`, async () => {
      const sample = await sampleOf(world, operation, admin);
      const ask = () => send(world, operation, sample, admin);
      if (access !== 'partners') return assertSuccess(operation, await ask());
      assert.equal((await ask()).status, 403);
    });

    test(`${operation.name} for a partner with every scope`, async () => {
      const { partner } = world;
      const isOpen = access === 'everybody' || operation.name in SCOPES;
      const { token: _, ...sample } = await sampleOf(world, operation, isOpen ? partner : world.shopper);
      const ask = () => send(world, operation, sample, partner);
      if (isOpen) return assertSuccess(operation, await ask());
      await assertRefusedWithoutATrace(ask, operation, 403, 'FORBIDDEN');
    });
  }
});

const isForStaff = (access: Access | undefined) => access !== 'everybody' && access !== 'partners';

describe('staff may do what their roles permit, and read everything except bank details', () => {
  for (const role of ['support', 'finance', 'partnerships', 'fraud', 'administrator']) {
    for (const operation of operations.filter(({ name }) => isForStaff(ACCESS[name]))) {
      const isPermitted = role === 'administrator' || (STAFF[operation.name]?.includes(role) ?? true);

      test(`${operation.name} is ${isPermitted ? 'open' : 'closed'} to ${role}`, async () => {
        const person = await platform.registerStaff(role);
        const forAdmins = ACCESS[operation.name] === 'admins';
        const { token: _, ...sample } = await sampleOf(world, operation, forAdmins ? person : admin);
        const ask = () => send(world, operation, sample, person);
        if (!isPermitted) await assertRefusedWithoutATrace(ask, operation, 403, 'FORBIDDEN');
        else if (forAdmins) assertSuccess(operation, await ask());
        else assert.notEqual((await ask()).body?.error?.code, 'FORBIDDEN');
      });
    }
  }

  test('the operations that change something for others state who may call them', () => {
    const changing = operations.filter(
      ({ name, method }) => ACCESS[name] === 'admins' && method !== 'GET' && !(name in STAFF),
    );
    assert.deepEqual(changing, []);
  });

  test('roles take effect on the next request', async () => {
    const { id, token } = await platform.registerStaff('partnerships');
    const ask = async () => (await platform.api('GET', '/merchants', { token })).status;
    assert.equal(await ask(), 200);
    await platform.setStaffRoles(id, []);
    assert.equal(await ask(), 403);
    assert.deepEqual((await platform.api('GET', '/users/me', { token })).body.permissions, []);
  });
});

describe('an administrator does not decide about their own money', () => {
  const OWN: Readonly<Record<string, (id: string, owner: Person) => Promise<Sample> | Sample>> = {
    'POST /purchases': (_, { id }) => ({ body: world.purchase(id) }),
    'POST /purchases/{id}/confirmation': (id) => ({ params: { id } }),
    'POST /purchases/{id}/release': (id) => ({ params: { id } }),
    'POST /purchases/{id}/reverse': (id) => ({ params: { id } }),
    'PATCH /purchases/{id}/reverse': (id) => ({ params: { id } }),
    'POST /purchases/{id}/amendments': (id) => ({
      params: { id },
      body: { amount: '1.00', reason: 'a return', version: '1' },
    }),
    'POST /purchases/{id}/match': async (id, owner) => ({
      params: { id },
      body: { purchase_id: await purchaseOf(owner), reason: 'one order' },
    }),
  };

  const MONEY: typeof OWN = {
    'PATCH /payouts/{id}/process': async (_, owner) => ({
      params: { id: await world.requestPayout(owner) },
      body: { status: 'processing' },
    }),
    'GET /payouts/{id}/bank-details': async (_, owner) => {
      const id = await world.requestPayout(owner);
      const body = { status: 'processing' };
      await platform.api('PATCH', `/payouts/${id}/process`, { token: admin.token, body });
      return { params: { id } };
    },
    'POST /users/{id}/wallet/adjustments': (_, { id }) => ({
      params: { id },
      body: { amount: '1.00', direction: 'credit', reason: 'Goodwill.' },
    }),
    'POST /adjustments/{id}/approval': async (_, owner) => ({ params: { id: await adjustmentOf(owner) } }),
    'POST /adjustments/{id}/rejection': async (_, owner) => ({
      params: { id: await adjustmentOf(owner) },
      body: { reason: 'The amount is wrong.' },
    }),
  };

  async function adjustmentOf({ id }: Person): Promise<string> {
    const body = { amount: '1000.01', direction: 'credit', reason: 'A correction.' };
    return (await platform.api('POST', `/users/${id}/wallet/adjustments`, { token: admin.token, body })).body
      .id;
  }

  for (const [name, sample] of Object.entries({ ...OWN, ...MONEY })) {
    test(`at ${name}`, async () => {
      const owner = await platform.registerStaff('administrator');
      const own = await sample(name in OWN ? await purchaseOf(owner) : '', owner);
      const operation = operationNamed(name);

      const ask = () => send(world, operation, own, owner);
      const answer = await assertRefusedWithoutATrace(ask, operation, 403, 'FORBIDDEN');

      assert.deepEqual(answer.body.error.details, { reason: 'own' });
    });
  }

  test('nor within a list', async () => {
    const owner = await platform.registerStaff('administrator');
    const item = { purchase_id: await purchaseOf(owner), action: 'confirm' };
    for (const [path, body] of [
      ['/purchases/batch', [world.purchase(owner.id)]],
      ['/purchases/settlements', [item]],
    ] as const) {
      const { results } = (await platform.api('POST', path, { token: owner.token, body })).body;
      assert.deepEqual(results[0].error.details, { reason: 'own' }, path);
    }
  });

  async function purchaseOf({ id }: Person): Promise<string> {
    const body = world.purchase(id);
    return (await platform.api('POST', '/purchases', { token: admin.token, body })).body.id;
  }
});

describe('a partner', () => {
  for (const operation of operations.filter(({ name }) => name in SCOPES)) {
    const scope = SCOPES[operation.name] ?? '';

    if (scope === 'any')
      for (const name of ALL_SCOPES)
        test(`without the scope ${name} may call ${operation.name}`, async () => {
          const partner = lacking.get(name);
          assertSuccess(operation, await send(world, operation, await sampleOf(world, operation), partner));
        });
    else
      test(`without the scope ${scope} is refused at ${operation.name}`, async () => {
        const partner = lacking.get(scope);
        const sample = await sampleOf(world, operation, partner && (await withEveryScope(partner)));
        const ask = () => send(world, operation, sample, partner);

        const answer = await assertRefusedWithoutATrace(ask, operation, 403, 'FORBIDDEN');

        assert.match(answer.body.error.details.reason, new RegExp(scope));
      });

    if (operation.path.includes('{id}')) {
      test(`finds an object of another partner missing at ${operation.name}`, async () => {
        const id = await objectOf(operation, world.partner);
        const sample = await sampleOf(world, operation, admin);
        const params = { ...sample.params, id };
        const ask = () => send(world, operation, { ...sample, params }, otherPartner);

        const answer = await assertRefusedWithoutATrace(ask, operation, 404, 'NOT_FOUND');

        const missing = newId();
        const ofMissing = { ...sample, params: { ...params, id: missing } };
        const forMissing = await send(world, operation, ofMissing, otherPartner);
        assert.deepEqual(answer.body, JSON.parse(JSON.stringify(forMissing.body).replaceAll(missing, id)));
      });

      test(`finds an object of no partner missing at ${operation.name}`, async () => {
        const sample = await sampleOf(world, operation, admin);
        const params = { ...sample.params, id: await objectOf(operation) };
        const ask = () => send(world, operation, { params, body: sample.body }, otherPartner);

        await assertRefusedWithoutATrace(ask, operation, 404, 'NOT_FOUND');
      });
    }

    if (operation.method !== 'GET') {
      test(`that must sign is refused without a signature at ${operation.name}, and heard with one`, async () => {
        const partner = await openPartner(platform, { signs: true });
        const id = operation.path.includes('{id}') ? await openSigned(operation, partner) : '';
        const { body } = await sampleOf(world, operation, admin);
        const eventId = operation.path.includes('{event_id}') ? await recordDelivery(platform, id) : '';
        const text = body === undefined ? '' : JSON.stringify(body);
        const ask = (headers: Record<string, string>) =>
          platform.api(operation.method, operation.path.replace('{id}', id).replace('{event_id}', eventId), {
            token: partner.token,
            headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
            ...(body !== undefined && { body: text }),
          });

        await assertRefusedWithoutATrace(() => ask({}), operation, 401, 'INVALID_SIGNATURE');
        assertSuccess(operation, await ask(signed(partner.secret, text, { at: platform.clock() })));
      });
    }
  }
});

describe('access is checked before anything else is read', () => {
  for (const operation of operations.filter(({ name }) => ACCESS[name] !== 'everybody')) {
    test(`${operation.name} reveals no fault of the request to a caller without a token`, async () => {
      const broken = { params: { id: 'no-id' }, query: { limit: 'all', unknown: 1 } };

      const answer = await send(world, operation, broken);

      assert.equal(answer.status, 401, JSON.stringify(answer.body));
      checkAnswer(operation, answer);
    });
  }

  for (const operation of operations.filter(({ name }) => ACCESS[name] === 'admins')) {
    test(`${operation.name} does not reveal to a user whether an id exists`, async () => {
      const answer = await send(world, operation, { params: { id: newId() } }, world.shopper);

      assert.equal(answer.status, 403, JSON.stringify(answer.body));
      checkAnswer(operation, answer);
    });

    if (!(operation.name in SCOPES)) {
      test(`${operation.name} does not reveal to a partner whether an id exists`, async () => {
        const answer = await send(world, operation, { params: { id: newId() } }, world.partner);

        assert.equal(answer.status, 403, JSON.stringify(answer.body));
        checkAnswer(operation, answer);
      });
    }
  }
});

describe('HEAD is guarded as GET is', () => {
  for (const operation of operations.filter(({ method }) => method === 'GET')) {
    test(`HEAD ${operation.path}`, async () => {
      const reader = ACCESS[operation.name] === 'admins' ? admin : world.shopper;
      const { params = {}, query = {} } = await sampleOf(world, operation, reader);
      const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
      const pairs = Object.entries(query).map(([name, value]) => [name, String(value)]);
      const url = `/api/v1${path}?${new URLSearchParams(Object.fromEntries(pairs))}`;
      const head = async (token?: string) => {
        const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
        return (await platform.platform.server.inject({ method: 'HEAD', url, headers })).statusCode;
      };

      const tokens = [undefined, world.shopper.token, admin.token, world.partner.token];
      const statuses = await Promise.all(tokens.map(head));

      const access = ACCESS[operation.name];
      if (access === 'everybody') return assert.deepEqual(statuses, [200, 200, 200, 200]);
      const forUser = access === 'admins' || access === 'partners' ? 403 : 200;
      const isOwnObject = operation.path.startsWith('/users/me/') && operation.path.includes('{id}');
      const forAdmin = access === 'partners' ? 403 : isOwnObject ? 404 : 200;
      // Where it is open to partners, the sample is of another's object.
      const ofPartners = operation.path.includes('{id}') ? 404 : 200;
      assert.deepEqual(statuses, [401, forUser, forAdmin, operation.name in SCOPES ? ofPartners : 403]);
    });
  }
});

describe('objects of other users are hidden', () => {
  test('a purchase is shown to its owner and to admins, and refused to another user', async () => {
    const operation = operationNamed('GET /purchases/{id}');
    const sample = { params: { id: await world.recordPurchase() } };

    const asked = [world.shopper, admin, stranger].map((caller) => send(world, operation, sample, caller));
    const [forOwner, forAdmin, forStranger] = await Promise.all(asked);

    assert.equal(forOwner?.status, 200);
    assert.equal(forAdmin?.status, 200);
    assert.deepEqual(forOwner.body, forAdmin.body);
    assert.equal(forStranger?.status, 403);
    assert.equal(forStranger.body.error.code, 'FORBIDDEN');
    assert.doesNotMatch(JSON.stringify(forStranger.body), /49\.90/);
  });

  test('a purchase of another user cannot be reported, and leaves no row', async () => {
    const operation = operationNamed('POST /purchases');
    const body = world.purchase(world.shopper.id);

    await assertRefusedWithoutATrace(
      () => send(world, operation, { body }, stranger),
      operation,
      403,
      'FORBIDDEN',
    );
  });

  test('settling a purchase is refused even to its owner, and moves no money', async () => {
    const id = await world.recordPurchase();
    const settlements = ['POST /purchases/{id}/confirmation', 'POST /purchases/{id}/reverse'];
    for (const name of [...settlements, 'PATCH /purchases/{id}/reverse']) {
      const operation = operationNamed(name);
      const ask = () => send(world, operation, { params: { id } }, world.shopper);
      await assertRefusedWithoutATrace(ask, operation, 403, 'FORBIDDEN');
    }
  });

  test('lists of "me" contain nothing of other users', async () => {
    await world.recordPurchase();
    for (const path of ['/users/me/purchases', '/users/me/wallet/transactions']) {
      const own = await platform.api('GET', path, { token: world.shopper.token });
      const others = await platform.api('GET', path, { token: stranger.token });

      assert.ok(own.body.pagination.total > 0, path);
      assert.deepEqual(others.body.data, [], path);
      assert.equal(others.body.pagination.total, 0, path);
    }
    const wallet = await platform.api('GET', '/users/me/wallet', { token: stranger.token });
    assert.equal(wallet.body.pending_balance, '0.00');
  });

  test('a wallet is shown by id to admins only, not even to its owner', async () => {
    const operation = operationNamed('GET /users/{id}/wallet');
    const params = { id: world.shopper.id };

    const answer = await send(world, operation, { params }, world.shopper);

    assert.equal(answer.status, 403);
    checkAnswer(operation, answer);
  });
});

describe('an id that names nothing', () => {
  for (const operation of operations.filter(({ path }) => path.includes('{id}'))) {
    test(`${operation.name} answers 404 with the type and id that were requested`, async () => {
      const id = newId();
      const sample = await sampleOf(world, operation, admin);

      const answer = await send(world, operation, { ...sample, params: { ...sample.params, id } }, admin);

      assert.equal(answer.status, 404, JSON.stringify(answer.body));
      assert.equal(answer.body.error.code, 'NOT_FOUND');
      assert.match(
        answer.body.error.details.resource_type,
        /^(adjustment|merchant|offer|partner|payout|purchase|wallet|user|session|webhook_endpoint)$/,
      );
      assert.equal(answer.body.error.details.resource_id, id);
      checkAnswer(operation, answer);
    });

    test(`${operation.name} returns 422 for an id that is not a UUID`, async () => {
      const sample = await sampleOf(world, operation, admin);

      const broken = { ...sample, params: { ...sample.params, id: '42' } };

      const answer = await send(world, operation, broken, admin);

      assert.equal(answer.status, 422, JSON.stringify(answer.body));
      assert.deepEqual(answer.body.error.details.violations, [
        { field: 'id', reason: 'must be a valid UUID' },
      ]);
      checkAnswer(operation, answer);
    });
  }
});

function operationNamed(name: string): Operation {
  const operation = operations.find((candidate) => candidate.name === name);
  assert.ok(operation, `${name} is not served`);
  return operation;
}

function assertSuccess(operation: Operation, answer: Awaited<ReturnType<typeof send>>): void {
  assert.ok(
    answer.status >= 200 && answer.status < 300,
    `${operation.name}: ${answer.status} ${JSON.stringify(answer.body)}`,
  );
  checkAnswer(operation, answer);
}

async function assertRefusedWithoutATrace(
  ask: () => ReturnType<typeof send>,
  operation: Operation,
  status: number,
  code: string,
): ReturnType<typeof send> {
  const before = await countAllRows(platform);
  const answer = await ask();
  assert.equal(answer.status, status, `${operation.name}: ${JSON.stringify(answer.body)}`);
  assert.equal(answer.body.error.code, code);
  checkAnswer(operation, answer);
  assert.deepEqual(await countAllRows(platform), before, 'a refused request wrote rows');
  return answer;
}

/** The same partner, with a key that may do what a sample needs done first. */
async function withEveryScope({ id }: TestPartner): Promise<Client> {
  return { id, token: (await issueKey(platform, id)).key };
}

const isOfWebhooks = ({ path }: Operation) => path.startsWith('/webhook-endpoints');

/** What the path of an operation names: a purchase or a webhook endpoint, of this partner or of none. */
function objectOf(operation: Operation, partner?: TestPartner): Promise<string> {
  return isOfWebhooks(operation) ? openEndpoint(platform, partner?.token) : world.recordPurchase(partner);
}

/** The same, made by a partner that signs. */
async function openSigned(operation: Operation, partner: TestPartner): Promise<string> {
  const [path, body] = isOfWebhooks(operation)
    ? (['/webhook-endpoints', endpointBody()] as const)
    : (['/purchases', world.purchase(world.shopper.id)] as const);
  const text = JSON.stringify(body);
  const headers = {
    'content-type': 'application/json',
    ...signed(partner.secret, text, { at: platform.clock() }),
  };
  const answer = await platform.api('POST', path, { token: partner.token, body: text, headers });
  return answer.body.id;
}

/** Logging in and refreshing are open to everybody, and yet may be refused with 401. */
function mayAnswer401({ path }: Operation, access: Access | undefined): boolean {
  // A request for a mail asks for nothing that could be wrong.
  if (path === '/auth/password-reset-requests') return false;
  return access !== 'everybody' || path.startsWith('/auth/');
}

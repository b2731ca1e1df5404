import { randomBytes } from 'node:crypto';
import { ACCESS, SCOPES } from '../../tests/support/contract-access.ts';
import {
  answerChecker,
  type Operation,
  operationsOf,
  readOpenApi,
} from '../../tests/support/contract-openapi.ts';
import { type Client, openWorld, sampleOf, send, type World } from '../../tests/support/contract-requests.ts';
import { forger } from '../../tests/support/forged-tokens.ts';
import { issueKey, openPartner } from '../../tests/support/partners.ts';
import type { Answer } from '../../tests/support/platform.ts';
import type { Area, AreaContext } from '../area.ts';
import { type ContractProcess, startContractProcess } from '../harness/contract-platform.ts';

/** Calls every operation with every role, with the caller's own objects and with those of others. */
export const access: Area = {
  name: 'access',
  title: 'every operation by every role, with objects of its own and of others',
  run: tryEveryDoor,
};

type Caller = {
  readonly name: string;
  /** Undefined for a caller without a token. */
  readonly client: Client | undefined;
  /** True if each operation needs a new client, because some operations end the session. */
  readonly isNewEachTime?: boolean;
  /** The owner of the objects in the request. */
  readonly owner: Client | undefined;
  readonly mayCall: (operation: Operation) => boolean;
};

/** Operations for logged-in users whose object, or second factor, belongs to one of them. */
const OWNED = new Set([
  'DELETE /users/me/sessions/{id}',
  'GET /users/me/purchases/{id}',
  'GET /purchases/{id}',
  'POST /purchases',
  'GET /users/me/payouts/{id}',
  'POST /users/me/payouts/{id}/cancel',
  'POST /auth/mfa/confirmation',
  'POST /auth/mfa/step-up',
  'POST /auth/mfa/recovery-codes',
  'DELETE /auth/mfa',
]);

async function tryEveryDoor({ directory }: AreaContext) {
  const [present, retired] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];
  const platform = await startContractProcess(directory, {
    JWT_KEYS: `present:${present},retired:${retired}`,
  });
  const openApi = await readOpenApi(platform);
  const operations = operationsOf(openApi);
  const checkAnswer = answerChecker(openApi);
  const world = await openWorld(platform);
  const callers = await callersOf(world, platform);
  const violations = operations
    .filter(({ name }) => !(name in ACCESS))
    .map(({ name }) => `${name} is not in the table of access`);
  let wrongSuccesses = 0;
  let wrongRefusals = 0;

  for (const operation of operations) {
    const answers = await Promise.all(callers.map((caller) => call(world, platform, operation, caller)));
    for (const [index, caller] of callers.entries()) {
      const answer = answers[index] as Answer;
      const succeeded = answer.status >= 200 && answer.status < 300;
      const may = caller.mayCall(operation);
      if (succeeded && !may) wrongSuccesses += 1;
      if (!succeeded && may) wrongRefusals += 1;
      if (succeeded !== may) violations.push(`${operation.name} answered ${answer.status} to ${caller.name}`);
      violations.push(...undocumented(() => checkAnswer(operation, answer)));
    }
  }
  const forged = await tryForgeries(platform, { present, retired });
  await platform.stop();

  return {
    figures: [
      { name: 'operations', value: operations.length },
      { name: 'callers', value: callers.length },
      { name: 'wrong successes', value: wrongSuccesses, goal: { exactly: 0 } },
      { name: 'wrong refusals', value: wrongRefusals, goal: { exactly: 0 } },
      { name: 'forged tokens', value: forged.tried, goal: { atLeast: 40 } },
      { name: 'forged tokens accepted', value: forged.accepted.length, goal: { exactly: 0 } },
    ],
    violations: [...violations, ...forged.accepted.map((name) => `a token with ${name} was accepted`)],
  };
}

async function callersOf(world: World, platform: ContractProcess): Promise<Caller[]> {
  const { shopper, partner } = world;
  const { admin } = platform;
  const access = ({ name }: Operation) => ACCESS[name];
  const isOpen = (operation: Operation) => access(operation) === 'everybody';
  const isForUsers = (operation: Operation) => !['admins', 'partners'].includes(access(operation) ?? '');
  const isForPartners = (operation: Operation) => isOpen(operation) || operation.name in SCOPES;
  const otherPartner = await openPartner(platform);
  const readOnly = await openPartner(platform, { scopes: ['purchases:write'] });
  return [
    { name: 'a caller without a token', client: undefined, owner: undefined, mayCall: isOpen },
    { name: 'the owner', client: shopper, owner: shopper, mayCall: isForUsers },
    {
      name: 'another user',
      client: undefined,
      isNewEachTime: true,
      owner: shopper,
      mayCall: (operation) => isForUsers(operation) && !OWNED.has(operation.name),
    },
    {
      name: 'an administrator',
      client: admin,
      owner: admin,
      mayCall: (operation) => access(operation) !== 'partners',
    },
    { name: 'a partner', client: partner, owner: partner, mayCall: isForPartners },
    {
      name: 'another partner',
      client: otherPartner,
      owner: partner,
      mayCall: (operation) =>
        isForPartners(operation) && !/^\/(purchases|webhook-endpoints)\/\{id\}/.test(operation.path),
    },
    {
      name: 'a partner that may not settle',
      client: readOnly,
      // It settles its own purchase, which was reported with another key.
      owner: { id: readOnly.id, token: (await issueKey(platform, readOnly.id)).key },
      mayCall: (operation) =>
        isOpen(operation) ||
        ['any', 'purchases:read', 'purchases:write'].includes(SCOPES[operation.name] ?? ''),
    },
    { name: 'a user who has logged out', client: await loggedOut(platform), owner: shopper, mayCall: isOpen },
    { name: 'a deactivated user', client: await deactivated(platform), owner: shopper, mayCall: isOpen },
    {
      name: 'a partner with a revoked key',
      client: await revoked(platform),
      owner: partner,
      mayCall: isOpen,
    },
    { name: 'a deactivated partner', client: await inactive(platform), owner: partner, mayCall: isOpen },
  ];
}

/** Sends a request with the owner's objects and the caller's token. */
async function call(
  world: World,
  platform: ContractProcess,
  operation: Operation,
  { client: caller, isNewEachTime = false, owner }: Caller,
): Promise<Answer> {
  const client = isNewEachTime ? await platform.registerUser() : caller;
  const named = isPerson(client) && isAboutCaller(operation) ? client : nameable(world, operation, owner);
  const { token, ...sample } = await sampleOf(world, operation, named);
  // Some samples use a separate session, so that they do not change the session of the owner.
  const isOwn = caller !== undefined && caller === owner && named === owner;
  return send(world, operation, isOwn && token !== undefined ? { ...sample, token } : sample, client);
}

/** True for operations that only concern the caller, such as `/users/me/payouts`. */
function isAboutCaller({ path }: Operation): boolean {
  return path.startsWith('/users/me') && !path.includes('{id}');
}

/** Returns the owner of the objects. A partner has no account and no wallet, so it tries those of a shopper. */
function nameable(world: World, { name }: Operation, owner: Client | undefined): Client | undefined {
  const isForPartners = ACCESS[name] === 'everybody' || name in SCOPES;
  return owner === undefined || isPerson(owner) || isForPartners ? owner : world.shopper;
}

function isPerson(client: Client | undefined): client is Client {
  return client?.email !== undefined;
}

async function loggedOut(platform: ContractProcess): Promise<Client> {
  const user = await platform.registerUser();
  await platform.api('POST', '/auth/logout', { token: user.token });
  return user;
}

async function deactivated(platform: ContractProcess): Promise<Client> {
  const user = await platform.registerUser();
  const body = { status: 'inactive' };
  await platform.api('PATCH', `/users/${user.id}/status`, { token: platform.admin.token, body });
  return user;
}

async function revoked(platform: ContractProcess): Promise<Client> {
  const partner = await openPartner(platform);
  const path = `/partners/${partner.id}/keys/${partner.keyId}`;
  await platform.api('DELETE', path, { token: platform.admin.token });
  return partner;
}

async function inactive(platform: ContractProcess): Promise<Client> {
  const partner = await openPartner(platform);
  const body = { status: 'inactive' };
  await platform.api('PATCH', `/partners/${partner.id}/status`, { token: platform.admin.token, body });
  return partner;
}

async function tryForgeries(platform: ContractProcess, secrets: { present: string; retired: string }) {
  const user = await platform.registerUser();
  const stolen = { token: user.token, refreshToken: user.refreshToken, otherId: platform.admin.id };
  const accepted: string[] = [];
  const forgeries = Object.entries(forger(stolen, secrets).forgeries);
  for (const [name, token] of forgeries) {
    const answer = await platform.api('GET', '/users/me', { token });
    if (answer.status !== 401) accepted.push(name);
  }
  return { tried: forgeries.length, accepted };
}

function undocumented(check: () => void): string[] {
  try {
    check();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

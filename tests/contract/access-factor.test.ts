import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ACCESS, BEFORE_ENROLMENT, NO_PASSWORD_STEP_UP, STAFF, STEP_UP } from '../support/contract-access.ts';
import { answerChecker, type Operation, operationsOf, readOpenApi } from '../support/contract-openapi.ts';
import { countAllRows, openWorld, type Sample, sampleOf, send } from '../support/contract-requests.ts';
import { runSql } from '../support/database.ts';
import { type Answer, PASSWORD, type Person, startTestPlatform } from '../support/platform.ts';
import { enrol, totpCode } from '../support/second-factor.ts';

/*
 * The access of the contract by second factor: a caller without one, with one that was proved long ago, and with a fresh
 * code.
 */

const optional = await openPlatform('optional');
const required = await openPlatform('required');
const operations = operationsOf(await readOpenApi(optional));
const checkAnswer = answerChecker(await readOpenApi(optional));
const guarded = operations.filter(({ name }) => !['everybody', 'partners'].includes(ACCESS[name] ?? ''));

type TestPlatform = Awaited<ReturnType<typeof startTestPlatform>>;
const worlds = { optional: await openWorld(optional), required: await openWorld(required) };
await enrol(required, worlds.required.colleague);

/** A platform whose administrator can prepare everything. */
async function openPlatform(mode: 'optional' | 'required'): Promise<TestPlatform> {
  const platform = await startTestPlatform({ environment: { ADMIN_MFA: mode } });
  if (mode === 'required') await enrol(platform, platform.admin);
  return platform;
}

const passwordGuarded = STEP_UP.filter((name) => !NO_PASSWORD_STEP_UP.includes(name));

for (const [proof, code, table] of [
  ['code', 'MFA_STEP_UP_REQUIRED', STEP_UP],
  ['password', 'STEP_UP_REQUIRED', passwordGuarded],
] as const) {
  test(`the operations that ask for a fresh ${proof} are those of the table`, () => {
    const asking = operations.filter(({ description }) => codesOf(description, 403).includes(code));
    assert.deepEqual(asking.map(({ name }) => name).sort(), [...table].sort());
  });
}

describe('an operation that asks for a fresh code', () => {
  for (const operation of operations.filter(({ name }) => STEP_UP.includes(name))) {
    for (const role of ['administrator', ...(STAFF[operation.name] ?? [])]) {
      test(`${operation.name} takes one of ${role}, and refuses an older one without a trace`, async () => {
        const person = await enrol(optional, await optional.registerStaff(role));
        const { token: _, ...sample } = await sampleOf(worlds.optional, operation, person);
        const ask = () => send(worlds.optional, operation, sample, person);
        await passFiveMinutes(person);
        await assertRefused(optional, operation, ask, 'MFA_STEP_UP_REQUIRED');

        const body = { code: totpCode(person.secret, optional.now()) };
        const stepUp = await optional.api('POST', '/auth/mfa/step-up', { token: person.token, body });

        assert.equal(stepUp.status, 204, JSON.stringify(stepUp.body));
        assertSuccess(operation, await ask());
      });
    }

    test(`${operation.name} asks for none where the administrator has no second factor`, async () => {
      const person = await optional.registerStaff('administrator');
      const { token: _, ...sample } = await sampleOf(worlds.optional, operation, person);
      const answer = await send(worlds.optional, operation, sample, person);
      assert.notEqual(answer.status, 403, JSON.stringify(answer.body));
    });
  }

  test('asks nothing of a role that does not permit it', async () => {
    const person = await enrol(optional, await optional.registerStaff('partnerships'));
    await passFiveMinutes(person);
    const operation = operationNamed('GET /payouts/{id}/bank-details');
    const sample = await sampleOf(worlds.optional, operation, optional.admin);
    await assertRefused(
      optional,
      operation,
      () => send(worlds.optional, operation, sample, person),
      'FORBIDDEN',
    );
  });
});

describe('an operation that asks a session of the console for a fresh password', () => {
  for (const operation of operations.filter(({ name }) => STEP_UP.includes(name))) {
    const { name } = operation;
    const isAsked = passwordGuarded.includes(name);
    test(`${name} ${isAsked ? 'takes one, and refuses an older one without a trace' : 'asks for none'}`, async () => {
      const person = await atTheConsole(await optional.registerStaff('administrator'));
      const { token: _, ...sample } = await sampleOf(worlds.optional, operation, person);
      const ask = () => send(worlds.optional, operation, sample, person);
      await passFiveMinutes(person);
      if (!isAsked) return assert.notEqual((await ask()).status, 403);
      await assertRefused(optional, operation, ask, 'STEP_UP_REQUIRED');

      const body = { password: PASSWORD };
      const stepUp = await optional.api('POST', '/auth/step-up', { token: person.token, body });

      assert.equal(stepUp.status, 204, JSON.stringify(stepUp.body));
      assertSuccess(operation, await ask());
    });
  }
});

describe('with ADMIN_MFA=required, an administrator without a second factor', () => {
  for (const operation of guarded) {
    const isOpen = BEFORE_ENROLMENT.includes(operation.name);
    test(`may ${isOpen ? 'use' : 'not use'} ${operation.name}`, async () => {
      const person = await required.registerStaff('administrator');
      const { token: _, ...sample } = await sampleOf(worlds.required, operation, required.admin);
      const ask = (own: Sample = sample) => send(worlds.required, operation, own, person);
      if (!isOpen) await assertRefused(required, operation, ask, 'MFA_ENROLMENT_REQUIRED');
      else if (operation.name === 'POST /auth/mfa/confirmation') assert.notEqual((await ask()).status, 403);
      else assertSuccess(operation, await ask());
    });
  }

  test('may do everything in the same session after the enrolment, and may not remove the factor', async () => {
    const person = await required.registerStaff('administrator');
    const { token } = person;
    const asked = await required.api('GET', '/merchants', { token });
    assert.equal(asked.body.error.code, 'MFA_ENROLMENT_REQUIRED');

    const { secret } = await enrol(required, person);

    for (const operation of guarded.filter(({ method }) => method === 'GET')) {
      const isOfCaller = ACCESS[operation.name] === 'admins' || /^\/users\/me\/.*\{id\}/.test(operation.path);
      const owner = isOfCaller ? person : required.admin;
      const sample = await sampleOf(worlds.required, operation, owner);
      assertSuccess(operation, await send(worlds.required, operation, sample, person));
    }
    const body = { code: totpCode(secret, required.now()) };
    const removed = await required.api('DELETE', '/auth/mfa', { token, body });
    assert.equal(removed.status, 403);
    assert.equal(removed.body.error.code, 'FORBIDDEN');
  });

  test('becomes one by the roles, on the next request', async () => {
    const { id, token } = await required.registerUser();
    const ask = async () => (await required.api('GET', '/users/me/wallet', { token })).body.error?.code;
    assert.equal(await ask(), undefined);
    await required.setStaffRoles(id, ['support']);
    assert.equal(await ask(), 'MFA_ENROLMENT_REQUIRED');
  });

  test('is not a shopper, who needs none', async () => {
    const { token } = await required.registerUser();
    assert.equal((await required.api('GET', '/users/me/wallet', { token })).status, 200);
  });
});

function operationNamed(name: string): Operation {
  const operation = operations.find((candidate) => candidate.name === name);
  assert.ok(operation, `${name} is not served`);
  return operation;
}

function codesOf({ responses }: Operation['description'], status: number): string[] {
  return Object.keys(responses[status]?.content?.['application/json']?.examples ?? {});
}

/** The same person in a session of the console. */
async function atTheConsole(person: Person): Promise<Person> {
  const body = { email: person.email, password: PASSWORD, client: 'console' };
  const answer = await optional.api('POST', '/auth/login', { body });
  return { ...person, token: answer.body.access_token };
}

/** For this person alone, because the tokens of others would expire. */
async function passFiveMinutes({ id }: Person): Promise<void> {
  const earlier = ['factor_proven_at', 'password_proven_at'].map(
    (column) => `${column} = ${column} - interval '301 seconds'`,
  );
  await runSql(optional.database.url, `update sessions set ${earlier} where user_id = '${id}'`);
}

function assertSuccess(operation: Operation, answer: Answer): void {
  assert.ok(answer.status >= 200 && answer.status < 300, `${operation.name}: ${JSON.stringify(answer.body)}`);
  checkAnswer(operation, answer);
}

async function assertRefused(
  platform: TestPlatform,
  operation: Operation,
  ask: () => Promise<Answer>,
  code: string,
): Promise<void> {
  const before = await countAllRows(platform);
  const answer = await ask();
  assert.equal(answer.status, 403, `${operation.name}: ${JSON.stringify(answer.body)}`);
  assert.equal(answer.body.error.code, code);
  checkAnswer(operation, answer);
  assert.deepEqual(await countAllRows(platform), before, 'a refused request wrote rows');
}

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { api, connectApi } from '../../web/src/app/api.ts';
import { hasCode } from '../../web/src/app/client.ts';
import type { Session } from '../../web/src/app/session.ts';
import { answerStepUps } from '../../web/src/app/step-up.ts';

type Sent = { readonly authorization: string | null; readonly body: string };

const realFetch = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = realFetch;
  answerStepUps(undefined);
});

/** A platform that gives these answers in turn, and what was sent to it. */
function platformThatAnswers(...answers: readonly (readonly [status: number, code?: string])[]): Sent[] {
  const sent: Sent[] = [];
  globalThis.fetch = async (_url, init) => {
    const [status, code] = answers[sent.length] ?? [500, 'INTERNAL_ERROR'];
    sent.push({
      authorization: new Headers(init?.headers).get('authorization'),
      body: await new Response(init?.body).text(),
    });
    const body = code === undefined ? {} : { error: { code, message: 'x', details: {} } };
    return Response.json(body, { status });
  };
  return sent;
}

/** A session whose refresh gives these tokens in turn. */
function sessionWith(...tokens: readonly (string | undefined)[]) {
  const seen = { refreshes: 0, isLost: false };
  connectApi({
    token: () => tokens[seen.refreshes],
    async refresh() {
      seen.refreshes += 1;
    },
    lost() {
      seen.isLost = true;
    },
  } as unknown as Session);
  return seen;
}

test('refreshes an expired token once, silently, and repeats the request', async () => {
  const sent = platformThatAnswers([401, 'EXPIRED_TOKEN'], [200]);
  const session = sessionWith('old', 'new');
  await api.get('/users/me');
  assert.deepEqual(
    sent.map(({ authorization }) => authorization),
    ['Bearer old', 'Bearer new'],
  );
  assert.deepEqual(session, { refreshes: 1, isLost: false });
});

test('ends the session if the platform knows it no more', async () => {
  const sent = platformThatAnswers([401, 'TOKEN_REVOKED']);
  const session = sessionWith('old', 'new');
  await assert.rejects(api.get('/users/me'), (error) => hasCode(error, 'TOKEN_REVOKED'));
  assert.equal(sent.length, 1);
  assert.deepEqual(session, { refreshes: 0, isLost: true });
});

test('stops after one refresh', async () => {
  const sent = platformThatAnswers([401, 'EXPIRED_TOKEN'], [401, 'EXPIRED_TOKEN'], [200]);
  const session = sessionWith('old', 'new', 'newer');
  await assert.rejects(api.get('/users/me'), (error) => hasCode(error, 'EXPIRED_TOKEN'));
  assert.equal(sent.length, 2);
  assert.equal(session.isLost, true);
});

test('keeps the session of a wrong password, which is no expired token', async () => {
  platformThatAnswers([401, 'INVALID_CREDENTIALS']);
  const session = sessionWith('old');
  await assert.rejects(
    api.patch('/users/me/password', { body: { current_password: 'a', new_password: 'b' } }),
    (error) => hasCode(error, 'INVALID_CREDENTIALS'),
  );
  assert.deepEqual(session, { refreshes: 0, isLost: false });
});

test('sends a change once, also when the platform is busy', async () => {
  const sent = platformThatAnswers([503, 'OVERLOADED'], [200]);
  sessionWith('token');
  await assert.rejects(api.post('/merchants', { body: { name: 'x', default_cashback_percentage: 5 } }));
  assert.equal(sent.length, 1);
});

for (const [code, proof] of [
  ['MFA_STEP_UP_REQUIRED', 'second_factor'],
  ['STEP_UP_REQUIRED', 'password'],
] as const)
  test(`asks for the ${proof} after ${code}, then repeats the same request`, async () => {
    const sent = platformThatAnswers([403, code], [200]);
    sessionWith('token');
    const asked: string[] = [];
    answerStepUps(({ proof: wanted, settle }) => {
      asked.push(wanted);
      settle(true);
    });
    await api.post('/users/me/payouts', {
      params: { header: { 'Idempotency-Key': 'key' } },
      body: { amount: '5.00' } as never,
    });
    assert.deepEqual(asked, [proof]);
    assert.equal(sent[0]?.body, sent[1]?.body);
  });

test('shows the refusal if the person gives no proof', async () => {
  const sent = platformThatAnswers([403, 'STEP_UP_REQUIRED'], [200]);
  sessionWith('token');
  answerStepUps(({ settle }) => settle(false));
  await assert.rejects(api.get('/users/me'), (error) => hasCode(error, 'STEP_UP_REQUIRED'));
  assert.equal(sent.length, 1);
});

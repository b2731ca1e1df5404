import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DomainError, overloaded } from '../../../../src/core/errors.ts';
import { newId } from '../../../../src/core/id.ts';
import { type Outcome, onlyValue, success } from '../../../../src/core/outcome.ts';
import { fingerprints } from '../../../../src/core/secrets/fingerprint.ts';
import type {
  IdempotentRequest,
  IdempotentResponse,
  Json,
  StoredRequest,
} from '../../../../src/modules/platform/idempotency/model.ts';
import type { IdempotencyRepository } from '../../../../src/modules/platform/idempotency/repository.ts';
import { idempotencyService } from '../../../../src/modules/platform/idempotency/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel, fakeTransaction } from '../../../support/fakes.ts';
import { rejectsWith } from '../../../support/rejections.ts';

const CALLER = newId();
const [OLDER, NEWER] = [encryptionKey('older'), encryptionKey('newer')];
const refusal = new DomainError('conflict', 'TOO_LATE', 'It is too late.', { since: '2026-03-14' });

function encryptionKey(id: string) {
  return { id, key: Buffer.alloc(32, id) };
}

function aRequest(fields: Partial<IdempotentRequest> = {}): IdempotentRequest {
  return {
    callerId: CALLER,
    key: 'k1',
    operation: 'thing.do',
    content: { a: '1', b: ['2', null] },
    ...fields,
  };
}

/** The service on a repository that keeps what is stored, and lists what is done. */
function idempotency(keys = [OLDER], stored: StoredRequest[] = []) {
  const { kernel, clock } = fakeKernel();
  const steps: string[] = [];
  const repository = fake<IdempotencyRepository>({
    queueLock: (_trx, names) => void steps.push(`lock ${names.length}`),
    find: async (_trx, wanted) => {
      steps.push('find');
      return stored.filter(({ callerId, key }) =>
        wanted.some((request) => request.callerId === callerId && request.key === key),
      );
    },
    queueInsert: (_trx, requests) => {
      if (requests.length > 0) steps.push('store');
      stored.push(...requests);
    },
    queueSavepoint: () => void steps.push('savepoint'),
    queueReleaseSavepoint: () => void steps.push('release'),
    queueRollBackToSavepoint: () => void steps.push('roll back'),
  });
  const service = idempotencyService({ ...kernel, repository, fingerprints: fingerprints(keys) });

  /** Works on the request; the answer is the number of the run. */
  let runs = 0;
  const once = (request: IdempotentRequest | undefined, error?: Error) =>
    service.once(fakeTransaction(), request, async () => {
      runs += 1;
      if (error !== undefined) throw error;
      return runs;
    });
  return { service, once, stored, steps, clock, runs: () => runs };
}

describe('a request with a key', () => {
  test('is locked, done under a savepoint and stored with a fingerprint of its content', async () => {
    const { once, stored, steps } = idempotency();

    assertEqual(onlyValue([await once(aRequest())]), { answer: 1, replayed: false });

    assertEqual(steps, ['lock 1', 'find', 'savepoint', 'release', 'store']);
    const [{ fingerprint, ...kept } = { fingerprint: '' }] = stored;
    assertEqual(kept, { callerId: CALLER, key: 'k1', outcome: { answer: 1 } });
    assert.match(fingerprint, /^older\.[\w-]{43}$/);
  });

  test('is not done again when it is repeated: its answer is', async () => {
    const { once, steps, stored, runs } = idempotency();
    await once(aRequest());
    steps.length = 0;

    assertEqual(onlyValue([await once(aRequest())]), { answer: 1, replayed: true });

    assert.equal(runs(), 1);
    assert.equal(stored.length, 1);
    assertEqual(steps, ['lock 1', 'find']);
  });

  test('is the same whatever the order of the fields that describe it', async () => {
    const { once } = idempotency();
    await once(aRequest({ content: { a: '1', b: { c: '2', d: '3' } } }));
    const again = await once(aRequest({ content: { b: { d: '3', c: '2' }, a: '1' } }));
    assertEqual(onlyValue([again]), { answer: 1, replayed: true });
  });

  test('that is refused is rolled back, stored and refused again', async () => {
    const { once, steps, runs } = idempotency();

    const first = await once(aRequest(), refusal);
    const again = await once(aRequest());

    assertEqual(steps.slice(0, 5), ['lock 1', 'find', 'savepoint', 'roll back', 'store']);
    assert.ok(!first.ok);
    assert.equal(first.error, refusal);
    await rejectsWith(
      Promise.resolve().then(() => onlyValue([again])),
      refusal.code,
      refusal.details,
    );
    assert.equal(runs(), 1);
  });

  for (const error of [new Error('out of order'), overloaded()]) {
    test(`that fails with ${error.name} is thrown, and leaves the key free`, async () => {
      const { once, stored, steps } = idempotency();
      await assert.rejects(once(aRequest(), error), error);
      assertEqual(stored, []);
      assertEqual(steps, ['lock 1', 'find', 'savepoint']);
      assertEqual(onlyValue([await once(aRequest())]), { answer: 2, replayed: false });
    });
  }

  for (const [title, fields] of [
    ['content', { content: { a: '2' } }],
    ['operation', { operation: 'thing.undo' }],
  ] as const) {
    test(`is refused when the key came with another ${title}, and nothing is done`, async () => {
      const { once, stored, runs } = idempotency();
      await once(aRequest());

      const other = await once(aRequest(fields));

      assert.equal(codeOf(other), 'IDEMPOTENCY_KEY_REUSED');
      assert.equal(runs(), 1);
      assert.equal(stored.length, 1);
    });
  }

  test('of another caller is another request', async () => {
    const { once } = idempotency();
    await once(aRequest());
    assertEqual(onlyValue([await once(aRequest({ callerId: newId() }))]), {
      answer: 2,
      replayed: false,
    });
  });

  test('is known after its encryption key was rotated, as long as that is configured', async () => {
    const { once, stored } = idempotency([OLDER]);
    await once(aRequest());
    const rotated = await idempotency([NEWER, OLDER], stored).once(aRequest());
    assert.equal(onlyValue([rotated]).replayed, true);
    await assert.rejects(idempotency([NEWER], stored).once(aRequest()), /"older" is not configured/);
  });
});

test('a request without a key is done as often as it comes, and nothing is locked or stored', async () => {
  const { once, steps } = idempotency();
  assertEqual(onlyValue([await once(undefined)]), { answer: 1, replayed: false });
  assertEqual(onlyValue([await once(undefined)]), { answer: 2, replayed: false });
  assertEqual(steps, ['savepoint', 'release', 'savepoint', 'release']);
});

describe('a list of requests', () => {
  const item = (key: string | undefined, content: string, callerId = CALLER) => ({ key, content, callerId });
  type Item = ReturnType<typeof item>;
  const requestOf = ({ key, content, callerId }: Item) =>
    key === undefined ? undefined : aRequest({ callerId, key, content });
  const work = async (fresh: readonly Item[]) =>
    fresh.map(({ key, content }, index) => success(`${key} ${content} ${index}`));

  test('is done for the first of each key; repeats get its answer, in their places', async () => {
    const { service, stored, steps } = idempotency();
    const items = [
      item('a', '1'),
      item('b', '1'),
      item('a', '1'),
      item('a', '2'),
      item(undefined, '1'),
      item('b', '1'),
      item('a', '3', newId()),
    ];
    const worked: unknown[] = [];

    const outcomes = await service.onceEach(fakeTransaction(), items, requestOf, (fresh) => {
      worked.push(...fresh);
      return work(fresh);
    });

    assertEqual(worked, [items[0], items[1], items[4], items[6]]);
    assertEqual(outcomes.map(told), [
      'a 1 0 false',
      'b 1 1 false',
      'a 1 0 true',
      'IDEMPOTENCY_KEY_REUSED',
      'undefined 1 2 false',
      'b 1 1 true',
      'a 3 3 false',
    ]);
    assert.equal(stored.length, 3);
    assertEqual(steps, ['lock 3', 'find', 'store']);
  });

  test('is not worked on where all of it is known', async () => {
    const { service, stored } = idempotency();
    const items = [item('a', '1'), item('b', '1')];
    await service.onceEach(fakeTransaction(), items, requestOf, work);

    const outcomes = await service.onceEach(fakeTransaction(), items.toReversed(), requestOf, () =>
      Promise.reject(new Error('the work was done again')),
    );

    assertEqual(outcomes.map(told), ['b 1 1 true', 'a 1 0 true']);
    assert.equal(stored.length, 2);
  });

  test('that is empty does nothing', async () => {
    const { service, steps } = idempotency();
    assertEqual(await service.onceEach(fakeTransaction(), [], requestOf, work), []);
    assertEqual(steps, []);
  });

  test('fails when the work leaves an item without an outcome', async () => {
    const { service } = idempotency();
    const items = [item('a', '1'), item(undefined, '1')];
    await assert.rejects(
      service.onceEach(fakeTransaction(), items, requestOf, async () => [success('one')]),
      /an item of the list has no outcome/,
    );
  });
});

test('keys expire after 24 hours, some at a time', async () => {
  const { kernel, clock } = fakeKernel();
  const purges: unknown[] = [];
  const service = idempotencyService({
    ...kernel,
    fingerprints: fingerprints([OLDER]),
    repository: fake<IdempotencyRepository>({
      deleteOlder: async (_trx, before, limit) => {
        purges.push([before.toString(), limit]);
        return 7;
      },
    }),
  });
  assert.equal(await service.purgeExpired(1_000), 7);
  assertEqual(purges, [[clock().subtract({ hours: 24 }).toString(), 1_000]]);
});

function codeOf(outcome: Outcome<unknown>): string {
  assert.ok(!outcome.ok);
  const { error } = outcome;
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

function told(outcome: Outcome<IdempotentResponse<Json>>): string {
  return outcome.ok ? `${outcome.value.answer} ${outcome.value.replayed}` : codeOf(outcome);
}

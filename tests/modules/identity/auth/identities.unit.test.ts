import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { identityFinder } from '../../../../src/modules/identity/auth/identities.ts';
import type { AuthRepository } from '../../../../src/modules/identity/auth/repository.ts';
import type { User, UserClient } from '../../../../src/modules/identity/users/index.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel } from '../../../support/fakes.ts';
import { aUser, SHOPPER, STRANGER } from '../../../support/purchases-builders.ts';

const shopper = aUser();
const stranger = aUser({ id: STRANGER });
const sessions = [shopper, stranger].map(({ id }) => ({
  id: newId(),
  userId: id,
  createdAt: shopper.createdAt,
  revokedAt: null,
  app: null,
  factorProvenAt: null,
  passwordProvenAt: null,
}));
const [ofShopper, ofStranger] = sessions;
assert.ok(ofShopper && ofStranger);

function finder(replaced: Partial<AuthRepository> = {}) {
  const lookups: (readonly string[])[] = [];
  const find = identityFinder({
    database: fakeKernel().kernel.database,
    repository: fake<AuthRepository>({
      findSessions: async (_db, ids) => {
        lookups.push(ids);
        return sessions.filter(({ id }) => ids.includes(id));
      },
      ...replaced,
    }),
    users: fake<UserClient>({
      findUsers: async (_db, ids) => {
        const known: [string, User][] = [shopper, stranger].map((user) => [user.id, user]);
        return new Map(known.filter(([id]) => ids.includes(id)));
      },
    }),
  });
  return { find, lookups };
}

describe('the identity of a token', () => {
  test('is its session and its user, as they are now', async () => {
    const { find } = finder();
    assertEqual(await find({ userId: SHOPPER, sessionId: ofShopper.id }), {
      session: ofShopper,
      user: shopper,
    });
  });

  test('lacks what does not exist', async () => {
    const { find } = finder();
    assertEqual(await find({ userId: newId(), sessionId: newId() }), {
      session: undefined,
      user: undefined,
    });
  });

  test('shares a lookup with the requests that wait, and each gets its own', async () => {
    const { find, lookups } = finder();
    const subjects = Array.from({ length: 60 }, (_, index) =>
      index % 2 === 0
        ? { userId: SHOPPER, sessionId: ofShopper.id }
        : { userId: STRANGER, sessionId: ofStranger.id },
    );

    const identities = await Promise.all(subjects.map(find));

    assertEqual(
      identities.map(({ user }) => user?.id),
      subjects.map(({ userId }) => userId),
    );
    // Two run at once, and the rest waits for one of them.
    assert.equal(lookups.length, 3);
    assertEqual(lookups.at(-1)?.toSorted(), [ofShopper.id, ofStranger.id].toSorted());
  });

  test('fails for all that share a lookup that fails', async () => {
    const broken = new Error('the database is gone');
    const { find } = finder({ findSessions: () => Promise.reject(broken) });
    const subjects = Array.from({ length: 5 }, () => ({ userId: SHOPPER, sessionId: ofShopper.id }));
    const settled = await Promise.allSettled(subjects.map(find));
    for (const outcome of settled) assertEqual(outcome, { status: 'rejected', reason: broken });
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DomainError } from '../../../../src/core/errors.ts';
import { newId } from '../../../../src/core/id.ts';
import type { User, UserWithPassword } from '../../../../src/modules/identity/users/model.ts';
import type { Passwords } from '../../../../src/modules/identity/users/passwords.ts';
import type { UserRepository } from '../../../../src/modules/identity/users/repository.ts';
import { userService } from '../../../../src/modules/identity/users/service.ts';
import { SYSTEM } from '../../../../src/modules/platform/events/index.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel, fakeTransaction } from '../../../support/fakes.ts';
import { adminActor, aUser, SHOPPER, STRANGER } from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';

const ADMIN = adminActor(newId());
const PASSWORD = 'Str0ng!Pass';
const ADDRESS = '10.0.0.1';
const hashOf = (password: string) => `hash of ${password}`;

/** The service with passwords that are hashed at once. `created` lists what `onCreated` got. */
function users(replaced: Partial<UserRepository>, passwords: Partial<Passwords> = {}) {
  const { kernel, ...seen } = fakeKernel();
  const created: (readonly User[])[] = [];
  const checked: unknown[] = [];
  const ended: string[] = [];
  const welcomed: unknown[] = [];
  const service = userService({
    ...kernel,
    repository: fake<UserRepository>(replaced),
    passwords: fake<Passwords>({
      hashPassword: async (password) => hashOf(password),
      verifyPassword: async (password, hash, address) => {
        checked.push([password, hash, address]);
        return hash === hashOf(password);
      },
      upgradedHash: async () => undefined,
      ...passwords,
    }),
    onCreated: (_trx, list) => void created.push(list),
    onRegistered: async (_trx, { id }, address) => void welcomed.push([id, address]),
    endAccess: async (_trx, ids) => void ended.push(...ids),
  });
  return { service, created, checked, ended, welcomed, ...seen };
}

/** Inserts all users but those of the taken addresses. */
function insertExcept(taken: readonly string[], inserted: UserWithPassword[] = []): Partial<UserRepository> {
  return {
    insert: async (_trx, list) => {
      const free = list.filter(({ email }) => !taken.includes(email));
      inserted.push(...free);
      return free.map(({ id }) => id);
    },
  };
}

describe('registering', () => {
  test('stores an active user with a hash, and records an event of the user', async () => {
    const inserted: UserWithPassword[] = [];
    const { service, events, created, welcomed, clock } = users(insertExcept([], inserted));

    const input = { email: ' Alice@Example.com ', password: PASSWORD, locale: 'de' } as const;
    const user = await service.register(input, 'request', ADDRESS);

    const { id } = user;
    assertEqual(inserted, [
      {
        id,
        email: 'alice@example.com',
        passwordHash: hashOf(PASSWORD),
        role: 'user',
        staffRoles: [],
        active: true,
        createdAt: clock(),
        emailVerifiedAt: null,
        locale: 'de',
        displayName: null,
        externalReference: null,
      },
    ]);
    assertEqual(
      created.map((list) => list.map((one) => one.id)),
      [[id]],
    );
    assertEqual(welcomed, [[id, ADDRESS]]);
    assertEqual(
      events.map(({ type, resourceId, actor }) => [type, resourceId, actor]),
      [['user.registered', id, { type: 'user', id, requestId: 'request' }]],
    );
  });

  test('refuses a weak password before it costs a hash', async () => {
    const { service, transactions } = users(
      {},
      { hashPassword: () => Promise.reject(new Error('the weak password was hashed')) },
    );
    await rejectsWith(
      service.register({ email: 'a@example.com', password: 'str0ng!pass' }, null),
      'PASSWORD_NOT_COMPLEX_ENOUGH',
      { violations: [{ field: 'password', reason: 'must have an upper-case letter' }] },
    );
    assert.equal(transactions(), 0);
  });

  test('refuses an address that is taken, and does not say whose it is', async () => {
    const { service, events } = users(insertExcept(['taken@example.com']));
    await rejectsWith(
      service.register({ email: 'TAKEN@example.com', password: PASSWORD }, 'request'),
      'EMAIL_ALREADY_REGISTERED',
      { email: 'taken@example.com' },
    );
    assertEqual(events, []);
  });

  test('of an administrator is the act of the platform', async () => {
    const inserted: UserWithPassword[] = [];
    const { service, events, clock } = users(insertExcept([], inserted));
    const { id } = await service.createAdmin({ email: 'carol@example.com', password: PASSWORD });
    assert.equal(inserted[0]?.role, 'admin');
    assertEqual(inserted[0]?.emailVerifiedAt, clock());
    assertEqual(
      events.map(({ type, resourceId, actor }) => [type, resourceId, actor]),
      [['user.admin_created', id, SYSTEM]],
    );
  });
});

describe('importing users', () => {
  test('creates each new one once without a password, and refuses the others with their id', async () => {
    const known = aUser({ id: newId(), email: 'known@example.com' });
    const inserted: UserWithPassword[] = [];
    const { service, events, created, clock, transactions } = users({
      ...insertExcept([known.email], inserted),
      findByEmails: async () => [known, ...inserted],
      findUnproven: async () => [],
    });

    const outcomes = await service.importUsers(
      [
        { email: ' First@Example.com' },
        { email: 'KNOWN@example.com' },
        { email: 'first@example.com' },
        { email: 'last@example.com' },
      ],
      ADMIN,
    );

    const [first, last] = inserted;
    assert.ok(first && last);
    assert.equal(inserted.length, 2);
    for (const { passwordHash, role, active, emailVerifiedAt } of inserted)
      assertEqual([passwordHash, role, active, emailVerifiedAt], [null, 'user', true, clock()]);
    assertEqual(
      outcomes.map((outcome) => (outcome.ok ? outcome.value.id : detailsOf(outcome.error))),
      [
        first.id,
        { email: known.email, user_id: known.id },
        { email: 'first@example.com', user_id: first.id },
        last.id,
      ],
    );
    assertEqual(
      created.map((list) => list.map(({ id }) => id)),
      [[first.id, last.id]],
    );
    assertEqual(
      events.map(({ type, resourceId, actor }) => [type, resourceId, actor]),
      [
        ['user.imported', first.id, ADMIN],
        ['user.imported', last.id, ADMIN],
      ],
    );
    assert.equal(transactions(), 1);
  });

  test('refuses an address that an account only claims, without its id', async () => {
    const claimant = aUser({ id: newId(), email: 'claimed@example.com' });
    const { service, events, ended } = users({
      ...insertExcept([claimant.email]),
      findByEmails: async () => [claimant],
      findUnproven: async () => [claimant],
    });

    const [outcome] = await service.importUsers([{ email: claimant.email }], ADMIN);

    assert.equal(outcome?.ok, false);
    const { code, details } = outcome.error as DomainError;
    assertEqual([code, details], ['EMAIL_NOT_VERIFIED', { email: claimant.email }]);
    assertEqual([events, ended], [[], []]);
  });

  test('takes such an address over on request: the account is closed, and its sessions end', async () => {
    const claimant = aUser({ id: newId(), email: 'claimed@example.com' });
    const closed: unknown[] = [];
    const inserted: UserWithPassword[] = [];
    const { service, events, ended } = users({
      ...insertExcept([], inserted),
      findByEmails: async () => inserted,
      findUnproven: async () => [],
      lockUnproven: async (_trx, emails) => (emails.includes(claimant.email) ? [claimant] : []),
      close: async (_trx, ids) => void closed.push(...ids),
    });

    const [outcome] = await service.importUsers([{ email: ' Claimed@Example.com', takeOver: true }], ADMIN);

    assert.ok(outcome?.ok);
    assertEqual([closed, ended], [[claimant.id], [claimant.id]]);
    const successor = outcome.value.id;
    assertEqual(
      events.map(({ type, resourceId, actor, details }) => [type, resourceId, actor, details]),
      [
        ['user.address_taken_over', claimant.id, ADMIN, { successor_id: successor }],
        ['user.imported', successor, ADMIN, {}],
      ],
    );
  });

  test('gives each reference to one user, and closes no account for a customer who does not get it', async () => {
    const claimant = aUser({ id: newId(), email: 'claimed@example.com' });
    const holder = newId();
    const inserted: UserWithPassword[] = [];
    const locked: (readonly string[])[] = [];
    const { service } = users({
      ...insertExcept([claimant.email], inserted),
      findByEmails: async () => [claimant, ...inserted],
      findUnproven: async () => [claimant],
      lockUnproven: async (_trx, emails) => {
        locked.push(emails);
        return [];
      },
      findIdsByReference: async (_db, references) =>
        new Map([['taken', holder] as const].filter(([reference]) => references.includes(reference))),
    });

    const outcomes = await service.importUsers(
      [
        { email: 'first@example.com', externalReference: 'c-1' },
        { email: 'second@example.com', externalReference: 'c-1' },
        { email: claimant.email, takeOver: true, externalReference: 'taken' },
      ],
      ADMIN,
    );

    assertEqual(
      inserted.map(({ email, externalReference }) => [email, externalReference]),
      [['first@example.com', 'c-1']],
    );
    assertEqual(locked, []);
    assertEqual(
      outcomes.map((outcome) => outcome.ok || (outcome.error as DomainError).details),
      [true, { external_reference: 'c-1', user_id: null }, { external_reference: 'taken', user_id: holder }],
    );
  });

  test('begins again when another transaction takes a reference of an account to close', async () => {
    const claimant = aUser({ id: newId(), email: 'claimed@example.com' });
    let attempts = 0;
    const { service, ended } = users({
      insert: async () => [],
      findByEmails: async () => [claimant],
      findUnproven: async () => [claimant],
      lockUnproven: async () => [claimant],
      close: async () => {},
      findIdsByReference: async () => {
        attempts += 1;
        return attempts === 1 ? new Map() : new Map([['c-1', STRANGER]]);
      },
    });

    const customer = { email: claimant.email, takeOver: true, externalReference: 'c-1' };
    const [outcome] = await service.importUsers([customer], ADMIN);

    assert.equal(outcome?.ok, false);
    assert.equal((outcome.error as DomainError).code, 'EXTERNAL_REFERENCE_TAKEN');
    assertEqual(ended, [claimant.id]);
  });

  test('returns nothing for an empty list', async () => {
    const { service, events } = users({
      ...insertExcept([]),
      findByEmails: async () => [],
      findUnproven: async () => [],
    });
    assertEqual(await service.importUsers([], ADMIN), []);
    assertEqual(events, []);
  });
});

describe('reading users', () => {
  const user = aUser();
  const { service } = users({
    findAll: async (_db, ids) => (ids.includes(user.id) ? [user] : []),
    lockForShare: async (_trx, ids) => (ids.includes(user.id) ? [user] : []),
    findByEmails: async (_db, emails) => (emails.includes(user.email) ? [user] : []),
    findProfile: async (_db, id) => (id === user.id ? user : undefined),
    updateProfile: async (_trx, id, { locale = 'en', displayName = null }) =>
      id === user.id ? { ...user, locale, displayName } : undefined,
  });
  const db = fakeTransaction();

  test('finds a user by id, and refuses an unknown one where the user must exist', async () => {
    assert.equal(await service.getUser(SHOPPER), user);
    assert.equal(await service.findUser(db, SHOPPER), user);
    assert.equal(await service.findUser(db, STRANGER), undefined);
    await rejectsWith(service.getUser(STRANGER), 'NOT_FOUND', {
      resource_type: 'user',
      resource_id: STRANGER,
    });
  });

  test('changes language and name of a user, and refuses an unknown one', async () => {
    const change = { locale: 'de', displayName: 'Alice' } as const;
    assertEqual(await service.changeProfile(SHOPPER, change), { ...user, ...change });
    await rejectsWith(service.changeProfile(STRANGER, change), 'NOT_FOUND');
  });

  test('finds and locks those that exist, by id', async () => {
    const expected = new Map([[SHOPPER, user]]);
    assertEqual(await service.findUsers(db, [STRANGER, SHOPPER]), expected);
    assertEqual(await service.lockUsersForShare(db, [STRANGER, SHOPPER]), expected);
  });

  test('finds a user by any spelling of the address', async () => {
    assert.equal(await service.findByEmail(' Shopper@Example.com'), user);
    assert.equal(await service.findByEmail('other@example.com'), undefined);
  });

  for (const [passwordHash, hasPassword] of [
    [null, false],
    ['hash', true],
  ] as const) {
    test(`says that an account ${hasPassword ? 'has a password' : 'has none'}, without its hash`, async () => {
      const { service: accounts } = users({ findWithPassword: async () => ({ ...user, passwordHash }) });
      assertEqual(await accounts.getAccount(SHOPPER), { user, hasPassword });
    });
  }

  test('refuses an account that does not exist', async () => {
    const { service: accounts } = users({ findWithPassword: async () => undefined });
    await rejectsWith(accounts.getAccount(STRANGER), 'NOT_FOUND', {
      resource_type: 'user',
      resource_id: STRANGER,
    });
  });

  test('hands filter and page of a list on', async () => {
    const page = { items: [user], total: 1, nextKey: null };
    const asked: unknown[] = [];
    const { service: lists } = users({
      list: async (_db, ...call) => {
        asked.push(call);
        return page;
      },
    });
    assert.equal(await lists.listUsers({ roles: ['admin'] }, { offset: 0, limit: 20 }), page);
    assertEqual(asked, [[{ roles: ['admin'] }, { offset: 0, limit: 20 }]]);
  });
});

describe('credentials', () => {
  const account: UserWithPassword = { ...aUser(), passwordHash: hashOf(PASSWORD) };
  const imported: UserWithPassword = { ...account, passwordHash: null };

  for (const [title, stored, password, matches] of [
    ['the password of the account', account, PASSWORD, true],
    ['a wrong password', account, 'Wr0ng!Pass', false],
    ['an account without a password', imported, PASSWORD, false],
    ['an unknown address', undefined, PASSWORD, false],
  ] as const) {
    test(`${matches ? 'match' : 'do not match'} with ${title}, after one check of a hash`, async () => {
      const asked: unknown[] = [];
      const { service, checked } = users({
        findWithPassword: async (_db, by) => {
          asked.push(by);
          return stored;
        },
      });

      const result = await service.checkCredentials(' Shopper@Example.com', password, ADDRESS);

      assertEqual(result, { matches, account: stored });
      assertEqual(asked, [{ email: 'shopper@example.com' }]);
      assertEqual(checked, [[password, stored?.passwordHash ?? null, ADDRESS]]);
    });

    test(`find ${matches ? 'the' : 'no'} hash of a user with ${title}`, async () => {
      const { service, checked } = users({ findWithPassword: async () => stored });
      const expected = matches ? hashOf(PASSWORD) : undefined;
      assert.equal(await service.findMatchingHash(SHOPPER, password, ADDRESS), expected);
      assert.equal(checked.length, 1);
    });
  }

  test('that match replace a hash of lower cost', async () => {
    const updates: unknown[] = [];
    const { service, checked } = users(
      {
        findWithPassword: async () => account,
        updatePasswordHash: async (_trx, ...call) => {
          updates.push(call);
          return true;
        },
      },
      { upgradedHash: async (...call) => `costly ${call.join(', ')}` },
    );

    const result = await service.checkCredentials(account.email, PASSWORD, ADDRESS);

    const passwordHash = `costly ${PASSWORD}, ${hashOf(PASSWORD)}, ${ADDRESS}`;
    assertEqual(result, { matches: true, account: { ...account, passwordHash } });
    assertEqual(updates, [[SHOPPER, passwordHash, hashOf(PASSWORD)]]);
    assert.equal(checked.length, 1);
  });

  test('are checked again if the hash was replaced meanwhile', async () => {
    const stored = [account, { ...account, passwordHash: hashOf('An0ther!Pass') }];
    const { service } = users(
      { findWithPassword: async () => stored.shift(), updatePasswordHash: async () => false },
      { upgradedHash: async () => 'costly' },
    );
    const result = await service.checkCredentials(account.email, PASSWORD, ADDRESS);
    assert.equal(result.matches, false);
  });

  test('are locked by user and hash', async () => {
    const asked: unknown[] = [];
    const { service } = users({
      lockWithHash: async (_trx, verified) => {
        asked.push(verified);
        return undefined;
      },
    });
    assert.equal(await service.lockUnchanged(fakeTransaction(), account), undefined);
    assertEqual(asked, [account]);
  });
});

describe('a new password', () => {
  test('is hashed if it is strong, and another one than before', async () => {
    const { service } = users({});
    const context = { field: 'new_password', otherThan: PASSWORD };
    assert.equal(await service.hashNewPassword('An0ther!Pass', context), hashOf('An0ther!Pass'));
    await rejectsWith(service.hashNewPassword(PASSWORD, context), 'PASSWORD_NOT_COMPLEX_ENOUGH', {
      violations: [{ field: 'new_password', reason: 'must differ from the current password' }],
    });
  });

  test('replaces any hash and proves the address, or replaces only the one that it is meant to', async () => {
    const updates: unknown[] = [];
    const { service, clock } = users({
      proveEmail: async (_trx, ...call) => {
        updates.push(call);
        return true;
      },
      updatePasswordHash: async (_trx, ...call) => {
        updates.push(call);
        return call[2] !== 'gone';
      },
    });
    const trx = fakeTransaction();
    assert.equal(await service.setPasswordHash(trx, SHOPPER, 'new'), true);
    assert.equal(await service.replacePasswordHash(trx, SHOPPER, { from: 'old', to: 'new' }), true);
    assert.equal(await service.replacePasswordHash(trx, SHOPPER, { from: 'gone', to: 'new' }), false);
    assertEqual(updates, [
      [SHOPPER, clock()],
      [SHOPPER, 'new'],
      [SHOPPER, 'new', 'old'],
      [SHOPPER, 'new', 'gone'],
    ]);
  });
});

describe('activating and deactivating a user', () => {
  const shopper = aUser();
  const inactive = aUser({ active: false });
  const admin = aUser({ id: STRANGER, role: 'admin', staffRoles: ['administrator'] });
  const second = aUser({ id: newId(), role: 'admin', staffRoles: ['administrator'] });

  for (const [title, locked, id, active, changes] of [
    ['deactivates a user', [shopper, admin], SHOPPER, false, true],
    ['activates a user', [inactive, admin], SHOPPER, true, true],
    ['leaves an active user', [shopper, admin], SHOPPER, true, false],
    ['leaves an inactive user', [inactive, admin], SHOPPER, false, false],
    ['activates an admin where no other is active', [{ ...admin, active: false }], STRANGER, true, true],
    ['deactivates an admin where another is active', [admin, second], STRANGER, false, true],
  ] as const) {
    test(title, async () => {
      const updates: unknown[] = [];
      const { service } = users({
        lockWithActiveStaff: async () => [...locked],
        updateActive: async (_trx, ...call) => void updates.push(call),
      });
      assert.equal(await service.setActive(fakeTransaction(), id, active), changes);
      assertEqual(updates, changes ? [[id, active]] : []);
    });
  }

  test('refuses to deactivate the last active administrator', async () => {
    const { service } = users({ lockWithActiveStaff: async () => [shopper, admin] });
    await rejectsWith(service.setActive(fakeTransaction(), STRANGER, false), 'LAST_ACTIVE_ADMIN', {
      user_id: STRANGER,
    });
  });

  test('refuses a user who does not exist', async () => {
    const { service } = users({ lockWithActiveStaff: async () => [admin] });
    await rejectsWith(service.setActive(fakeTransaction(), SHOPPER, false), 'NOT_FOUND', {
      resource_type: 'user',
      resource_id: SHOPPER,
    });
  });
});

describe('setting staff roles', () => {
  const actor = { type: 'admin', id: STRANGER, requestId: 'request' } as const;
  const shopper = aUser();
  const admin = aUser({ id: STRANGER, role: 'admin', staffRoles: ['administrator'] });
  const second = aUser({ role: 'admin', staffRoles: ['administrator'] });

  for (const [title, before, roles, after] of [
    [
      'makes a shopper a member of staff, with each role once',
      shopper,
      ['fraud', 'support', 'fraud'],
      'support,fraud',
    ],
    ['makes a member of staff a shopper', second, [], ''],
    ['replaces roles', second, ['finance'], 'finance'],
    ['changes nothing if the roles are the same', second, ['administrator'], undefined],
  ] as const) {
    test(title, async () => {
      const updates: unknown[] = [];
      const { service, events } = users({
        lockWithActiveStaff: async () => [before, admin],
        updateStaffRoles: async (_trx, ...call) => void updates.push(call),
      });
      const changed = await service.setStaffRoles(SHOPPER, roles, actor);
      if (after === undefined) {
        assertEqual([updates, events, changed], [[], [], before]);
        return;
      }
      const expected = after === '' ? [] : after.split(',');
      assertEqual(updates, [[SHOPPER, expected]]);
      assertEqual([changed.staffRoles, changed.role], [expected, after === '' ? 'user' : 'admin']);
      assertEqual(
        events.map(({ type, details }) => [type, details]),
        [['user.staff_roles_changed', { before: before.staffRoles.join(), after }]],
      );
    });
  }

  test('refuses the own roles, a missing user, and to leave the platform without an administrator', async () => {
    const { service } = users({ lockWithActiveStaff: async () => [second] });
    const own = { ...actor, id: SHOPPER };
    await assert.rejects(async () => service.setStaffRoles(SHOPPER, [], own), { code: 'FORBIDDEN' });
    await rejectsWith(service.setStaffRoles(newId(), [], actor), 'NOT_FOUND');
    await rejectsWith(service.setStaffRoles(SHOPPER, ['support'], actor), 'LAST_ACTIVE_ADMIN');
  });
});

describe('the external reference', () => {
  const before = { ...aUser({ externalReference: 'c-1' }), passwordHash: null };
  const change = (reference: string | null, replaced: Partial<UserRepository> = {}) => {
    const updates: unknown[][] = [];
    const seen = users({
      lockWithPassword: async (_trx, id) => (id === SHOPPER ? before : undefined),
      updateExternalReference: async (_trx, ...call) => updates.push(call) > 0,
      isReferenceTaken: () => false,
      ...replaced,
    });
    return { ...seen, updates, changed: seen.service.setExternalReference(SHOPPER, reference, ADMIN) };
  };

  for (const reference of ['c-2', null])
    test(`becomes ${reference}, and the event does not contain it`, async () => {
      const { changed, updates, events } = change(reference);
      assert.equal((await changed).externalReference, reference);
      assertEqual(updates, [[SHOPPER, reference]]);
      assertEqual(
        events.map(({ type, resourceId, actor, details }) => [type, resourceId, actor, details]),
        [['user.external_reference_changed', SHOPPER, ADMIN, {}]],
      );
    });

  test('that the user has already changes nothing', async () => {
    const { changed, updates, events } = change('c-1');
    assert.equal((await changed).externalReference, 'c-1');
    assertEqual([updates, events], [[], []]);
  });

  test('of another user is refused with the id of that user', async () => {
    const taken = new Error('unique');
    const { changed } = change('c-2', {
      updateExternalReference: async () => {
        throw taken;
      },
      isReferenceTaken: (error) => error === taken,
      findIdsByReference: async () => new Map([['c-2', STRANGER]]),
    });
    const details = { external_reference: 'c-2', user_id: STRANGER };
    await rejectsWith(changed, 'EXTERNAL_REFERENCE_TAKEN', details);
  });

  test('of an erased user is not set, and leaves no event', async () => {
    const { changed, events } = change('c-2', { updateExternalReference: async () => false });
    await rejectsWith(changed, 'NOT_FOUND');
    assertEqual(events, []);
  });

  test('of the own account and of a missing user is not changed', async () => {
    const { service, changed } = change('c-1');
    await changed;
    await rejectsWith(service.setExternalReference(ADMIN.id ?? '', 'c-2', ADMIN), 'FORBIDDEN');
    await rejectsWith(service.setExternalReference(newId(), 'c-2', ADMIN), 'NOT_FOUND');
  });
});

function detailsOf(error: unknown): unknown {
  assert.ok(typeof error === 'object' && error !== null && 'code' in error && 'details' in error);
  assert.equal(error.code, 'EMAIL_ALREADY_REGISTERED');
  return error.details;
}

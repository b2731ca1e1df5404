import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import type { FlagScope, FlagSetting } from '../../../../src/modules/platform/feature-flags/model.ts';
import type { FlagRepository } from '../../../../src/modules/platform/feature-flags/repository.ts';
import { flagService } from '../../../../src/modules/platform/feature-flags/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { constraintViolation, fake, fakeKernel, fakeTransaction } from '../../../support/fakes.ts';
import { adminActor, MERCHANT, NOW, SHOPPER } from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';

const ADMIN = adminActor(newId());
const KEY = 'purchase_auto_confirm';
const GLOBAL = { type: 'global', id: null } as const;
const ofMerchant: FlagScope = { type: 'merchant', id: MERCHANT };
const ofUser: FlagScope = { type: 'user', id: SHOPPER };
const input = { key: KEY, scope: ofMerchant, enabled: false, description: 'Their returns come late.' };

function aSetting(fields: Partial<FlagSetting> = {}): FlagSetting {
  const earlier = NOW.subtract({ hours: 1 });
  return {
    id: newId(),
    key: KEY,
    scope: ofMerchant,
    enabled: true,
    description: null,
    createdAt: earlier,
    updatedAt: earlier,
    ...fields,
  };
}

/** The repository knows `before`, and lists what is done to it. */
function flags(before: FlagSetting | undefined, replaced: Partial<FlagRepository> = {}) {
  const { kernel, ...seen } = fakeKernel();
  const steps: unknown[][] = [];
  const repository = fake<FlagRepository>({
    queueLockKey: (_trx, key) => void steps.push(['lock', key]),
    find: async (_db, key, scope) => {
      steps.push(['find', key, scope]);
      return before;
    },
    put: async (_trx, setting) => void steps.push(['put', setting]),
    remove: async (_trx, id) => void steps.push(['remove', id]),
    ...replaced,
  });
  return { service: flagService({ ...kernel, repository, knownFlags: [KEY] }), steps, ...seen };
}

describe('setting a flag', () => {
  test('stores a new setting with the time of the clock, under the lock of its key', async () => {
    const { service, steps, events, clock } = flags(undefined);

    const setting = await service.setFlag(input, ADMIN);

    assertEqual(setting, { id: setting.id, ...input, createdAt: clock(), updatedAt: clock() });
    assertEqual(steps, [
      ['lock', KEY],
      ['find', KEY, ofMerchant],
      ['put', setting],
    ]);
    assert.equal(events.length, 1);
    assertEqual([events[0]?.type, events[0]?.resourceId], ['feature_flag.set', setting.id]);
    assertEqual(events[0]?.actor, ADMIN);
    assertEqual(events[0]?.details, {
      key: KEY,
      scope_type: 'merchant',
      scope_id: MERCHANT,
      before: null,
      after: { enabled: false, description: 'Their returns come late.' },
    });
  });

  test('replaces the setting of the scope, keeps its id and age, and records what it replaced', async () => {
    const before = aSetting({ description: 'Until spring.' });
    const { service, steps, events, clock } = flags(before);

    const setting = await service.setFlag({ ...input, description: null }, ADMIN);

    assertEqual(setting, { ...before, enabled: false, description: null, updatedAt: clock() });
    assertEqual(steps.at(-1), ['put', setting]);
    assertEqual(events[0]?.details.before, { enabled: true, description: 'Until spring.' });
    assertEqual(events[0]?.details.after, { enabled: false, description: null });
  });

  for (const scope of [ofUser, ofMerchant]) {
    test(`refuses the scope of a ${scope.type} that does not exist`, async () => {
      const { service, events } = flags(undefined, {
        put: async () => {
          throw constraintViolation(`feature_flags_${scope.type}`);
        },
      });
      await rejectsWith(service.setFlag({ ...input, scope }, ADMIN), 'NOT_FOUND', {
        resource_type: scope.type,
        resource_id: scope.id,
      });
      assertEqual(events, []);
    });
  }

  test('hands any other error on', async () => {
    const broken = constraintViolation('feature_flags_key');
    const { service } = flags(undefined, {
      put: async () => {
        throw broken;
      },
    });
    for (const scope of [GLOBAL, ofUser])
      await assert.rejects(service.setFlag({ ...input, scope }, ADMIN), broken);
  });
});

describe('removing a flag', () => {
  test('removes the setting of the scope under the lock of its key, and records it', async () => {
    const before = aSetting({ description: 'For now.' });
    const { service, steps, events } = flags(before);

    await service.removeFlag(KEY, ofMerchant, ADMIN);

    assertEqual(steps, [
      ['lock', KEY],
      ['find', KEY, ofMerchant],
      ['remove', before.id],
    ]);
    assertEqual(
      events.map(({ type, resourceId, details }) => [type, resourceId, details.before, details.after]),
      [['feature_flag.removed', before.id, { enabled: true, description: 'For now.' }, null]],
    );
  });

  test('refuses a setting that does not exist', async () => {
    const { service, events } = flags(undefined);
    await rejectsWith(service.removeFlag(KEY, GLOBAL, ADMIN), 'NOT_FOUND', {
      resource_type: 'feature_flag',
      resource_id: KEY,
    });
    assertEqual(events, []);
  });
});

describe('reading flags', () => {
  test('returns the setting of one scope', async () => {
    const setting = aSetting();
    const { service, steps } = flags(setting);
    assert.equal(await service.getFlag(KEY, ofMerchant), setting);
    assertEqual(steps, [['find', KEY, ofMerchant]]);
  });

  test('refuses a setting that does not exist', async () => {
    const { service } = flags(undefined);
    await rejectsWith(service.getFlag(KEY, GLOBAL), 'NOT_FOUND', {
      resource_type: 'feature_flag',
      resource_id: KEY,
    });
  });

  test('hands filter and page on', async () => {
    const page = { items: [aSetting()], total: 1, nextKey: null };
    const asked: unknown[] = [];
    const { service } = flags(undefined, {
      list: async (_db, filter, request) => {
        asked.push(filter, request);
        return page;
      },
    });
    assert.equal(await service.listFlags({ keys: [KEY] }, { offset: 0, limit: 20 }), page);
    assertEqual(asked, [{ keys: [KEY] }, { offset: 0, limit: 20 }]);
  });
});

describe('evaluating a flag', () => {
  const settings = [aSetting({ scope: GLOBAL, enabled: false }), aSetting({ enabled: true })];
  const lookups: unknown[] = [];
  const { service } = flags(undefined, {
    findForSubjects: async (_db, key, subjects) => {
      lookups.push([key, subjects]);
      return key === KEY ? settings : [];
    },
  });

  test('explains which setting decides for one subject', async () => {
    assertEqual(await service.explainFlag(KEY, { merchantId: MERCHANT }), {
      enabled: true,
      decidedBy: 'merchant',
      known: true,
    });
    assert.equal((await service.explainFlag('a_typo', {})).known, false);
    assertEqual(lookups.splice(-1), [['a_typo', [{}]]]);
    assertEqual(lookups.at(-1), [KEY, [{ merchantId: MERCHANT }]]);
  });

  test('decides for each subject in order, with one lookup', async () => {
    const subjects = [{}, { merchantId: MERCHANT }, { userId: SHOPPER }];
    const before = lookups.length;
    assertEqual(await service.evaluateFlags(fakeTransaction(), KEY, subjects), [false, true, false]);
    assertEqual(lookups.slice(before), [[KEY, subjects]]);
  });

  test('is on where nothing is set, and empty for no subjects', async () => {
    assertEqual(await service.evaluateFlags(fakeTransaction(), 'never_set', [{}]), [true]);
    assertEqual(await service.evaluateFlags(fakeTransaction(), KEY, []), []);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenRevoked } from '../../../../src/core/caller.ts';
import {
  adminsAmong,
  keysAmong,
  partnersAmong,
  standingOf,
} from '../../../../src/modules/earning/purchases/senders.ts';
import { SYSTEM } from '../../../../src/modules/platform/events/index.ts';
import { ADMIN, adminActor, aUser, partnerActor, userActor } from '../../../support/purchases-builders.ts';

const partner = { ...partnerActor('partner'), keyId: 'key' };
const admin = adminActor(ADMIN);
const senders = [partner, partner, admin, userActor('shopper'), SYSTEM];

test('the senders of a list are named once each', () => {
  assert.deepEqual(partnersAmong(senders), ['partner']);
  assert.deepEqual(keysAmong(senders), ['key']);
  assert.deepEqual(adminsAmong(senders), [ADMIN]);
});

test('an administrator counts while active, a key while it is usable, and the platform itself always', () => {
  const refused: string[] = [];
  const requireUsableKey = (keyId: string) => {
    refused.push(keyId);
    throw tokenRevoked();
  };
  const found = (active: boolean) => new Map([[ADMIN, aUser({ id: ADMIN, active })]]);

  const active = standingOf(found(true), () => undefined);
  for (const sender of senders) assert.doesNotThrow(() => active(sender));

  const inactive = standingOf(found(false), requireUsableKey);
  assert.throws(() => inactive(admin), { code: 'USER_INACTIVE' });
  assert.throws(() => inactive(partner), { code: 'TOKEN_REVOKED' });
  assert.doesNotThrow(() => inactive(SYSTEM));
  assert.deepEqual(refused, ['key']);
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import type { RefreshToken } from '../../../../src/modules/identity/auth/model.ts';
import { decideRefresh, type RefreshDecision } from '../../../../src/modules/identity/auth/policies.ts';
import { NOW, SHOPPER } from '../../../support/purchases-builders.ts';

const ago = (seconds: number) => NOW.subtract({ milliseconds: seconds * 1_000 });
const UNUSED = { rotatedAt: null };
const USED = { rotatedAt: ago(1) };
const REVOKED = { id: newId(), userId: SHOPPER, createdAt: NOW, app: null, revokedAt: ago(60) };

function aToken(fields: Partial<RefreshToken> = {}): RefreshToken {
  return {
    hash: Buffer.alloc(32),
    session: { id: newId(), userId: SHOPPER, createdAt: NOW, app: null, revokedAt: null },
    expiresAt: NOW.add({ seconds: 1 }),
    rotatedAt: null,
    ...fields,
  };
}

function told(decision: RefreshDecision): string {
  if (decision.kind !== 'refuse') return decision.kind;
  return `${decision.error.code}${decision.endsSession ? ', session ended' : ''}`;
}

describe('a refresh token', () => {
  const table: [string, RefreshToken, typeof UNUSED | typeof USED | undefined, string][] = [
    ['that is new', aToken(), undefined, 'rotate'],
    ['that expires now', aToken({ expiresAt: NOW }), undefined, 'EXPIRED_REFRESH_TOKEN'],
    ['of an ended session', aToken({ session: REVOKED }), undefined, 'TOKEN_REVOKED'],
    [
      'of an ended session, and expired',
      aToken({ session: REVOKED, expiresAt: NOW }),
      undefined,
      'TOKEN_REVOKED',
    ],
    [
      'of an ended session, and used',
      aToken({ session: REVOKED, rotatedAt: ago(1) }),
      UNUSED,
      'TOKEN_REVOKED',
    ],
    ['that was used just now', aToken({ rotatedAt: NOW }), UNUSED, 'repeat'],
    ['that was used ten seconds ago', aToken({ rotatedAt: ago(10) }), UNUSED, 'repeat'],
    ['that was used longer ago', aToken({ rotatedAt: ago(10.001) }), UNUSED, 'TOKEN_REVOKED, session ended'],
    ['whose successor was used', aToken({ rotatedAt: ago(2) }), USED, 'TOKEN_REVOKED, session ended'],
    ['whose successor is gone', aToken({ rotatedAt: ago(2) }), undefined, 'TOKEN_REVOKED, session ended'],
    [
      'that was used and expired',
      aToken({ rotatedAt: ago(99), expiresAt: NOW }),
      USED,
      'EXPIRED_REFRESH_TOKEN',
    ],
  ];
  for (const [title, token, successor, expected] of table) {
    test(`${title}: ${expected}`, () => assert.equal(told(decideRefresh(token, successor, NOW)), expected));
  }
});

import type { KeyOfPartner, Partner, PartnerKey } from '../../src/modules/identity/partners/model.ts';
import { NOW } from './purchases-builders.ts';

/*
 * Partners and keys as tests need them: whole by default, different where a test says so.
 */

export const PARTNER = '01936f2e-8c1b-7c3a-9d55-000000000006';
export const KEY = '01936f2e-8c1b-7c3a-9d55-000000000007';

export function aPartner(fields: Partial<Partner> = {}): Partner {
  return {
    id: PARTNER,
    name: 'Northwind Affiliates',
    active: true,
    signatureRequired: false,
    merchantIds: null,
    externalIdScope: 'partner',
    createdAt: NOW,
    signing: { current: null, previous: null, previousUntil: null },
    ...fields,
  };
}

export function aPartnerKey(fields: Partial<PartnerKey> = {}): PartnerKey {
  return {
    id: KEY,
    partnerId: PARTNER,
    name: null,
    prefix: 'cnb_1f2e3d4c',
    scopes: ['purchases:write'],
    createdAt: NOW,
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
    ...fields,
  };
}

export function aKeyOfPartner(fields: Partial<KeyOfPartner> = {}): KeyOfPartner {
  return {
    id: KEY,
    hash: Buffer.alloc(32),
    scopes: ['purchases:write'],
    expiresAt: null,
    revokedAt: null,
    partner: aPartner(),
    ...fields,
  };
}

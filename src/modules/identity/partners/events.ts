import { defineEvent } from '../../platform/events/index.ts';

type Facts = {
  readonly name?: string;
  readonly signature_required?: boolean;
  readonly external_id_scope?: string;
};

const FACTS = {
  name: 'The name.',
  signature_required: 'Whether the partner must sign its requests.',
  external_id_scope: 'Where its external ids are unique: `partner` or `merchant`.',
};

export const partnerCreated = defineEvent<Facts>({
  type: 'partner.created',
  resourceType: 'partner',
  summary: 'An administrator created a partner.',
  details: FACTS,
});

export const partnerChanged = defineEvent<Facts & { readonly active?: boolean }>({
  type: 'partner.changed',
  resourceType: 'partner',
  summary: 'An administrator changed a partner. The details are the fields that were set.',
  details: { ...FACTS, active: 'Whether the partner is active.' },
});

export const partnerMerchantsChanged = defineEvent<{ readonly merchant_ids: string | null }>({
  type: 'partner.merchants_changed',
  resourceType: 'partner',
  summary: 'An administrator set the merchants of a partner.',
  details: { merchant_ids: 'The ids of the merchants, separated by spaces. Null for all merchants.' },
});

export const signingSecretRotated = defineEvent<{ readonly overlap_seconds: number }>({
  type: 'partner.signing_secret_rotated',
  resourceType: 'partner',
  summary: 'An administrator gave a partner a new signing secret.',
  details: { overlap_seconds: 'Seconds for which the previous secret stays valid.' },
});

type KeyFacts = {
  readonly partner_id: string;
  readonly prefix: string;
  readonly scopes: string;
  readonly expires_at: string | null;
};

const KEY_FACTS = {
  partner_id: 'The partner.',
  prefix: 'The readable beginning of the key.',
  scopes: 'The scopes of the key, separated by spaces.',
  expires_at: 'The time of expiry. Null if the key never expires.',
};

export const keyIssued = defineEvent<KeyFacts>({
  type: 'partner_key.issued',
  resourceType: 'partner_key',
  summary: 'An administrator issued an API key.',
  details: KEY_FACTS,
});

export const keyRevoked = defineEvent<KeyFacts>({
  type: 'partner_key.revoked',
  resourceType: 'partner_key',
  summary: 'An administrator revoked an API key.',
  details: KEY_FACTS,
});

/** Those that the feed shows. */
export const FEED_EVENTS = [partnerCreated, partnerChanged, partnerMerchantsChanged, signingSecretRotated];

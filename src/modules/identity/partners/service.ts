import type { Cache } from '../../../core/cache.ts';
import type { Clock } from '../../../core/clock.ts';
import { type Database, type Db, type Trx, violates } from '../../../core/database/index.ts';
import { notFound } from '../../../core/errors.ts';
import { newId } from '../../../core/id.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { Encryption } from '../../../core/secrets/encryption.ts';
import { newSigningSecret } from '../../../core/secrets/signatures.ts';
import { rotate } from '../../../core/secrets/signing-secrets.ts';
import { withoutUndefined } from '../../../core/without-undefined.ts';
import type { Actor, EventClient } from '../../platform/events/index.ts';
import { encryptionContext } from './authentication.ts';
import { partnerAlreadyExists } from './errors.ts';
import {
  keyIssued,
  keyRevoked,
  partnerChanged,
  partnerCreated,
  partnerMerchantsChanged,
  signingSecretRotated,
} from './events.ts';
import { newKey } from './keys.ts';
import type { KeyOfPartner, Partner, PartnerFilter, PartnerKey, PartnerUse } from './model.ts';
import {
  requireFutureExpiry,
  requireIdsStayApart,
  requireKnownMerchants,
  requireSecretToSignWith,
} from './policies.ts';
import type { PartnerRepository } from './repository.ts';

export type PartnerService = ReturnType<typeof partnerService>;

type PartnerChanges = Partial<Pick<Partner, 'name' | 'active' | 'signatureRequired' | 'externalIdScope'>>;

const NO_KEYS = { keys: 0, lastUsedAt: null };

/** Finds the merchants that exist, by id. Merchants belong to an area above this one. */
export type FindMerchants = (db: Db, ids: readonly string[]) => Promise<ReadonlyMap<string, unknown>>;

/** How many of the reports of each partner are refused, from 0 to 1, by id. Reports belong to an area above this one. */
export type FindRefusedShares = (partnerIds: readonly string[]) => Promise<ReadonlyMap<string, number>>;

/** Administration of partners, their keys and their signing secrets. */
export function partnerService(deps: {
  database: Database;
  clock: Clock;
  repository: PartnerRepository;
  keys: Pick<Cache<KeyOfPartner>, 'forgetAfter'>;
  encryption: Encryption;
  findMerchants: FindMerchants;
  findRefusedShares: FindRefusedShares;
  events: EventClient;
}) {
  const { database, clock, repository, keys, encryption, findMerchants, findRefusedShares, events } = deps;

  /** Runs a change that affects the authentication of keys, and then empties the cache of keys. */
  const changeKeys = <T>(work: (trx: Trx) => Promise<T>) =>
    keys.forgetAfter('all', () => database.transaction(work));

  /**
   * Creates a partner, and its signing secret if it must sign. The secret is returned in clear only here.
   * @throws PARTNER_ALREADY_EXISTS.
   */
  function createPartner(
    input: Pick<Partner, 'name' | 'signatureRequired' | 'externalIdScope'>,
    actor: Actor,
  ): Promise<{ partner: Partner; signingSecret: string | null }> {
    return database.transaction(async (trx) => {
      const id = newId();
      const signingSecret = input.signatureRequired ? newSigningSecret() : null;
      const current = signingSecret && encryption.encrypt(signingSecret, encryptionContext(id));
      const signing = { current, previous: null, previousUntil: null };
      const partner = { id, active: true, createdAt: clock(), signing, merchantIds: null, ...input };
      if (!(await repository.insert(trx, partner))) throw await nameTaken(trx, partner.name);
      events.record(trx, [partnerCreated({ actor, resourceId: id, details: facts(input) })]);
      return { partner, signingSecret };
    });
  }

  /**
   * @throws NOT_FOUND, PARTNER_ALREADY_EXISTS, or VALIDATION_ERROR if the partner must sign but has no secret, or if its
   * external ids that are unique at each merchant became unique for the partner.
   */
  async function changePartner(id: string, changes: PartnerChanges, actor: Actor): Promise<Partner> {
    try {
      return await changeKeys(async (trx) => {
        const partner = await lockPartner(trx, id);
        const changed = { ...partner, ...changes };
        requireSecretToSignWith(changed);
        requireIdsStayApart(partner, changed);
        await repository.update(trx, changed);
        events.record(trx, [partnerChanged({ actor, resourceId: partner.id, details: facts(changes) })]);
        return changed;
      });
    } catch (error) {
      const isTaken = violates(error, 'partners_name_folded_key') || violates(error, 'partners_name_key');
      if (isTaken) throw await nameTaken(database.db, changes.name ?? '');
      throw error;
    }
  }

  /**
   * Limits a partner to the purchases of these merchants. Null lifts the limit.
   * @throws NOT_FOUND, or VALIDATION_ERROR if a merchant does not exist.
   */
  function setMerchants(id: string, merchantIds: Partner['merchantIds'], actor: Actor): Promise<Partner> {
    return changeKeys(async (trx) => {
      const partner = await lockPartner(trx, id);
      if (merchantIds !== null) requireKnownMerchants(merchantIds, await findMerchants(trx, merchantIds));
      const changed = { ...partner, merchantIds };
      await repository.update(trx, changed);
      const details = { merchant_ids: merchantIds?.join(' ') ?? null };
      events.record(trx, [partnerMerchantsChanged({ actor, resourceId: partner.id, details })]);
      return changed;
    });
  }

  /**
   * Returns a new signing secret in clear, which cannot be read again. The previous secret stays valid for the overlap.
   * @throws NOT_FOUND.
   */
  function rotateSigningSecret(id: string, overlapSeconds: number, actor: Actor): Promise<string> {
    return changeKeys(async (trx) => {
      const partner = await lockPartner(trx, id);
      const secret = newSigningSecret();
      const encrypted = encryption.encrypt(secret, encryptionContext(partner.id));
      const signing = rotate(partner.signing, encrypted, overlapSeconds, clock());
      await repository.update(trx, { ...partner, signing });
      const details = { overlap_seconds: overlapSeconds };
      events.record(trx, [signingSecretRotated({ actor, resourceId: partner.id, details })]);
      return secret;
    });
  }

  /**
   * Creates a key. Returns its text, which cannot be read again, and its stored part.
   * @throws NOT_FOUND, or VALIDATION_ERROR if the expiry is in the past.
   */
  async function issueKey(
    partnerId: string,
    input: Pick<PartnerKey, 'name' | 'scopes' | 'expiresAt'>,
    actor: Actor,
  ): Promise<{ key: PartnerKey; text: string }> {
    requireFutureExpiry(input.expiresAt, clock());
    return database.transaction(async (trx) => {
      const partner = await lockPartner(trx, partnerId);
      const { text, prefix, hash } = newKey();
      const key: PartnerKey = {
        id: newId(),
        partnerId: partner.id,
        prefix,
        createdAt: clock(),
        revokedAt: null,
        lastUsedAt: null,
        ...input,
      };
      await repository.insertKey(trx, key, hash);
      events.record(trx, [keyIssued({ actor, resourceId: key.id, details: keyFacts(key) })]);
      return { key, text };
    });
  }

  /** Revokes a key permanently. Does nothing if the key is already revoked. @throws NOT_FOUND. */
  function revokeKey(partnerId: string, keyId: string, actor: Actor): Promise<void> {
    return changeKeys(async (trx) => {
      const partner = await lockPartner(trx, partnerId);
      const key = await repository.lockKey(trx, partner.id, keyId);
      if (key === undefined) throw notFound('partner_key', keyId);
      if (key.revokedAt !== null) return;
      await repository.revokeKey(trx, key.id, clock());
      events.record(trx, [keyRevoked({ actor, resourceId: key.id, details: keyFacts(key) })]);
    });
  }

  async function lockPartner(trx: Trx, id: string): Promise<Partner> {
    const partner = await repository.lock(trx, id);
    if (partner === undefined) throw notFound('partner', id);
    return partner;
  }

  async function nameTaken(db: Db, name: string) {
    const holder = await repository.findByName(db, name);
    return partnerAlreadyExists({ name, partner_id: holder?.id ?? '' });
  }

  /** @throws NOT_FOUND. */
  async function getPartner(id: string): Promise<Partner> {
    const partner = await repository.find(database.db, id);
    if (partner === undefined) throw notFound('partner', id);
    return partner;
  }

  /** With the use of its keys. @throws NOT_FOUND. */
  async function getPartnerUse(id: string): Promise<PartnerUse> {
    const [use] = await withKeyUse([await getPartner(id)]);
    if (use === undefined) throw notFound('partner', id);
    return use;
  }

  async function listPartners(filter: PartnerFilter, page: PageRequest): Promise<PageOf<PartnerUse>> {
    const found = await repository.list(database.db, filter, page);
    return { ...found, items: await withKeyUse(found.items) };
  }

  async function withKeyUse(partners: readonly Partner[]): Promise<PartnerUse[]> {
    const ids = partners.map(({ id }) => id);
    const [useOf, refusedShareOf] = await Promise.all([
      repository.findKeyUse(database.db, ids, clock()),
      findRefusedShares(ids),
    ]);
    return partners.map((partner) => ({
      partner,
      ...(useOf.get(partner.id) ?? NO_KEYS),
      refusedShare: refusedShareOf.get(partner.id) ?? null,
    }));
  }

  /** The names of the partners among the ids, by id. */
  async function findPartnerNames(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return ids.length === 0 ? new Map() : repository.findNames(db, ids);
  }

  /** @throws NOT_FOUND. */
  async function listKeys(partnerId: string, page: PageRequest): Promise<PageOf<PartnerKey>> {
    const { id } = await getPartner(partnerId);
    return repository.listKeys(database.db, id, page);
  }

  /** @throws NOT_FOUND. */
  async function getKey(partnerId: string, keyId: string): Promise<PartnerKey> {
    const key = await repository.findKey(database.db, partnerId, keyId);
    if (key === undefined) throw notFound('partner_key', keyId);
    return key;
  }

  return {
    createPartner,
    changePartner,
    setMerchants,
    rotateSigningSecret,
    issueKey,
    revokeKey,
    getPartner,
    getPartnerUse,
    findPartnerNames,
    listPartners,
    listKeys,
    getKey,
  };
}

/** The details of an event, with the field names of the API. */
function facts({ name, active, signatureRequired, externalIdScope }: PartnerChanges) {
  return withoutUndefined({
    name,
    active,
    signature_required: signatureRequired,
    external_id_scope: externalIdScope,
  });
}

function keyFacts({ partnerId, prefix, scopes, expiresAt }: PartnerKey) {
  return {
    partner_id: partnerId,
    prefix,
    scopes: scopes.join(' '),
    expires_at: expiresAt?.toString() ?? null,
  };
}

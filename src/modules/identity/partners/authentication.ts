import { timingSafeEqual } from 'node:crypto';
import { invalidToken, type PartnerCaller } from '../../../core/caller.ts';
import type { Clock } from '../../../core/clock.ts';
import { compositeKey } from '../../../core/composite-key.ts';
import type { Database } from '../../../core/database/index.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import { failure, type Outcome, onlyValue, success } from '../../../core/outcome.ts';
import type { Batcher } from '../../../core/overload/batcher.ts';
import type { Encryption } from '../../../core/secrets/encryption.ts';
import {
  bearsSignature,
  invalidSignature,
  type Message,
  verifySignature,
} from '../../../core/secrets/signatures.ts';
import { validSecrets } from '../../../core/secrets/signing-secrets.ts';
import { readKey } from './keys.ts';
import type { ExternalIdScope, KeyOfPartner, TakenMessage } from './model.ts';
import { grantedScopes, requireUsableKey } from './policies.ts';
import type { PartnerRepository } from './repository.ts';

declare module '../../../core/caller.ts' {
  interface PartnerCaller {
    /** The merchants whose purchases it reports and settles. Null: all merchants. */
    readonly merchantIds: readonly string[] | null;
    /** Where its external ids are unique: among all of its purchases, or at each merchant. */
    readonly externalIdScope: ExternalIdScope;
  }
}

/** How long a signed message is remembered. Must exceed the time for which its timestamp is accepted. */
const MESSAGE_MEMORY = { hours: 1 };

/** The interval between two writes of a key's last use. */
const USE_INTERVAL_MS = 60_000;

/** Authenticates requests with an API key and verifies their signatures. */
export function partnerAuthentication(deps: {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly repository: PartnerRepository;
  readonly findKey: (hash: Buffer) => Promise<KeyOfPartner | undefined>;
  readonly encryption: Encryption;
  readonly messages: Pick<Batcher<TakenMessage, void>, 'submit'>;
}) {
  const { database, clock, logger, repository, findKey, encryption, messages } = deps;
  /** The last recorded use by key id, in milliseconds since the epoch. */
  const lastUses = new Map<string, number>();
  const writes = new Set<Promise<void>>();

  /**
   * Returns the partner to which an API key belongs. A revocation or deactivation takes effect on the next request, or
   * within a second if another process made it. A text without a valid checksum is refused without a database lookup.
   * @throws INVALID_TOKEN, EXPIRED_TOKEN, TOKEN_REVOKED or USER_INACTIVE.
   */
  async function authenticate(text: string, requestId: string): Promise<PartnerCaller> {
    const hash = readKey(text);
    if (hash === undefined) throw invalidToken();
    const key = await findKey(hash);
    if (key === undefined || !timingSafeEqual(key.hash, hash)) throw invalidToken();
    const now = clock();
    requireUsableKey(key, now);
    noteUse(key.id, now);
    return {
      type: 'partner',
      id: key.partner.id,
      keyId: key.id,
      scopes: grantedScopes(key.scopes),
      requestId,
      merchantIds: key.partner.merchantIds,
      externalIdScope: key.partner.externalIdScope,
      requireSignature: (message) => requireSignature(key.partner, message),
    };
  }

  /** Records the use of a key, at most once a minute. The request does not wait for the write and does not fail with it. */
  function noteUse(keyId: string, now: Temporal.Instant): void {
    const last = lastUses.get(keyId);
    if (last !== undefined && now.epochMilliseconds - last < USE_INTERVAL_MS) return;
    lastUses.set(keyId, now.epochMilliseconds);
    const write = database
      .transaction(async (trx) => repository.queueMarkKeyUsed(trx, keyId, now))
      .catch((error) => {
        lastUses.delete(keyId);
        logger.warn({ err: error, key_id: keyId }, 'the use of an API key could not be recorded');
      })
      .finally(() => writes.delete(write));
    writes.add(write);
  }

  /** Verifies the signature if the partner must sign, or if one was sent and the partner has a secret to verify it. */
  async function requireSignature(
    { id, signatureRequired, signing }: KeyOfPartner['partner'],
    message: Message,
  ): Promise<void> {
    const isVerifiable = signing.current !== null && bearsSignature(message);
    if (!signatureRequired && !isVerifiable) return;
    const now = clock();
    const secrets = validSecrets(signing, now).map((secret) =>
      encryption.decrypt(secret, encryptionContext(id)),
    );
    const { id: messageId, sentAt } = verifySignature(message, secrets, now);
    onlyValue(await messages.submit([{ partnerId: id, messageId, sentAt }]));
  }

  /** Deletes up to `limit` messages that are too old to be accepted again, and returns their number. */
  function purgeMessages(limit: number): Promise<number> {
    const sentBefore = clock().subtract(MESSAGE_MEMORY);
    return database.transaction((trx) => repository.deleteMessages(trx, sentBefore, limit));
  }

  /** Waits until the writes of `noteUse` are finished. */
  async function settle(): Promise<void> {
    await Promise.all(writes);
  }

  return { authenticate, purgeMessages, settle };
}

/** Accepts each message once. The same id with the same time is a replay, also within one list. */
export function messageTaking(deps: {
  readonly database: Database;
  readonly repository: Pick<PartnerRepository, 'insertMessages'>;
}): (messages: readonly TakenMessage[]) => Promise<readonly Outcome<void>[]> {
  return async (messages) => {
    const inserted = await deps.database.transaction((trx) => deps.repository.insertMessages(trx, messages));
    const fresh = new Set(inserted.map(messageKey));
    return messages.map((message) =>
      fresh.delete(messageKey(message))
        ? success(undefined)
        : failure(invalidSignature({ reason: 'replayed' })),
    );
  };
}

function messageKey({ partnerId, messageId, sentAt }: TakenMessage): string {
  return compositeKey(partnerId, sentAt.epochMilliseconds, messageId);
}

/** The additional data of the encryption. A signing secret that is copied to another partner cannot be decrypted. */
export function encryptionContext(partnerId: string): string {
  return `partner ${partnerId}`;
}

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
import { readKey } from './keys.ts';
import type { KeyOfPartner, TakenMessage } from './model.ts';
import { requireUsableKey, validSecrets } from './policies.ts';
import type { PartnerRepository } from './repository.ts';

/** How long a signed message is remembered: longer than its timestamp would be accepted. */
const MESSAGE_MEMORY = { hours: 1 };

/** How often the use of a key is written down. */
const USE_INTERVAL_MS = 60_000;

/** Who sends a request with an API key, and whether its signature is good. */
export function partnerAuthentication(deps: {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly repository: PartnerRepository;
  readonly findKey: (hash: Buffer) => Promise<KeyOfPartner | undefined>;
  readonly encryption: Encryption;
  readonly messages: Batcher<TakenMessage, void>;
}) {
  const { database, clock, logger, repository, findKey, encryption, messages } = deps;
  /** By key, in milliseconds of the epoch. */
  const lastUses = new Map<string, number>();
  const writes = new Set<Promise<void>>();

  /**
   * Whose key it is, by key and partner as they are now: a revocation or a deactivation works on the next request, and
   * within a second where another process made it.
   * A text that we never issued is refused without a database lookup.
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
      scopes: key.scopes,
      requestId,
      requireSignature: (message) => requireSignature(key.partner, message),
    };
  }

  /** Once a minute and beside the request, which neither waits for it nor fails with it. */
  function noteUse(keyId: string, now: Temporal.Instant): void {
    const last = lastUses.get(keyId);
    if (last !== undefined && now.epochMilliseconds - last < USE_INTERVAL_MS) return;
    lastUses.set(keyId, now.epochMilliseconds);
    const write = database
      .transaction(async (trx) => repository.queueMarkKeyUsed(trx, keyId, now))
      .catch((error) => {
        lastUses.delete(keyId);
        logger.warn({ err: error, key_id: keyId }, 'the use of an API key was not written down');
      })
      .finally(() => writes.delete(write));
    writes.add(write);
  }

  /** Signatures are verified where they are required, and wherever one is sent that can be verified. */
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

  /** Forgets at most `limit` messages that are too old to be accepted again, and answers how many there were. */
  function purgeMessages(limit: number): Promise<number> {
    const sentBefore = clock().subtract(MESSAGE_MEMORY);
    return database.transaction((trx) => repository.deleteMessages(trx, sentBefore, limit));
  }

  /** Waits for what is still being written beside the requests. */
  async function settle(): Promise<void> {
    await Promise.all(writes);
  }

  return { authenticate, purgeMessages, settle };
}

/** Takes each message once: the same id with the same time again is a replay, also within one list. */
export function messageTaking(deps: {
  readonly database: Database;
  readonly repository: PartnerRepository;
}): (messages: readonly TakenMessage[]) => Promise<readonly Outcome<void>[]> {
  return async (messages) => {
    const inserted = await deps.database.transaction((trx) => deps.repository.insertMessages(trx, messages));
    const fresh = new Set(inserted.map(nameOf));
    return messages.map((message) =>
      fresh.delete(nameOf(message)) ? success(undefined) : failure(invalidSignature({ reason: 'replayed' })),
    );
  };
}

function nameOf({ partnerId, messageId, sentAt }: TakenMessage): string {
  return compositeKey(partnerId, sentAt.epochMilliseconds, messageId);
}

/** What a signing secret is encrypted for: moved to another partner, it does not open. */
export function encryptionContext(partnerId: string): string {
  return `partner ${partnerId}`;
}

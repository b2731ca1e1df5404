import { type Database, mayIsolate } from '../../../core/database/index.ts';
import { purgeJob } from '../../../core/jobs.ts';
import { byId } from '../../../core/lists.ts';
import { batcher } from '../../../core/overload/batcher.ts';
import { type EncryptionKey, encryption } from '../../../core/secrets/encryption.ts';
import type { Kernel } from '../../../kernel.ts';
import type { EventSource } from '../../platform/events/index.ts';
import { messageTaking, partnerAuthentication } from './authentication.ts';
import { PartnerEventData, partnerHistory } from './event-schemas.ts';
import { FEED_EVENTS } from './events.ts';
import type { KeyOfPartner } from './model.ts';
import { partnerRepository } from './repository.ts';
import { reencrypt } from './rotation.ts';
import { partnerRoutes } from './routes.ts';
import { presentPartner } from './schemas.ts';
import {
  type FindMerchants,
  type FindRefusedShares,
  type PartnerService,
  partnerService,
} from './service.ts';
import { partnerStanding } from './standing.ts';

export { isApiKey } from './keys.ts';
export type { Partner, PartnerKey } from './model.ts';
export { KeyBody, PartnerBody, presentKey, presentPartner } from './schemas.ts';
export type { RequireUsableKey } from './standing.ts';

/**
 * Lets the HTTP layer authenticate API keys, the shutdown wait for writes that no request awaits, and transactions ask
 * whether a key still counts.
 */
export type PartnerClient = Pick<ReturnType<typeof partnerAuthentication>, 'authenticate' | 'settle'> &
  ReturnType<typeof partnerStanding> &
  Pick<PartnerService, 'getPartner' | 'getKey' | 'findPartnerNames'>;

/** Signed messages are stored in batches: one commit for each message would halve the throughput. */
const MESSAGE_BATCHES = { maxItems: 256, maxInFlight: 1, maxQueued: 4_096 };

/** The part of the client for lists that name partners. */
export type PartnerNames = Pick<PartnerService, 'findPartnerNames'>;

/** The part of the client for transactions that partners cause. */
export type SenderClient = ReturnType<typeof partnerStanding>;

export function partnersModule(
  kernel: Pick<Kernel, 'database' | 'clock' | 'logger' | 'events' | 'openCache'>,
  needs: {
    readonly encryptionKeys: readonly EncryptionKey[];
    readonly findMerchants: FindMerchants;
    readonly findRefusedShares: FindRefusedShares;
  },
) {
  const deps = { ...kernel, ...needs };
  const repository = partnerRepository();
  const secrets = encryption(deps.encryptionKeys);
  const messages = batcher({
    ...MESSAGE_BATCHES,
    isolates: mayIsolate,
    run: messageTaking({ ...deps, repository }),
  });
  const keys = deps.openCache({
    table: 'partner_keys',
    alsoFrom: ['partners'],
    load: async (db, hashes) => {
      const found = await repository.findKeys(
        db,
        hashes.map((hash) => Buffer.from(hash, 'hex')),
      );
      return new Map(found.map((key) => [key.hash.toString('hex'), key]));
    },
  });

  async function findKey(hash: Buffer): Promise<KeyOfPartner | undefined> {
    const name = hash.toString('hex');
    return (await keys.find(deps.database.db, [name])).get(name);
  }

  const authentication = partnerAuthentication({
    ...deps,
    repository,
    findKey,
    encryption: secrets,
    messages,
  });
  const service = partnerService({ ...deps, repository, keys, encryption: secrets });
  const client = { ...service, ...authentication, ...partnerStanding({ ...deps, repository }) };
  return {
    routes: partnerRoutes(service),
    client: client satisfies PartnerClient,
    service,
    eventSource: {
      events: FEED_EVENTS,
      objects: {
        resourceType: 'partner',
        schema: PartnerEventData,
        ...partnerHistory,
        find: async (db, ids) => byId((await repository.findAll(db, ids)).map(presentPartner)),
      },
    } satisfies EventSource,
    jobs: [purgeJob('purge-partner-messages', authentication.purgeMessages)],
  };
}

/** Encrypts the signing secrets of all partners with the first key; see rotation.ts. Returns the number of partners. */
export function reencryptSigningSecrets(database: Database, keys: readonly EncryptionKey[]): Promise<number> {
  return reencrypt({ database, repository: partnerRepository(), keys });
}

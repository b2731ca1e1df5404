import type { SeededProgramme } from '../../bench/programme.ts';
import { newSecrets, type Secrets } from '../../bench/programme.ts';
import { PRESENT, type Version } from './version.ts';

export { newSecrets, type Secrets };

export type Programme = SeededProgramme & {
  readonly secrets: Secrets;
  readonly adminToken: string;
  /** One access token for each user, in the order of the users. Valid for a day. */
  readonly tokens: readonly string[];
};

/**
 * Shoppers with 100,000.00 EUR each to withdraw, merchants with one capped offer each, an administrator, and a partner
 * whose key may report and settle purchases. The n-th merchant, from 1, gives `rewardPercent(n)`.
 */
export async function openProgramme(
  databaseUrl: string,
  { users = 200, merchants = 20 } = {},
  version: Pick<Version, 'seedProgramme'> = PRESENT,
): Promise<Programme> {
  const secrets = newSecrets();
  const size = { users, merchants, accessTtlSeconds: 24 * 3600 };
  const programme = await version.seedProgramme(databaseUrl, secrets, size);
  return {
    ...programme,
    secrets,
    adminToken: programme.tokenOfAdmin(),
    tokens: programme.tokensOfUsers(users),
  };
}

/** The percentage that bench/programme.sql sets. */
export function rewardPercent(merchantNumber: number): number {
  return 1 + (merchantNumber % 10);
}

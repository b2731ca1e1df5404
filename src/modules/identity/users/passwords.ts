import { createHash } from 'node:crypto';
import { compare, hash } from '@node-rs/bcrypt';
import pLimit from 'p-limit';
import { overloaded } from '../../../core/errors.ts';

export type Passwords = ReturnType<typeof passwordHasher>;

/** Two concurrent hashes leave processor time for other requests. At cost 12 a core computes about five per second. */
const MAX_CONCURRENT = 2;
const MAX_WAITING = 64;
/** One network address may have this many hashes running or waiting. A flood from it leaves the others their places. */
const MAX_PER_ADDRESS = 16;

/** Hashes and verifies passwords off the event loop, a bounded number concurrently. Commands have no `address`. */
export function passwordHasher({ cost }: { readonly cost: number }) {
  const limit = pLimit(MAX_CONCURRENT);
  const countOf = new Map<string, number>();
  // The password for an unknown email is compared with this hash, so that known and unknown emails take equally long.
  const decoy = hash(digest('not a password'), { cost });

  /** @throws OVERLOADED if too many hashes wait, in all or for this address. */
  async function hashPassword(password: string, address?: string): Promise<string> {
    return bounded(address, () => hash(digest(password), { cost }));
  }

  /**
   * Returns false if the password is wrong or the user has none. Both take the same time. A stored hash of a lower cost
   * takes it too, if the password is wrong. @throws OVERLOADED as `hashPassword` does.
   */
  async function verifyPassword(
    password: string,
    storedHash: string | null,
    address?: string,
  ): Promise<boolean> {
    const isRight = await bounded(address, async () => {
      const checkedHash = storedHash ?? (await decoy);
      const matches = await compare(digest(password), checkedHash);
      // The costs from `c` to `cost - 1`, and `c` itself once more, are together the work of `cost`.
      for (let lower = costOf(checkedHash); !matches && lower < cost; lower += 1)
        await hash('', { cost: lower });
      return matches;
    });
    return isRight && storedHash !== null;
  }

  /** A hash of a higher cost for a password that was verified. Undefined if the cost has not risen, or in an overload. */
  async function upgradedHash(
    password: string,
    storedHash: string,
    address?: string,
  ): Promise<string | undefined> {
    if (costOf(storedHash) >= cost || isFull(address)) return undefined;
    return hashPassword(password, address);
  }

  async function bounded<T>(address: string | undefined, work: () => Promise<T>): Promise<T> {
    if (isFull(address)) throw overloaded({ retry_after_seconds: 2 });
    if (address === undefined) return limit(work);
    countOf.set(address, (countOf.get(address) ?? 0) + 1);
    try {
      return await limit(work);
    } finally {
      const left = (countOf.get(address) ?? 0) - 1;
      if (left > 0) countOf.set(address, left);
      else countOf.delete(address);
    }
  }

  function isFull(address: string | undefined): boolean {
    const ownCount = address === undefined ? 0 : (countOf.get(address) ?? 0);
    return limit.pendingCount >= MAX_WAITING || ownCount >= MAX_PER_ADDRESS;
  }

  return { hashPassword, verifyPassword, upgradedHash };
}

function costOf(storedHash: string): number {
  return Number(storedHash.split('$')[2]);
}

/**
 * bcrypt reads only 72 bytes, which is 18 emoji. The password is digested first, so that every character counts, as in
 * Django's BCryptSHA256PasswordHasher. NFKC is needed because keyboards encode the same letter in several ways.
 */
function digest(password: string): string {
  return createHash('sha256').update(password.normalize('NFKC')).digest('hex');
}

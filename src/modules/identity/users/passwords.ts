import { createHash } from 'node:crypto';
import { compare, hash } from '@node-rs/bcrypt';
import pLimit from 'p-limit';
import { overloaded } from '../../../core/errors.ts';

export type Passwords = ReturnType<typeof passwordHasher>;

/** Two concurrent hashes leave processor time for other requests. At cost 12 a core computes about five per second. */
const MAX_CONCURRENT = 2;
const MAX_WAITING = 64;

/** Hashes and verifies passwords off the event loop, a bounded number concurrently. */
export function passwordHasher(options: { readonly cost: number }) {
  const limit = pLimit(MAX_CONCURRENT);
  // The password for an unknown email is compared with this hash, so that known and unknown emails take equally long.
  const decoy = hash(digest('not a password'), { cost: options.cost });

  /** @throws OVERLOADED if too many hashes wait. */
  async function hashPassword(password: string): Promise<string> {
    return bounded(() => hash(digest(password), { cost: options.cost }));
  }

  /** Returns false if the password is wrong or the user has none. Both take the same time. */
  async function verifyPassword(password: string, storedHash: string | null): Promise<boolean> {
    const matches = await bounded(async () => compare(digest(password), storedHash ?? (await decoy)));
    return matches && storedHash !== null;
  }

  function bounded<T>(work: () => Promise<T>): Promise<T> {
    if (limit.pendingCount >= MAX_WAITING) throw overloaded({ retry_after_seconds: 2 });
    return limit(work);
  }

  return { hashPassword, verifyPassword };
}

/**
 * bcrypt reads only 72 bytes, which is 18 emoji. The password is digested first, so that every character counts, as in
 * Django's BCryptSHA256PasswordHasher. NFKC is needed because keyboards encode the same letter in several ways.
 */
function digest(password: string): string {
  return createHash('sha256').update(password.normalize('NFKC')).digest('hex');
}

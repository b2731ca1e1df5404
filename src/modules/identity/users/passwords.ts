import { createHash } from 'node:crypto';
import { compare, hash } from '@node-rs/bcrypt';
import pLimit from 'p-limit';
import { overloaded } from '../../../core/errors.ts';

export type Passwords = ReturnType<typeof passwordHasher>;

/** Two at once leave the machine to the rest; at cost 12 a core does some five in a second. */
const MAX_CONCURRENT = 2;
const MAX_WAITING = 64;

/** Hashes and checks passwords off the event loop, a bounded number at once. */
export function passwordHasher(options: { readonly cost: number }) {
  const limit = pLimit(MAX_CONCURRENT);
  // What an unknown email is checked against, so that it takes the time that a known one takes.
  const decoy = hash(digest('not a password'), { cost: options.cost });

  /** @throws OVERLOADED when too many hashes wait. */
  async function hashPassword(password: string): Promise<string> {
    return bounded(() => hash(digest(password), { cost: options.cost }));
  }

  /** False for a wrong password, and for one that is not set; either takes the same time. */
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
 * bcrypt reads 72 bytes, which is 18 emoji: digested first, as Django's BCryptSHA256PasswordHasher does, every
 * character counts. NFKC, because keyboards write the same letter in several ways.
 */
function digest(password: string): string {
  return createHash('sha256').update(password.normalize('NFKC')).digest('hex');
}

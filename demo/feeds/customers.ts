import { createHash } from 'node:crypto';
import type { Feed } from './feed.ts';
import { type Fault, type PlatformClient, reasonOf } from './platform-client.ts';
import type { Report } from './progress.ts';
import type { Refusal } from './refusal.ts';

export type Customers = {
  /** The user ids of the platform by customer id of the feed. */
  readonly userIdOf: ReadonlyMap<string, string>;
  readonly created: number;
  readonly known: number;
  readonly refusals: readonly Refusal[];
};

const CHUNK = 1_000;

/** Imports the feed's customers as users without a password. Customers of an earlier run are found by their email. */
export async function importCustomers(
  client: PlatformClient,
  feed: Feed,
  report: Report,
): Promise<Customers> {
  const { name, customers } = feed;
  const userIdOf = new Map<string, string>();
  const refusals: Refusal[] = [];
  let created = 0;
  const progress = report.begin('customers', customers.length);
  for (let start = 0; start < customers.length; start += CHUNK) {
    const chunk = customers.slice(start, start + CHUNK);
    const users = chunk.map((customerId) => ({ email: emailOf(customerId, name) }));
    const { results } = await client.post('/users/import', { body: users });
    for (const [index, { status, id, error }] of results.entries()) {
      const customerId = chunk[index] ?? '';
      if (id !== undefined) userIdOf.set(customerId, id);
      else if (error !== undefined) refusals.push(refuseCustomer('customers', feed, customerId, error));
      if (status === 201) created += 1;
    }
    progress.advance(chunk.length);
  }
  progress.end();
  return { userIdOf, created, known: userIdOf.size - created, refusals };
}

/** Creates the refusal of a customer, with the first line that names the customer. */
export function refuseCustomer(stage: string, { lines }: Feed, customerId: string, error: Fault): Refusal {
  const line = lines.find((line) => line.customerId === customerId)?.lineNumber;
  return { stage, line, column: 'customer_id', value: customerId, code: error.code, reason: reasonOf(error) };
}

/** Returns the email of a customer. An id with upper case or special characters is replaced by its digest. */
function emailOf(customerId: string, feedName: string): string {
  const isPlain = /^[a-z0-9_-]{1,40}$/.test(customerId);
  const id = isPlain ? customerId : `x${createHash('sha256').update(customerId).digest('hex').slice(0, 32)}`;
  return `customer-${id}@${feedName}.example`;
}

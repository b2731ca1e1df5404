import { concurrently } from './concurrently.ts';
import type { Clerk } from './operations.ts';
import { inCents } from './requests.ts';
import { must } from './sources.ts';

/** The balance that every shopper starts with (bench/programme.sql). */
const START_CENTS = 10_000_000;

/**
 * Compares the wallet of each shopper, as the platform shows it, with the sum of the acknowledgements. Every operation must
 * have a known result. Returns one sentence per difference.
 */
export async function compareBalances(
  clerk: Clerk,
  url: string,
  besides: {
    readonly adjustments: readonly { readonly userId: string; readonly cents: number }[];
    readonly failedPayouts: ReadonlySet<string>;
    /** The present rewards of amended purchases in cents, by their ids. */
    readonly amended: ReadonlyMap<string, number>;
  },
): Promise<string[]> {
  const { users, adminToken: token } = clerk.programme;
  const expected = sumUp(clerk, besides);
  const differences = await concurrently(8, users.length, async (number) => {
    const userId = users[number] ?? '';
    const { pending, available, paid } = expected.of(userId);
    const wallet = await must(200, clerk, url, { method: 'GET', path: `/users/${userId}/wallet`, token });
    const seen = [wallet.pending_balance, wallet.available_balance, wallet.paid_balance].map(inCents);
    const wanted = [pending, available, paid];
    return String(seen) === String(wanted)
      ? []
      : [`the wallet of ${userId} has ${seen} cents, and its acknowledgements sum up to ${wanted}`];
  });
  return [...expected.open, ...differences.flat()];
}

function sumUp(
  { acknowledgements, programme }: Clerk,
  { adjustments, failedPayouts, amended }: Parameters<typeof compareBalances>[2],
) {
  const sums = new Map(programme.users.map((id) => [id, { pending: 0, available: START_CENTS, paid: 0 }]));
  const of = (userId: string) => sums.get(userId) ?? { pending: 0, available: 0, paid: 0 };
  const entries = acknowledgements.entries();
  const settled = new Map<string, string>();
  for (const { operation, done } of entries) {
    if (done === undefined || !('purchaseId' in operation)) continue;
    if (operation.kind === 'reverse' || !settled.has(operation.purchaseId))
      settled.set(operation.purchaseId, operation.kind);
  }
  for (const { operation, done } of entries) {
    if (done === undefined || 'purchaseId' in operation) continue;
    const wallet = of(operation.userId);
    if (operation.kind === 'purchase') {
      const settlement = settled.get(done.id);
      const reward = amended.get(done.id) ?? done.cents;
      if (settlement === undefined) wallet.pending += reward;
      if (settlement === 'confirm') wallet.available += reward;
    } else if (!failedPayouts.has(done.id)) {
      wallet.available -= done.cents;
      wallet.paid += done.cents;
    }
  }
  for (const { userId, cents } of adjustments) of(userId).available += cents;
  const open = entries
    .filter(({ done, sent, refused }) => done === undefined && sent > refused)
    .map(({ operation }) => `there is no known result of ${JSON.stringify(operation)}`);
  return { of, open };
}

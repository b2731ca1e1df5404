import { formatMoney } from '../../src/core/money.ts';
import { seededRandom } from '../random.ts';
import type { Feed } from './feed.ts';
import { numberOf } from './ingestion.ts';
import type { Moment, PartialReturn } from './partial-return.ts';
import { TERMS } from './programme.ts';
import type { FeedLine } from './purchase-lines.ts';
import { isCancelled } from './settlement.ts';

const NAME = 'generated';
const SEED = 20_250_101;
const LINES = 1_500;
const CUSTOMERS = 150;
const FIRST_DAY = Temporal.PlainDate.from('2025-01-01');
const DAYS = 180;
const LATEST_DAYS = 45;
/** Of the acceptable purchases, those of which a part comes back. */
const PARTLY_RETURNED = 0.1;
const MOMENTS = ['pending', 'confirmed', 'paid'] as const;

/**
 * Generates a realistic feed with errors. It is the same in every run, so that playing it again changes nothing. Some
 * purchases arrive weeks late, in a month whose cap is used up. Some lines are repeated, a few of them with another amount.
 * Some amounts are missing, negative or finer than a cent, and some customers are not registered. Of some purchases a part
 * comes back, of some of them twice.
 */
export function generateFeed(): Feed {
  const random = seededRandom(SEED);
  const chance = (probability: number) => random() < probability;
  const below = (limit: number) => Math.floor(random() * limit);

  const lines: FeedLine[] = [];
  for (let number = 1; number <= LINES; number += 1) {
    const earlier = lines[below(lines.length)];
    if (earlier !== undefined && chance(0.05)) {
      lines.push({ ...earlier, ...(chance(0.6) ? {} : { amount: amount() }), lineNumber: number });
      continue;
    }
    lines.push({
      lineNumber: number,
      externalId: `${NAME}-${String(number).padStart(6, '0')}`,
      customerId: chance(0.005) ? unknownCustomer() : customer(),
      date: day(number),
      amount: chance(0.02) ? unacceptableAmount() : amount(),
    });
  }

  /** Picks a customer. The first customers buy most, enough to reach their caps. */
  function customer(): string {
    return customerId(1 + Math.floor(random() ** 2 * CUSTOMERS));
  }

  function unknownCustomer(): string {
    return `00000000-0000-7000-8000-${String(below(1_000)).padStart(12, '0')}`;
  }

  function day(number: number): string {
    const arrival = Math.floor((number / LINES) * DAYS);
    const delay = chance(0.1) ? below(LATEST_DAYS) : 0;
    return FIRST_DAY.add({ days: Math.max(0, arrival - delay) }).toString();
  }

  function amount(): string {
    return money(BigInt(99 + Math.floor(random() ** 3 * 8_000)));
  }

  function unacceptableAmount(): string {
    return ['0.00', `-${amount()}`, `${amount()}5`][below(3)] ?? '0.00';
  }

  const customers = Array.from({ length: CUSTOMERS }, (_, index) => customerId(index + 1));
  return { name: NAME, customers, lines, partialReturns: partialReturns(), refusals: [] };

  /** Draws the returns after the lines, so that they do not change them. */
  function partialReturns(): PartialReturn[] {
    const known = new Set(customers);
    const seen = new Set<string>();
    const returns: PartialReturn[] = [];
    for (const { externalId, customerId, amount } of lines) {
      const isFirst = !seen.has(externalId);
      seen.add(externalId);
      if (!isFirst || !known.has(customerId) || !isAcceptable(amount) || !chance(PARTLY_RETURNED)) continue;
      // A cancelled purchase cannot be amended any more.
      const moments = isCancelled(numberOf(externalId, 0)) ? MOMENTS.slice(0, 1) : MOMENTS;
      const first = below(moments.length);
      let cents = BigInt(amount.replace('.', ''));
      for (const [index, moment] of moments.slice(first).entries()) {
        if (cents === 0n || (index > 0 && !chance(0.2))) continue;
        const kept = keptOf(cents);
        returns.push(partialReturn(externalId, moment, cents, kept));
        cents = kept;
      }
    }
    return returns;
  }

  /** Picks what the customer keeps of an amount. Sometimes it is nothing. */
  function keptOf(cents: bigint): bigint {
    return chance(0.1) ? 0n : (cents * BigInt(1 + below(95))) / 100n;
  }

  function partialReturn(externalId: string, moment: Moment, cents: bigint, kept: bigint): PartialReturn {
    const statement = chance(0.5)
      ? { amount: money(kept) }
      : {
          lines: [
            { line_id: 'kept', amount: money(kept), status: 'approved' as const },
            { line_id: 'returned', amount: money(cents - kept), status: 'rejected' as const },
          ],
        };
    return {
      externalId,
      moment,
      version: `returned-${moment}`,
      reason: 'part of the order returned',
      statement,
    };
  }
}

function customerId(number: number): string {
  return String(number).padStart(4, '0');
}

function isAcceptable(amount: string): boolean {
  return /^\d+\.\d\d$/.test(amount) && amount !== '0.00';
}

function money(cents: bigint): string {
  return formatMoney(cents, TERMS.currency);
}

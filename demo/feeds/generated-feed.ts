import { seededRandom } from '../random.ts';
import type { Feed } from './feed.ts';
import type { FeedLine } from './purchase-lines.ts';

const NAME = 'generated';
const SEED = 20_250_101;
const LINES = 1_500;
const CUSTOMERS = 150;
const FIRST_DAY = Temporal.PlainDate.from('2025-01-01');
const DAYS = 180;
const LATEST_DAYS = 45;

/**
 * Generates a realistic feed with errors. It is the same in every run, so that playing it again changes nothing. Some
 * purchases arrive weeks late, in a month whose cap is used up. Some lines are repeated, a few of them with another amount.
 * Some amounts are missing, negative or finer than a cent, and some customers are not registered.
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
    const cents = 99 + Math.floor(random() ** 3 * 8_000);
    return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
  }

  function unacceptableAmount(): string {
    return ['0.00', `-${amount()}`, `${amount()}5`][below(3)] ?? '0.00';
  }

  const customers = Array.from({ length: CUSTOMERS }, (_, index) => customerId(index + 1));
  return { name: NAME, customers, lines, refusals: [] };
}

function customerId(number: number): string {
  return String(number).padStart(4, '0');
}

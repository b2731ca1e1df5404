import { compositeKey } from '../../../core/composite-key.ts';
import { ruleViolation, type Violation, validationError } from '../../../core/errors.ts';
import { isCurrency, readMoney, unsupportedCurrency } from '../../../core/money.ts';
import type {
  ApplicableCeilings,
  Ceiling,
  CeilingBook,
  CeilingLimits,
  CeilingScope,
  CeilingSubject,
  DefaultCeilings,
  Limit,
  ReleaseQueue,
} from './model.ts';

export function ceilingBook(ceilings: readonly Ceiling[]): CeilingBook {
  return new Map(ceilings.map((ceiling) => [keyOf(ceiling.scope.id, ceiling.currency), ceiling]));
}

function keyOf(scopeId: string | null, currency: string): string {
  return compositeKey(scopeId, currency);
}

/**
 * Decides which limits apply to a purchase. Of what its partner and its merchant state the smaller one applies; where
 * neither states anything, what the platform states; and otherwise the settings, which have no daily limits.
 */
export function ceilingsOf(
  book: CeilingBook,
  defaults: DefaultCeilings,
  { partnerId, namespace, merchantId, currency }: CeilingSubject,
): ApplicableCeilings {
  const find = (id: string | null) => (book.size === 0 ? undefined : book.get(keyOf(id, currency)));
  const partner = partnerId === null ? undefined : find(partnerId);
  const merchant = find(merchantId);
  const platform = find(null);

  function smallest(of: 'maxAmount' | 'maxReward', fallback: bigint | undefined): Limit | undefined {
    const stated = [limitOf(partner, of), limitOf(merchant, of)].filter((limit) => limit !== undefined);
    const [first, second] = stated;
    if (first !== undefined) return second !== undefined && second.max < first.max ? second : first;
    return (
      limitOf(platform, of) ?? (fallback === undefined ? undefined : { max: fallback, scope: 'platform' })
    );
  }

  // Each limits a total of its own: what the partner reports, what is bought at the merchant, what the source reports.
  const stated = [...dailyLimit(partner, partnerId), ...dailyLimit(merchant, merchantId)];
  return {
    amount: smallest('maxAmount', defaults.amount.get(currency)),
    reward: smallest('maxReward', defaults.reward.get(currency)),
    dailyPending: stated.length > 0 ? stated : dailyLimit(platform, partnerId ?? namespace),
  };
}

/** How much may become available on a day: by the partner's ceiling, otherwise by that of the platform. */
export function releaseLimit(book: CeilingBook, { namespace, currency }: ReleaseQueue): bigint | undefined {
  if (book.size === 0) return undefined;
  const stated = (id: string | null) => book.get(keyOf(id, currency))?.dailyReleased ?? undefined;
  return stated(namespace) ?? stated(null);
}

export function queueKey({ namespace, currency }: ReleaseQueue): string {
  return keyOf(namespace, currency);
}

function dailyLimit(ceiling: Ceiling | undefined, countedFor: string | null) {
  const limit = limitOf(ceiling, 'dailyPending');
  return ceiling === undefined || limit === undefined
    ? []
    : [{ ...limit, total: keyOf(countedFor, ceiling.currency) }];
}

function limitOf(ceiling: Ceiling | undefined, of: keyof CeilingLimits): Limit | undefined {
  const max = ceiling?.[of] ?? null;
  return ceiling === undefined || max === null ? undefined : { max, scope: ceiling.scope.type };
}

/** @throws VALIDATION_ERROR if the scope of the platform has an id, or the scope of a partner or merchant has none. */
export function requireCeilingScope(type: CeilingScope['type'], id: string | null): CeilingScope {
  if (type === 'platform') {
    if (id !== null) throw wrong('scope_id', 'must be omitted in the scope platform');
    return { type, id };
  }
  if (id === null) throw wrong('scope_id', `must be the id of the ${type}`);
  return { type, id };
}

/** The limits of a ceiling as they are sent: money in the currency of the ceiling, as text or number. */
export type SentLimits = { readonly [Field in keyof CeilingLimits]: string | number | null };

const FIELDS = {
  maxAmount: 'max_amount',
  maxReward: 'max_reward',
  dailyPending: 'daily_pending',
  dailyReleased: 'daily_released',
} as const satisfies Record<keyof CeilingLimits, string>;

/**
 * @throws UNSUPPORTED_CURRENCY, or VALIDATION_ERROR if a limit is not money of the currency, or if a merchant would limit
 * what is released.
 */
export function readLimits(
  limits: SentLimits,
  { type }: Pick<CeilingScope, 'type'>,
  currency: string,
  supportedCurrencies: readonly string[],
): CeilingLimits {
  if (!isCurrency(currency) || !supportedCurrencies.includes(currency))
    throw unsupportedCurrency({ currency, supported: supportedCurrencies });
  const violations: Violation[] = [];
  function read(name: keyof CeilingLimits): bigint | null {
    const sent = limits[name];
    if (sent === null) return null;
    const reading = readMoney(sent, currency, { orZero: true });
    if ('minor' in reading) return reading.minor;
    violations.push({ field: FIELDS[name], reason: reading.problem });
    return null;
  }

  const stated = {
    maxAmount: read('maxAmount'),
    maxReward: read('maxReward'),
    dailyPending: read('dailyPending'),
    dailyReleased: read('dailyReleased'),
  };
  if (violations.length > 0) throw validationError({ violations });
  if (type === 'merchant' && stated.dailyReleased !== null)
    throw wrong('daily_released', 'must be null in the scope merchant: it counts what a source releases');
  return stated;
}

export function statesNothing(limits: CeilingLimits): boolean {
  return Object.keys(FIELDS).every((field) => limits[field as keyof CeilingLimits] === null);
}

function wrong(field: string, reason: string) {
  return ruleViolation({ violations: [{ field, reason }] });
}

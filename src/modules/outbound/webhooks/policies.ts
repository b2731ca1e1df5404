import { namedViolations, notFound, ruleViolation } from '../../../core/errors.ts';
import type { Exchange } from '../../../core/outbound/exchange.ts';
import type { Actor } from '../../platform/events/index.ts';
import { webhookEndpointInactive, webhookEndpointLimitReached } from './errors.ts';
import {
  type AttemptResult,
  type DisabledReason,
  type Endpoint,
  type Health,
  MAX_ENDPOINTS,
  REPLAY_DAYS,
  type Verdict,
} from './model.ts';

/** The delays after the first, second, … failed attempt. After the last one, the delivery has failed. */
const RETRY_DELAYS_S = [5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600];

/** Spreads the retries of what failed together, by up to a tenth. */
const JITTER = 0.1;

const TOO_MANY_REQUESTS = 429;
const SERVICE_UNAVAILABLE = 503;
const GONE = 410;

/** A receiver that asks for a longer pause is asked again after this. */
const MAX_PAUSE_S = 3600;
const MAX_RETRY_AFTER_S = 10 * 3600;

const DISABLED_AFTER = { hours: 5 * 24 };

/** Longer than any delay between two attempts. After such a gap, failures count from the start. */
const SAME_OUTAGE_WITHIN = { hours: 24 };

const FAILURE_PRECISION = { minutes: 1 };

/** True if a pattern such as `purchase.*` covers the event type. */
export function covers(pattern: string, type: string): boolean {
  if (pattern === '*' || pattern === type) return true;
  return pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1));
}

/** Administrators see all endpoints, a partner its own. */
export function isVisibleTo(actor: Pick<Actor, 'type' | 'id'>, { partnerId }: Pick<Endpoint, 'partnerId'>) {
  return actor.type !== 'partner' || partnerId === actor.id;
}

/** @throws NOT_FOUND if the endpoint does not exist or belongs to somebody else. */
export function requireVisible<Found extends Pick<Endpoint, 'partnerId'>>(
  endpoint: Found | undefined,
  id: string,
  actor: Pick<Actor, 'type' | 'id'>,
): Found {
  if (endpoint === undefined || !isVisibleTo(actor, endpoint)) throw notFound('webhook_endpoint', id);
  return endpoint;
}

/** @throws WEBHOOK_ENDPOINT_LIMIT_REACHED. */
export function requireRoom(endpoints: number): void {
  if (endpoints >= MAX_ENDPOINTS) throw webhookEndpointLimitReached({ limit: MAX_ENDPOINTS });
}

/** @throws WEBHOOK_ENDPOINT_INACTIVE. */
export function requireActive({ id, active }: Pick<Endpoint, 'id' | 'active'>): void {
  if (!active) throw webhookEndpointInactive({ webhook_endpoint_id: id });
}

/** @throws VALIDATION_ERROR if no request may be sent to the URL, for this reason. */
export function requireAllowedUrl(objection: string | undefined): void {
  if (objection !== undefined) throw ruleViolation({ violations: [{ field: 'url', reason: objection }] });
}

/** @throws VALIDATION_ERROR if a pattern covers no type of the feed. */
export function requireKnownTypes(patterns: readonly string[], types: readonly string[]): void {
  const violations = patterns.flatMap((pattern, index) =>
    types.some((type) => covers(pattern, type))
      ? []
      : [{ field: `event_types.${index}`, reason: 'must cover a type of event that exists' }],
  );
  if (violations.length > 0) throw ruleViolation(namedViolations(violations));
}

/** @throws VALIDATION_ERROR if the time is in the future, or so old that deliveries of it are deleted. */
export function requireReplayable(since: Temporal.Instant, now: Temporal.Instant): void {
  const oldest = now.subtract({ hours: REPLAY_DAYS * 24 });
  if (Temporal.Instant.compare(since, oldest) >= 0 && Temporal.Instant.compare(since, now) <= 0) return;
  const reason = `must be a time within the last ${REPLAY_DAYS} days`;
  throw ruleViolation({ violations: [{ field: 'since', reason }] });
}

/**
 * What follows from an attempt.
 * @param attempted the number of attempts, with this one.
 * @param random a number from 0 (inclusive) to 1 (exclusive).
 */
export function verdictOf(
  exchange: Exchange,
  attempted: number,
  { now, random }: { readonly now: Temporal.Instant; readonly random: number },
): Verdict {
  const status = 'status' in exchange ? exchange.status : undefined;
  if (status !== undefined && status >= 200 && status < 300)
    return { status: 'succeeded', dueAt: null, isGone: false, pausedUntil: null };
  const asked_s = retryAfter_s(exchange, now);
  const pausedUntil = asked_s === undefined ? null : now.add({ seconds: Math.min(asked_s, MAX_PAUSE_S) });
  const delay_s = RETRY_DELAYS_S[attempted - 1];
  if (status === GONE || delay_s === undefined)
    return { status: 'failed', dueAt: null, isGone: status === GONE, pausedUntil };
  const delay_ms = Math.round(delay_s * (1 + JITTER * random) * 1000);
  const asked_ms = Math.min(asked_s ?? 0, MAX_RETRY_AFTER_S) * 1000;
  const dueAt = now.add({ milliseconds: Math.max(delay_ms, asked_ms) });
  return { status: 'pending', dueAt, isGone: false, pausedUntil };
}

/** `Retry-After` in seconds, or as a date. Only the statuses that are made for it count. */
function retryAfter_s(exchange: Exchange, now: Temporal.Instant): number | undefined {
  if (!('status' in exchange) || exchange.retryAfter === undefined) return undefined;
  if (exchange.status !== TOO_MANY_REQUESTS && exchange.status !== SERVICE_UNAVAILABLE) return undefined;
  if (/^\d{1,9}$/.test(exchange.retryAfter)) return Number(exchange.retryAfter);
  const ms = Date.parse(exchange.retryAfter) - now.epochMilliseconds;
  return ms > 0 ? Math.ceil(ms / 1000) : undefined;
}

/** The state of an endpoint after these attempts, and why it is disabled, if it is. */
export function healthAfter(
  health: Health,
  verdicts: readonly Verdict[],
  now: Temporal.Instant,
): Health & { readonly disabledReason: DisabledReason | null } {
  const asked = verdicts.findLast((verdict) => verdict.pausedUntil !== null);
  const pausedUntil = asked?.pausedUntil ?? health.pausedUntil;
  if (verdicts.some(({ isGone }) => isGone))
    return { ...failing(health, now), pausedUntil, disabledReason: 'gone' };
  if (verdicts.some(({ status }) => status === 'succeeded'))
    return { failingSince: null, lastFailedAt: health.lastFailedAt, pausedUntil, disabledReason: null };
  const failed = failing(health, now);
  const limit = failed.failingSince.add(DISABLED_AFTER);
  const isOver = Temporal.Instant.compare(limit, now) <= 0;
  return { ...failed, pausedUntil, disabledReason: isOver ? 'failures' : null };
}

function failing({ failingSince, lastFailedAt }: Health, now: Temporal.Instant) {
  const isSameOutage =
    failingSince !== null &&
    lastFailedAt !== null &&
    Temporal.Instant.compare(now, lastFailedAt.add(SAME_OUTAGE_WITHIN)) <= 0;
  return { failingSince: isSameOutage ? failingSince : now, lastFailedAt: now };
}

/** While an endpoint keeps failing, its last failure is exact to the minute: not each one is worth a write. */
export function isWorthWriting(known: Health, next: ReturnType<typeof healthAfter>): boolean {
  if (next.disabledReason !== null) return true;
  if (String(known.failingSince) !== String(next.failingSince)) return true;
  if (String(known.pausedUntil) !== String(next.pausedUntil)) return true;
  const { lastFailedAt: before } = known;
  const { lastFailedAt: latest } = next;
  if (before === null || latest === null) return before !== latest;
  return Temporal.Instant.compare(latest, before.add(FAILURE_PRECISION)) >= 0;
}

/** What speaks for or against each endpoint. An event that could not be presented is not its failure. */
export function verdictsByEndpoint(
  results: readonly AttemptResult[],
): ReadonlyMap<string, readonly Verdict[]> {
  const attempts = results.filter(({ attempt }) => attempt.failure !== 'event_unavailable');
  const groups = Map.groupBy(attempts, ({ delivery }) => delivery.endpointId);
  return new Map([...groups].map(([id, of]) => [id, of.map(({ verdict }) => verdict)]));
}

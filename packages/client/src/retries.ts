export type RetryOptions = {
  /** How often a request is sent at most. Defaults to 5; 1 means no retries. */
  readonly attempts?: number;
  /** The first pause in milliseconds. It doubles with each attempt, and is shortened at random. Defaults to 250. */
  readonly firstDelayMs?: number;
  /** The longest pause in milliseconds. The error is thrown if `Retry-After` asks for more. Defaults to 60,000. */
  readonly maxDelayMs?: number;
};

/** How an attempt ended. */
export type AttemptResult = {
  /** Undefined without an answer. */
  readonly status: number | undefined;
  /** Undefined if the answer is not the platform's. */
  readonly code: string | undefined;
  /** The platform does not know whether the request took effect. */
  readonly isOutcomeUnknown: boolean;
  readonly retryAfter: string | null;
};

/** Statuses by which a proxy reports that it got no answer. */
const NO_ANSWER = new Set([502, 503, 504]);
const NOTHING_DONE = new Set([
  'RATE_LIMITED',
  'OVERLOADED',
  'SERVICE_UNAVAILABLE',
  'IDEMPOTENCY_IN_PROGRESS',
]);

/**
 * The pause before the next attempt in milliseconds. Undefined if there is none.
 * @param isRepeatable Whether the request may take effect although its answer got lost.
 */
export function delayBeforeRetry(
  { status, code, isOutcomeUnknown, retryAfter }: AttemptResult,
  attempt: number,
  isRepeatable: boolean,
  { attempts = 5, firstDelayMs = 250, maxDelayMs = 60_000 }: RetryOptions = {},
  random: () => number = Math.random,
): number | undefined {
  if (attempt >= attempts) return undefined;
  const isLost = status === undefined || isOutcomeUnknown || (code === undefined && NO_ANSWER.has(status));
  if (isLost ? !isRepeatable : !NOTHING_DONE.has(code ?? '')) return undefined;

  const backoffMs = Math.min(firstDelayMs * 2 ** (attempt - 1), maxDelayMs);
  const jitterMs = random() * backoffMs;
  const askedMs = Number(retryAfter ?? Number.NaN) * 1_000;
  if (!Number.isFinite(askedMs)) return jitterMs;
  return askedMs > maxDelayMs ? undefined : askedMs + (askedMs > 0 ? random() * firstDelayMs : 0);
}

/** Resolves after the time. @throws the reason of the signal as soon as it is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}

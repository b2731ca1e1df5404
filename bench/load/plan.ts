/** The input and the result of the generator. Both pass between processes as JSON. */
export type LoadPlan = {
  /** Callers are spread over them. */
  readonly urls: readonly string[];
  readonly scenario: Scenario;
  readonly pace: ClosedLoop | OpenLoop;
};

/** A number of callers. Each sends its next request when the previous one is answered. */
export type ClosedLoop = {
  readonly connections: number;
  readonly seconds: number;
  /** A refused caller waits for the time in `Retry-After`. */
  readonly honoursRetryAfter?: boolean;
};

/** Requests at a fixed rate, whether earlier ones are answered or not. */
export type OpenLoop = {
  readonly perSecond: number;
  readonly seconds: number;
  /** Further requests wait for a caller; the wait counts as latency. */
  readonly mostCallers?: number;
};

export type Scenario =
  | ({
      readonly kind: 'purchases';
      /** Purchases of a request to /purchases/batch; undefined: one each, to /purchases. */
      readonly batch?: number;
    } & Buying)
  | ({
      readonly kind: 'mix';
      /** Pending purchases: each is confirmed once. */
      readonly pendingIds: readonly string[];
      /** Of shoppers who withdraw. */
      readonly tokens: readonly string[];
    } & Buying)
  | { readonly kind: 'reads'; readonly path: string; readonly tokens: readonly string[] }
  | { readonly kind: 'logins'; readonly emails: readonly string[]; readonly password: string };

/** Users and merchants of the purchases that a partner reports. */
export type Buying = {
  readonly partnerKey: string;
  /** The prefix of every external id, so that no two loads share one. */
  readonly name: string;
  readonly users: readonly string[];
  readonly merchants: readonly string[];
  /** The number of days over which purchases are spread. */
  readonly days: number;
  /** True if each report names its order, which no other source has reported. */
  readonly namesOrders?: boolean;
};

export type Latency = {
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
};

export type LoadResult = {
  /** The planned time of the first request, in milliseconds since 1970. */
  readonly startedAt_ms: number;
  /** From the first request to the last response that is not a refusal. */
  readonly seconds: number;
  /**
   * Responses by status; `lost`: the connection ended without one; `hung up`: the caller did not wait any longer.
   */
  readonly answers: Readonly<Record<string, number>>;
  /** Purchases that the platform acknowledged. */
  readonly purchases: number;
  /** The purchases of each request: of one without a response, all or none may be recorded. */
  readonly purchasesPerRequest?: number;
  /** Successes: each purchase of a batch counts. */
  readonly done: number;
  /** Of requests that were done. */
  readonly latency: Latency;
  /** Refusals with 503 or 429 without `Retry-After`. */
  readonly withoutRetryAfter: number;
  /** The results of the requests that were due in each second. */
  readonly timeline: readonly Second[];
  /** Of the generator. */
  readonly cpu_ms: number;
};

export type Second = {
  readonly done: number;
  /** Refused or lost. */
  readonly failed: number;
  /** Milliseconds, of those that were done. */
  readonly p99: number;
};

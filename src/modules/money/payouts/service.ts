import type { Clock } from '../../../core/clock.ts';
import { type Database, mayIsolate } from '../../../core/database/index.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import type { Metrics } from '../../../core/observability/metrics.ts';
import { type Outcome, onlyValue } from '../../../core/outcome.ts';
import { batcher } from '../../../core/overload/batcher.ts';
import type { Actor, EventClient } from '../../platform/events/index.ts';
import type { Answered, IdempotencyClient } from '../../platform/idempotency/index.ts';
import type { WalletClient } from '../wallets/index.ts';
import type { DetailsCipher } from './details.ts';
import type { Payout, PayoutLimits, PayoutMove, PayoutOrder, PayoutStatement } from './model.ts';
import { payoutReading } from './reading.ts';
import type { PayoutRepository } from './repository.ts';
import { payoutRequests } from './requests.ts';
import { payoutTransitions } from './transitions.ts';

/** Two batches keep the database busy while the next one gathers. */
const BATCHES = { maxItems: 256, maxInFlight: 2 };

export type PayoutService = ReturnType<typeof payoutService>;

/** The use cases of payouts. Concurrent requests are written together, in batches of one transaction each. */
export function payoutService(deps: {
  database: Database;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  repository: PayoutRepository;
  cipher: DetailsCipher;
  idempotency: IdempotencyClient;
  wallets: WalletClient;
  events: EventClient;
  supportedCurrencies: readonly string[];
  limits: PayoutLimits;
  maxQueuedPayouts: number;
}) {
  const { countOutcomes, observeBatcher } = deps.metrics;
  const bounds = { ...BATCHES, maxQueued: deps.maxQueuedPayouts, isolates: mayIsolate };
  const requests = batcher({ ...bounds, run: countOutcomes('payout', payoutRequests(deps)) });
  const transitions = batcher({
    ...bounds,
    run: countOutcomes('payout_transition', payoutTransitions(deps)),
  });
  observeBatcher('payout', requests);
  observeBatcher('payout_transition', transitions);

  /**
   * Takes the amount from the available balance. The outcome is a refusal or the payout, perhaps repeated from an
   * earlier request with the same idempotency key. @throws OVERLOADED: nothing was done.
   */
  async function requestPayout(order: PayoutOrder): Promise<Outcome<Answered<PayoutStatement>>> {
    const [outcome] = await requestPayouts([order]);
    if (outcome === undefined) throw new Error('a payout request was not answered');
    return outcome;
  }

  /** The same for a list. Answers for each in order. */
  function requestPayouts(
    orders: readonly PayoutOrder[],
  ): Promise<readonly Outcome<Answered<PayoutStatement>>[]> {
    return requests.submit(orders);
  }

  /** @throws NOT_FOUND for a caller that is not its owner, PAYOUT_INVALID_TRANSITION or OVERLOADED. */
  function cancelPayout(payoutId: string, actor: Actor): Promise<Payout> {
    return movePayout({ actor, payoutId, to: 'cancelled' });
  }

  /** @throws NOT_FOUND, VALIDATION_ERROR (rule), PAYOUT_INVALID_TRANSITION or OVERLOADED. */
  async function movePayout(move: PayoutMove): Promise<Payout> {
    return onlyValue(await movePayouts([move]));
  }

  /** The same for a list. Answers for each in order. */
  function movePayouts(moves: readonly PayoutMove[]): Promise<readonly Outcome<Payout>[]> {
    return transitions.submit(moves);
  }

  return {
    requestPayout,
    requestPayouts,
    cancelPayout,
    movePayout,
    movePayouts,
    ...payoutReading(deps),
  };
}

import type { Clock } from '../../../core/clock.ts';
import { type Database, mayIsolate } from '../../../core/database/index.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import type { Metrics } from '../../../core/observability/metrics.ts';
import { type Outcome, onlyValue } from '../../../core/outcome.ts';
import { batcher } from '../../../core/overload/batcher.ts';
import type { UserClient } from '../../identity/users/index.ts';
import type { Actor, EventClient } from '../../platform/events/index.ts';
import type { IdempotencyClient, IdempotentResponse } from '../../platform/idempotency/index.ts';
import type { FourEyesAbove, WalletClient } from '../wallets/index.ts';
import type { AccountRepository } from './account-repository.ts';
import { payoutAllowance } from './allowance.ts';
import type { DetailsCipher } from './details.ts';
import type {
  Payout,
  PayoutLimits,
  PayoutMove,
  PayoutOrder,
  PayoutStatement,
  ReviewedPayout,
} from './model.ts';
import { payoutReading } from './reading.ts';
import type { PayoutRepository } from './repository.ts';
import { payoutRequests } from './requests.ts';
import { type FindBlockers, payoutTransitions } from './transitions.ts';

/** Two batches keep the database busy while the next batch fills. */
const BATCHES = { maxItems: 256, maxInFlight: 2 };

export type PayoutService = ReturnType<typeof payoutService>;

/** The use cases of payouts. Concurrent requests share batches, one transaction each. */
export function payoutService(deps: {
  database: Database;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  repository: PayoutRepository;
  accounts: Pick<AccountRepository, 'findReviewFacts'>;
  cipher: DetailsCipher;
  idempotency: IdempotencyClient;
  wallets: WalletClient;
  users: Pick<UserClient, 'lockUsersForShare' | 'requireActiveSender' | 'findUsers' | 'findProven'>;
  needsEmailProof: boolean;
  findBlockers: FindBlockers;
  events: EventClient;
  supportedCurrencies: readonly string[];
  limits: PayoutLimits;
  fourEyesAbove: FourEyesAbove;
  maxQueuedPayouts: number;
}) {
  const { countOutcomes, observeBatcher } = deps.metrics;
  const bounds = { ...BATCHES, maxQueued: deps.maxQueuedPayouts, isolates: mayIsolate };
  const requests = batcher({ ...bounds, run: countOutcomes('payout', payoutRequests(deps)) });
  const transitions = batcher({
    ...bounds,
    run: countOutcomes('payout_transition', payoutTransitions(deps)),
  });
  const reading = payoutReading(deps);
  observeBatcher('payout', requests);
  observeBatcher('payout_transition', transitions);

  /**
   * Requests a payout, which takes its amount from the available balance. Returns the payout or the refusal. Either may be
   * a replay of an earlier request with the same idempotency key. @throws OVERLOADED; nothing is done then.
   */
  async function requestPayout(order: PayoutOrder): Promise<Outcome<IdempotentResponse<PayoutStatement>>> {
    const [outcome] = await requestPayouts([order]);
    if (outcome === undefined) throw new Error('a payout request has no outcome');
    return outcome;
  }

  /** Requests a list of payouts. Returns one outcome for each, in order. */
  function requestPayouts(
    orders: readonly PayoutOrder[],
  ): Promise<readonly Outcome<IdempotentResponse<PayoutStatement>>[]> {
    return requests.submit(orders);
  }

  /** @throws NOT_FOUND (also if the caller is not the owner), PAYOUT_INVALID_TRANSITION or OVERLOADED. */
  async function cancelPayout(payoutId: string, actor: Actor): Promise<Payout> {
    return onlyValue(await movePayouts([{ actor, payoutId, to: 'cancelled' }]));
  }

  /**
   * Changes the status of a payout. @throws NOT_FOUND, VALIDATION_ERROR, PAYOUT_INVALID_TRANSITION, PAYOUT_BLOCKED or
   * OVERLOADED.
   */
  async function movePayout(move: PayoutMove): Promise<ReviewedPayout> {
    return reading.reviewed(onlyValue(await movePayouts([move])));
  }

  /** Changes the status of a list of payouts. Returns one outcome for each, in order. */
  function movePayouts(moves: readonly PayoutMove[]): Promise<readonly Outcome<Payout>[]> {
    return transitions.submit(moves);
  }

  return {
    requestPayout,
    requestPayouts,
    cancelPayout,
    movePayout,
    movePayouts,
    getAllowance: payoutAllowance(deps),
    getPayout: reading.getPayout,
    getOwnPayout: reading.getOwnPayout,
    listPayouts: reading.listPayouts,
    listReviewedPayouts: reading.listReviewedPayouts,
    revealBankDetails: reading.revealBankDetails,
    revealTransfers: reading.revealTransfers,
  };
}

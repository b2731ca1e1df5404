import type { Acknowledgements, Answer, Operation } from './acknowledgements.ts';
import { type Client, codeOf, type Reply, type Request } from './client.ts';
import type { Programme } from './programme.ts';

/** A client with its log. */
export type Clerk = {
  readonly client: Client;
  readonly programme: Programme;
  readonly acknowledgements: Acknowledgements;
};

/** Sends an operation once, and logs the response. */
export async function perform(
  { client, programme, acknowledgements }: Clerk,
  url: string,
  operation: Operation,
): Promise<{ readonly answer: Answer; readonly reply: Reply }> {
  const answered = acknowledgements.sent(operation);
  const reply = await client.send(url, requestOf(operation, programme));
  const answer = answerOf(operation, reply);
  answered(answer);
  return { answer, reply };
}

/** Sends many purchases in one request, and logs the responses. */
export async function performBatch(
  { client, programme, acknowledgements }: Clerk,
  url: string,
  operations: readonly Purchase[],
): Promise<{ readonly answers: readonly Answer[]; readonly reply: Reply }> {
  const answered = operations.map(acknowledgements.sent);
  const reply = await client.send(url, batchRequestOf(operations, programme));
  const answers = answersOf(operations, reply);
  for (const [index, answer] of answers.entries()) answered[index]?.(answer);
  return { answers, reply };
}

/** Settles purchases in one request, each by its id or by the external id under which the caller reported it. */
export async function performSettlements(
  { client, programme, acknowledgements }: Clerk,
  url: string,
  settlements: readonly { readonly operation: Settlement; readonly externalId?: string | undefined }[],
): Promise<{ readonly answers: readonly Answer[]; readonly reply: Reply }> {
  const answered = settlements.map(({ operation }) => acknowledgements.sent(operation));
  const reply = await client.send(url, {
    method: 'POST',
    path: '/purchases/settlements',
    token: programme.partnerKey,
    body: settlements.map(({ operation: { kind, purchaseId }, externalId }) => ({
      action: kind,
      ...(externalId === undefined ? { purchase_id: purchaseId } : { external_id: externalId }),
    })),
  });
  const answers = settlements.map(({ operation }, index) => {
    if (reply.status !== 200) return answerOf(operation, reply);
    const { status, purchase_id: id, error } = reply.body.results[index];
    return readAnswer(operation, { status, body: { id, error } });
  });
  for (const [index, answer] of answers.entries()) answered[index]?.(answer);
  return { answers, reply };
}

/** Returns the request for an operation, the same one each time. */
function requestOf(operation: Operation, programme: Programme): Request {
  switch (operation.kind) {
    case 'purchase':
      return {
        method: 'POST',
        path: '/purchases',
        token: programme.partnerKey,
        body: submissionOf(operation),
      };
    case 'confirm':
      return {
        method: 'POST',
        path: `/purchases/${operation.purchaseId}/confirmation`,
        token: programme.partnerKey,
      };
    case 'reverse':
      return {
        method: 'PATCH',
        path: `/purchases/${operation.purchaseId}/reverse`,
        token: programme.partnerKey,
        body: { reason: 'returned' },
      };
    case 'payout':
    case 'keyless payout':
      return {
        method: 'POST',
        path: '/users/me/payouts',
        token: tokenOf(programme, operation.userId),
        body: {
          amount: euros(operation.cents),
          method: 'bank_transfer',
          details: { iban: 'DE89370400440532013000', account_holder: 'Erika Mustermann' },
        },
        ...(operation.kind === 'payout' && { headers: { 'idempotency-key': operation.key } }),
      };
  }
}

export type Purchase = Extract<Operation, { kind: 'purchase' }>;
export type Settlement = Extract<Operation, { purchaseId: string }>;

/** Many purchases in one request. */
function batchRequestOf(operations: readonly Purchase[], programme: Programme): Request {
  return {
    method: 'POST',
    path: '/purchases/batch',
    token: programme.partnerKey,
    body: operations.map(submissionOf),
  };
}

function submissionOf({ externalId, userId, merchantId, cents, purchasedAt }: Purchase) {
  return {
    external_id: externalId,
    user_id: userId,
    merchant_id: merchantId,
    amount: euros(cents),
    currency: 'EUR',
    ...(purchasedAt !== undefined && { purchased_at: purchasedAt }),
  };
}

function tokenOf({ users, tokens }: Programme, userId: string): string {
  const token = tokens[users.indexOf(userId)];
  if (token === undefined) throw new RangeError(`there is no user ${userId}`);
  return token;
}

/** The result in the reply. Status 0 means a missing response. */
function answerOf(operation: Operation, reply: Reply): Answer {
  if (reply.status === 0) return withoutAnswer(reply.lost ?? '');
  return readAnswer(operation, reply);
}

/** For each purchase of a batch. */
function answersOf(operations: readonly Purchase[], reply: Reply): Answer[] {
  if (reply.status !== 200) return operations.map((operation) => answerOf(operation, reply));
  const { results } = reply.body as { results: ItemResult[] };
  return operations.map((operation, index) => {
    const result = results[index];
    if (result?.external_id !== operation.externalId) return { kind: 'unknown', reason: 'no result for it' };
    return readAnswer(operation, { status: result.status, body: result });
  });
}

type ItemResult = { readonly external_id: string; readonly status: number };

/** A refused connection means that nothing was sent. */
function withoutAnswer(lost: string): Answer {
  return lost === 'ECONNREFUSED'
    ? { kind: 'refused', code: lost, isFinal: false }
    : { kind: 'unknown', reason: lost };
}

function readAnswer(operation: Operation, { status, body, headers }: Partial<Reply>): Answer {
  if (status === 200 || status === 201) {
    const isRepeat = headers?.['idempotency-replayed'] === 'true';
    return { kind: 'done', id: body.id, cents: doneCents(operation, body), isRepeat };
  }
  const code = codeOf({ body }) ?? `status ${status}`;
  const details = body?.error?.details ?? {};
  // These operations have no idempotency key. The refusal of a repeat contains the state after the first request.
  if (operation.kind === 'purchase' && code === 'DUPLICATE_PURCHASE' && details.purchase !== undefined) {
    const { id, cashback_amount } = details.purchase;
    return { kind: 'done', id, cents: cents(cashback_amount), isRepeat: true };
  }
  if (operation.kind === 'confirm' && code === 'PURCHASE_NOT_PENDING' && details.status === 'confirmed')
    return { kind: 'done', id: operation.purchaseId, cents: 0, isRepeat: true };
  if (operation.kind === 'reverse' && code === 'PURCHASE_ALREADY_REVERSED')
    return { kind: 'done', id: operation.purchaseId, cents: 0, isRepeat: true };
  if (status === 503 && details.outcome === 'unknown') return { kind: 'unknown', reason: code };
  if (status === 500) return { kind: 'unknown', reason: code };
  const isFinal = status !== 503 && status !== 429 && details.reason !== 'in_progress';
  return { kind: 'refused', code, isFinal };
}

function doneCents({ kind }: Operation, body: Record<string, string>): number {
  if (kind === 'purchase') return cents(body.cashback_amount);
  return kind === 'confirm' || kind === 'reverse' ? 0 : cents(body.amount);
}

export function euros(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
}

function cents(amount = ''): number {
  return Number(amount.replace('.', ''));
}

/** The reward in cents, rounded half to even, in whole numbers. */
export function rewardOf(cents: number, percent: number): number {
  const hundredths = cents * percent;
  const whole = Math.floor(hundredths / 100);
  const rest = hundredths % 100;
  return rest > 50 || (rest === 50 && whole % 2 === 1) ? whole + 1 : whole;
}

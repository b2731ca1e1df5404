import Type from 'typebox';
import { CursorPage, CursorQuery, Several } from '../../../core/http/pagination.ts';
import { Currency, Id, Input, Money, MoneyInput, Timestamp } from '../../../core/http/schemas.ts';
import { statementOf } from './adjustment-policies.ts';
import type { Adjustment, AdjustmentStatement } from './model.ts';
import { CurrencyChoice, WalletBody } from './schemas.ts';

const Direction = Type.Enum(['credit', 'debit'], { examples: ['credit'] });

const Status = Type.Enum(['completed', 'awaiting_approval', 'rejected', 'expired'], {
  description: '`completed` if it has moved money.',
  examples: ['completed'],
});

const Reason = (description: string, example: string) =>
  Type.String({
    minLength: 1,
    maxLength: 500,
    pattern: '\\S',
    mustBe: 'more than white space',
    description,
    examples: [example],
  });

/** `defaultCurrency` applies if the request names no currency. */
export function AdjustmentInput(defaultCurrency: string) {
  return Input(
    {
      amount: MoneyInput,
      currency: CurrencyChoice,
      direction: Direction,
      reason: Reason(
        'The reason, recorded with the adjustment and in the audit log. The owner of the wallet sees it.',
        'Goodwill for a late confirmation.',
      ),
    },
    { moneyIn: { amount: ['currency', defaultCurrency] } },
  );
}

export const RejectionInput = Input({
  reason: Reason('The reason, recorded with the adjustment and in the audit log.', 'The amount is wrong.'),
});

export const AdjustmentQuery = CursorQuery({
  status: Several(Status),
  user_id: Several(Id),
});

const nullable = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

export const AdjustmentBody = Type.Object({
  id: Id,
  user_id: Id,
  amount: Money,
  currency: Currency,
  direction: Direction,
  reason: Type.String(),
  status: Status,
  created_by: nullable(
    Type.String({
      ...Id,
      description: 'The administrator who made it. Null: the owner forfeited the money with the account.',
    }),
  ),
  created_at: Timestamp,
  expires_at: nullable(
    Type.String({ ...Timestamp, description: 'The end of the time in which it may be approved.' }),
  ),
  decided_by: nullable(Type.String({ ...Id, description: 'The administrator who approved or rejected it.' })),
  decided_at: nullable(Timestamp),
  decision_reason: nullable(Type.String()),
});

export const CompletedAdjustmentBody = Type.Object({
  ...AdjustmentBody.properties,
  wallet: Type.Object(WalletBody.properties, { description: 'The balances after the adjustment.' }),
});

export const AdjustmentPage = CursorPage(AdjustmentBody);

/** The response that an older version stored with an idempotency key says less. */
export function presentStatement(
  statement: Partial<AdjustmentStatement>,
  callerId: string,
): AdjustmentStatement {
  return {
    ...({
      status: 'completed',
      created_by: callerId,
      expires_at: null,
      decided_by: null,
      decided_at: null,
      decision_reason: null,
    } as const),
    ...statement,
  } as AdjustmentStatement;
}

export function presentAdjustment(adjustment: Adjustment) {
  const { wallet: _, ...shown } = statementOf(adjustment);
  return shown;
}

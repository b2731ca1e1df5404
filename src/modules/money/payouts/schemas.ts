import Type, { type Static } from 'typebox';
import { CursorPage, CursorQuery, Several } from '../../../core/http/pagination.ts';
import {
  Currency,
  Id,
  Input,
  Money,
  MoneyInput,
  minorUnits,
  Timestamp,
  TimestampInput,
} from '../../../core/http/schemas.ts';
import { compactIban } from '../../../core/iban.ts';
import type { BankDetails, PayoutStatement, ReviewedPayout } from './model.ts';
import { statementOf } from './policies.ts';

const Method = Type.Enum(['bank_transfer'], { examples: ['bank_transfer'] });

const Status = Type.Enum(['requested', 'processing', 'completed', 'returned', 'failed', 'cancelled'], {
  examples: ['requested'],
});

/** `defaultCurrency` applies if the request names no currency. */
export function NewPayoutBody(defaultCurrency: string) {
  return Input(
    {
      amount: MoneyInput,
      currency: Type.Optional(
        Type.String({
          ...Currency,
          description: "ISO 4217 code. Defaults to the platform's first currency.",
        }),
      ),
      method: Method,
      details: Input({
        iban: Type.String({
          format: 'iban',
          description: 'An IBAN. White space, dashes and lower case are accepted.',
          examples: ['DE89 3704 0044 0532 0130 00'],
        }),
        account_holder: Type.String({
          // No control characters. White space at the ends is ignored.
          pattern: '^\\s*[^\\s\\p{C}]([^\\p{C}]{0,68}[^\\s\\p{C}])?\\s*$',
          mustBe: 'a name of 1 to 70 characters without control characters',
          maxLength: 255,
          description: 'From 1 to 70 characters, the maximum of a SEPA transfer.',
          examples: ['Erika Mustermann'],
        }),
      }),
    },
    { moneyIn: { amount: ['currency', defaultCurrency] } },
  );
}

const Text = (description: string, example: string) =>
  Type.String({
    minLength: 1,
    maxLength: 255,
    pattern: '\\S',
    mustBe: 'more than white space',
    description,
    examples: [example],
  });

export const PayoutMoveBody = Input({
  status: Type.Enum(['processing', 'completed', 'failed', 'returned'], { examples: ['completed'] }),
  external_reference: Type.Optional(
    Text('The reference of the transfer at the bank. Required for `completed`.', 'SEPA-2026-000123'),
  ),
  reason: Type.Optional(
    Text(
      'The reason of the failure or return, which the user can read. Required for `failed` and `returned`.',
      'The bank refused the account.',
    ),
  ),
});

const filters = { status: Several(Status) };

export const OwnPayoutQuery = CursorQuery(filters);

export const PayoutQuery = CursorQuery(
  {
    ...filters,
    user_id: Several(Id),
    external_reference: Several(
      Type.String({ minLength: 1, maxLength: 255, examples: ['SEPA-2026-000123'] }),
      'The reference of the transfer at the bank. The case is ignored.',
    ),
    from: Type.Optional(
      Type.String({ ...TimestampInput, description: 'The earliest time of the request, inclusive.' }),
    ),
    to: Type.Optional(
      Type.String({ ...TimestampInput, description: 'The latest time of the request, inclusive.' }),
    ),
  },
  { from: 'to' },
);

const nullable = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

export const OwnPayoutBody = Type.Object({
  id: Id,
  status: Status,
  amount: Money,
  currency: Currency,
  method: Method,
  details: Type.Object(
    {
      iban: Type.String({ examples: ['DE89**************3000'] }),
      account_holder: Type.String({ examples: ['E*** M***'] }),
    },
    { description: 'The bank details, masked.' },
  ),
  requested_at: Timestamp,
  processing_at: nullable(Timestamp),
  settled_at: nullable(
    Type.String({
      ...Timestamp,
      description: 'The time at which the payout was completed, failed or cancelled.',
    }),
  ),
  external_reference: nullable(Type.String()),
  failure_reason: nullable(Type.String()),
  returned_at: nullable(
    Type.String({
      ...Timestamp,
      description: 'The time at which a completed payout was recorded as sent back by the bank.',
    }),
  ),
  return_reason: nullable(Type.String()),
});

export const PayoutBody = Type.Object({
  ...OwnPayoutBody.properties,
  user_id: Id,
  owner_active: Type.Boolean({
    description: 'False if the user has been deactivated: the payout cannot be paid then.',
  }),
  processing_by: nullable(
    Type.String({ ...Id, description: 'The administrator who took the payout to `processing`.' }),
  ),
  completed_by: nullable(Type.String({ ...Id, description: 'The administrator who completed the payout.' })),
  needs_four_eyes: Type.Boolean({
    description:
      'True if the administrator who completes it must not be the one who took it to `processing`.',
  }),
});

export const OwnPayoutPage = CursorPage(OwnPayoutBody);

export const PayoutPage = CursorPage(PayoutBody);

export const BankDetailsBody = Type.Object({
  id: Id,
  details: Type.Object({
    iban: Type.String({ examples: ['DE89370400440532013000'] }),
    account_holder: Type.String({ examples: ['Erika Mustermann'] }),
  }),
});

type NewPayout = Static<ReturnType<typeof NewPayoutBody>>;

export function toOrder(body: NewPayout, defaultCurrency: string) {
  const { amount, currency = defaultCurrency, method, details } = body;
  const bankDetails: BankDetails = {
    iban: compactIban(details.iban),
    accountHolder: details.account_holder.trim(),
  };
  return { amount: minorUnits(amount, currency), currency, method, bankDetails };
}

/** The content of an order for its idempotency key. The amount is in minor units, so that `10` and `10.00` are equal. */
export function contentOf({ amount, currency, method, bankDetails }: ReturnType<typeof toOrder>) {
  return { amount: String(amount), currency, method, ...bankDetails };
}

export const presentOwnPayout = statementOf;

/** The response that an older version stored with an idempotency key has no return. */
export function presentStored(stored: Partial<PayoutStatement>): PayoutStatement {
  return { ...({ returned_at: null, return_reason: null } as const), ...stored } as PayoutStatement;
}

export function presentPayout(payout: ReviewedPayout) {
  return {
    ...statementOf(payout),
    user_id: payout.userId,
    owner_active: payout.ownerActive,
    processing_by: payout.processingBy,
    completed_by: payout.completedBy,
    needs_four_eyes: payout.needsFourEyes,
  };
}

export function presentBankDetails(id: string, { iban, accountHolder }: BankDetails) {
  return { id, details: { iban, account_holder: accountHolder } };
}

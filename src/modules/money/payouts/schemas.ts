import Type, { type Static } from 'typebox';
import { csvLine, guardedCell } from '../../../core/http/csv.ts';
import { ErrorBody } from '../../../core/http/errors.ts';
import { ItemSummary, presentRefusal, summarizeItems } from '../../../core/http/items.ts';
import { CursorPage, CursorQuery, Order, Several } from '../../../core/http/pagination.ts';
import {
  Currency,
  Id,
  Input,
  Money,
  MoneyInput,
  minorUnits,
  requiring,
  Timestamp,
  TimestampInput,
} from '../../../core/http/schemas.ts';
import { compactIban } from '../../../core/iban.ts';
import { formatMoney } from '../../../core/money.ts';
import type { Outcome } from '../../../core/outcome.ts';
import { CurrencyChoice } from '../wallets/index.ts';
import {
  ALLOWANCE_BLOCKS,
  type Allowance,
  type BankDetails,
  type Payout,
  type PayoutStatement,
  type ReviewedPayout,
  type Transfer,
} from './model.ts';
import { statementOf } from './policies.ts';

const Method = Type.Enum(['bank_transfer'], { examples: ['bank_transfer'] });

const Status = Type.Enum(['requested', 'processing', 'completed', 'returned', 'failed', 'cancelled'], {
  examples: ['requested'],
});

/** An IBAN with its holder, or an earlier payout. */
const AccountInput = Input(
  {
    iban: Type.Optional(
      Type.String({
        format: 'iban',
        description: 'An IBAN. White space, dashes and lower case are accepted.',
        examples: ['DE89 3704 0044 0532 0130 00'],
      }),
    ),
    account_holder: Type.Optional(
      Type.String({
        // No control characters. White space at the ends is ignored.
        pattern: '^\\s*[^\\s\\p{C}]([^\\p{C}]{0,68}[^\\s\\p{C}])?\\s*$',
        mustBe: 'a name of 1 to 70 characters without control characters',
        maxLength: 255,
        description: 'From 1 to 70 characters, the maximum of a SEPA transfer.',
        examples: ['Erika Mustermann'],
      }),
    ),
    from_payout_id: Type.Optional(
      Type.String({
        ...Id,
        description:
          'A payout of yours whose bank details are kept: the new one goes to the same account. Send either this or `iban` and `account_holder`.',
      }),
    ),
  },
  {
    // A branch names the field that is missing or too many.
    if: requiring('from_payout_id'),
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: { from_payout_id: {} }, additionalProperties: false },
    else: requiring('iban', 'account_holder'),
  },
);

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
      details: AccountInput,
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

const MAX_PAYOUTS_AT_ONCE = 100;

/** A body of that many ids, and of some more, so that its refusal names them. */
export const MAX_FIELDS_WITH_IDS = 2 * MAX_PAYOUTS_AT_ONCE;

const PayoutIds = Type.Array(Id, { minItems: 1, maxItems: MAX_PAYOUTS_AT_ONCE });

export const PayoutsMoveBody = Input({
  ids: PayoutIds,
  status: Type.Enum(['processing'], { examples: ['processing'] }),
});

export const PayoutsMoveResult = Type.Object({
  results: Type.Array(
    Type.Object({
      id: Type.String({ description: 'The id that was sent.' }),
      status: Type.Integer({ examples: [200] }),
      payout_status: Type.Optional(Status),
      error: Type.Optional(ErrorBody),
    }),
  ),
  summary: ItemSummary,
});

export const BankFileBody = Input({ ids: PayoutIds });

export const BankFile = Type.String({
  description:
    'Lines with `reference` (the id of the payout without dashes), `iban`, `account_holder`, `amount` and `currency`.',
  examples: [
    'reference,iban,account_holder,amount,currency\r\n01936f2e8c1b7c3a9d550b1f2a3c4d5e,DE89370400440532013000,Erika Mustermann,10.00,EUR\r\n',
  ],
});

const filters = { status: Several(Status) };

export const OwnPayoutQuery = CursorQuery(filters);

export const PayoutQuery = CursorQuery(
  {
    ...filters,
    order: Order,
    user_id: Several(Id),
    reference: Several(
      Type.String({
        pattern: '^[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$',
        mustBe: 'the reference of a payout in a file for the bank, or its id',
        examples: ['01936f2e8c1b7c3a9d550b1f2a3c4d5e'],
      }),
      'The reference of the payout in a file for the bank, or its id.',
    ),
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
  user_email: Type.String({ examples: ['alice@example.com'] }),
  taken_by: nullable(
    Type.String({
      description: 'The email address of the administrator who took the payout to `processing`.',
      examples: ['finance@example.com'],
    }),
  ),
  wallet_available: Type.String({
    ...Money,
    description:
      "The owner's present available balance in the currency of the payout. Negative if the owner owes it.",
  }),
  account: nullable(
    Type.Object(
      {
        is_new: Type.Boolean({
          description: 'False if an earlier payout of the owner to this account was completed.',
        }),
        other_users: Type.Integer({
          description: 'The number of other users with payouts to this account.',
          examples: [0],
        }),
      },
      {
        description:
          'Warnings about the account, compared with all payouts whose bank details are kept. Null if those of this payout are not kept, or not compared yet.',
      },
    ),
  ),
  needs_four_eyes: Type.Boolean({
    description:
      'True if the administrator who completes it must not be the one who took it to `processing`.',
  }),
});

export const AllowanceQuery = Input({ currency: CurrencyChoice });

export const AllowanceBody = Type.Object({
  currency: Currency,
  minimum: Type.String({ ...Money, description: 'The smallest amount of a payout.' }),
  monthly_limit: Type.String({
    ...Money,
    description: 'The most that is paid out in a calendar month (UTC).',
  }),
  left_this_month: Type.String({ ...Money, description: 'The rest of `monthly_limit` in this month.' }),
  available: Money,
  maximum: Type.String({
    ...Money,
    description: 'The largest amount that a request may have now. Zero if `blocked_by` has a reason.',
  }),
  blocked_by: Type.Array(Type.Enum(ALLOWANCE_BLOCKS, { examples: ['below_minimum'] }), {
    description:
      'The reasons why no payout can be requested now: the address must be proven, the balance is negative or below the minimum, or the month has no room left.',
  }),
  last_account: nullable(
    Type.Object(
      {
        payout_id: Id,
        iban: Type.String({ examples: ['DE89**************3000'] }),
        account_holder: Type.String({ examples: ['E*** M***'] }),
      },
      {
        description:
          'The account of your latest payout, masked. `payout_id` is for `details.from_payout_id`. Null if there is none whose bank details are kept.',
      },
    ),
  ),
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
  return { amount: minorUnits(amount, currency), currency, method, ...accountOf(details) };
}

function accountOf({ iban = '', account_holder = '', from_payout_id: fromPayoutId }: NewPayout['details']) {
  if (fromPayoutId !== undefined) return { fromPayoutId };
  const bankDetails: BankDetails = { iban: compactIban(iban), accountHolder: account_holder.trim() };
  return { bankDetails };
}

/** The id that a reference in a file for the bank stands for. */
export function idOfReference(reference: string): string {
  return reference
    .replaceAll('-', '')
    .toLowerCase()
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The content of an order for its idempotency key. The amount is in minor units, so that `10` and `10.00` are equal. */
export function contentOf({ amount, currency, method, ...account }: ReturnType<typeof toOrder>) {
  const named = 'bankDetails' in account ? account.bankDetails : account;
  return { amount: String(amount), currency, method, ...named };
}

export const presentOwnPayout = statementOf;

export function presentAllowance({ currency, blockedBy, lastAccount, ...allowance }: Allowance) {
  const money = (minor: bigint) => formatMoney(minor, currency);
  return {
    currency,
    minimum: money(allowance.minimum),
    monthly_limit: money(allowance.monthlyLimit),
    left_this_month: money(allowance.leftThisMonth),
    available: money(allowance.available),
    maximum: money(allowance.maximum),
    blocked_by: [...blockedBy],
    last_account: lastAccount && {
      payout_id: lastAccount.payoutId,
      iban: lastAccount.maskedDetails.iban,
      account_holder: lastAccount.maskedDetails.accountHolder,
    },
  };
}

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
    user_email: payout.ownerEmail,
    taken_by: payout.takenBy,
    wallet_available: formatMoney(payout.walletAvailable, payout.currency),
    account: payout.account && {
      is_new: payout.account.isNew,
      other_users: payout.account.otherUsers,
    },
    needs_four_eyes: payout.needsFourEyes,
  };
}

export function presentPayoutsMove(
  ids: readonly string[],
  outcomes: readonly Outcome<Payout>[],
  requestId: string,
) {
  const results = outcomes.map((outcome, index) => {
    const id = ids[index] ?? '';
    if (!outcome.ok) return { id, ...presentRefusal(outcome.error, requestId) };
    return { id, status: 200, payout_status: outcome.value.status };
  });
  return { results, summary: summarizeItems(results) };
}

/** A SEPA transfer takes a reference of 35 characters, hence the id without its dashes. */
export function presentBankFile(transfers: readonly Transfer[]): string {
  const lines = transfers.map(({ payout: { id, amount, currency }, bankDetails }) =>
    csvLine([
      id.replaceAll('-', ''),
      bankDetails.iban,
      guardedCell(bankDetails.accountHolder),
      formatMoney(amount, currency),
      currency,
    ]),
  );
  return [csvLine(['reference', 'iban', 'account_holder', 'amount', 'currency']), ...lines].join('');
}

export function presentBankDetails(id: string, { iban, accountHolder }: BankDetails) {
  return { id, details: { iban, account_holder: accountHolder } };
}

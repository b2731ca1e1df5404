import Type from 'typebox';
import { Input } from '../../../core/http/schemas.ts';
import { DEFAULTS } from './model.ts';

const MEANINGS = {
  cashback_recorded: 'A mail when cashback was recorded. Off by default.',
  cashback_available: 'A mail when cashback became available. On by default.',
  weekly_summary: 'A mail on Mondays about the week before, if there was a purchase. Off by default.',
  payouts_waiting:
    'A mail each day while payouts wait for more than a day. Only administrators who may process payouts get it. On by default.',
} as const satisfies Record<keyof typeof DEFAULTS, string>;

const Flag = (kind: keyof typeof DEFAULTS) =>
  Type.Boolean({ description: MEANINGS[kind], examples: [DEFAULTS[kind]] });

export const PreferencesBody = Type.Object({
  cashback_recorded: Flag('cashback_recorded'),
  cashback_available: Flag('cashback_available'),
  weekly_summary: Flag('weekly_summary'),
  payouts_waiting: Flag('payouts_waiting'),
});

export const PreferencesInput = Input(
  {
    cashback_recorded: Type.Optional(Flag('cashback_recorded')),
    cashback_available: Type.Optional(Flag('cashback_available')),
    weekly_summary: Type.Optional(Flag('weekly_summary')),
    payouts_waiting: Type.Optional(Flag('payouts_waiting')),
  },
  { minProperties: 1 },
);

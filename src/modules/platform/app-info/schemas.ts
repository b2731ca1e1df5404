import Type from 'typebox';
import { Input } from '../../../core/http/schemas.ts';
import { minorDigits } from '../../../core/money.ts';

export type AppInfo = {
  readonly name: string;
  readonly version: string;
  readonly supportEmail: string | undefined;
  readonly sendsMail: boolean;
  readonly currencies: readonly string[];
  /** Accounts of the demo data, whose passwords are published. */
  readonly demoLogins: readonly DemoLogin[];
};

type DemoLogin = {
  readonly email: string;
  readonly password: string;
  readonly client: 'wallet' | 'console';
};

/** The operation has no filter, so a query is a mistake. */
export const NoQuery = Input({});

export const AppInfoBody = Type.Object({
  name: Type.String({ description: 'The name of the programme.', examples: ['ClickNBack'] }),
  version: Type.String({ description: 'The version of the platform.', examples: ['0.1.0'] }),
  support_email: Type.Union([Type.String({ format: 'email' }), Type.Null()], {
    description: 'Where shoppers get help. Null if the operator names no address.',
  }),
  registration: Type.Boolean({ description: 'Whether `POST /users` is open to the public.' }),
  sends_mail: Type.Boolean({
    description: 'Whether the platform sends mail. Without mail, only staff can help with a lost password.',
  }),
  currencies: Type.Array(
    Type.Object({
      code: Type.String({ description: 'ISO 4217.', examples: ['EUR'] }),
      minor_digits: Type.Integer({ description: 'Digits after the decimal point.', examples: [2] }),
    }),
    { description: 'The supported currencies, the default first.' },
  ),
  demo_logins: Type.Array(
    Type.Object({
      email: Type.String({ format: 'email' }),
      password: Type.String(),
      client: Type.Enum(['wallet', 'console'], { description: 'The app that the account is for.' }),
    }),
    { description: 'Accounts of the demo data. Empty outside of development.' },
  ),
});

export function presentAppInfo(info: AppInfo) {
  const { name, version, supportEmail, sendsMail, currencies, demoLogins } = info;
  return {
    name,
    version,
    support_email: supportEmail ?? null,
    registration: true,
    sends_mail: sendsMail,
    currencies: currencies.map((code) => ({ code, minor_digits: minorDigits(code) })),
    demo_logins: [...demoLogins],
  };
}

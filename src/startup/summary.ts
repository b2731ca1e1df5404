import { styleText } from 'node:util';
import { DEMO_ACCOUNTS, DEMO_PASSWORD } from './demo-accounts.ts';

/** The text that is printed after a start in development: addresses and logins. */
export function summary(facts: {
  readonly url: string;
  /** Undefined if the platform serves its API alone. */
  readonly apps: { readonly consoleUrl: string } | undefined;
  readonly dataLocation: string;
  readonly demoData: boolean;
  readonly apiDocs: boolean;
  /** Whether `/dev/mail` shows mails instead of sending them. */
  readonly showsMail: boolean;
}): string {
  const reference: [string, string][] = [
    ['Reference', `${facts.url}/docs`],
    ['OpenAPI', `${facts.url}/openapi.json`],
  ];
  const mail: [string, string][] = [['Mail', `${facts.url}/dev/mail`]];
  const apps: [string, string][] =
    facts.apps === undefined
      ? []
      : [
          ['Wallet', facts.url],
          ['Console', `${facts.apps.consoleUrl}/console`],
        ];
  const rows: [string, string][] = [
    ...apps,
    ['API', `${facts.url}/api/v1`],
    ...(facts.apiDocs ? reference : []),
    ['Health', `${facts.url}/health/ready`],
    ...(facts.showsMail ? mail : []),
    ['Data', facts.dataLocation],
  ];
  if (facts.demoData) {
    const [staff, shoppers] = [true, false].map((isStaff) =>
      DEMO_ACCOUNTS.filter(({ staffRole }) => (staffRole !== undefined) === isStaff)
        .map(({ email, staffRole }) => (staffRole === undefined ? email : `${email} (${staffRole})`))
        .join(', '),
    );
    rows.push(['Shoppers', shoppers ?? ''], ['Staff', staff ?? ''], ['Password', DEMO_PASSWORD]);
  }
  const lines = rows.map(([label, value]) => `  ${styleText('dim', label.padEnd(10))} ${value}`);
  const title = `  ${styleText(['bold', 'green'], 'ClickNBack is running.')}  ${styleText('dim', 'Ctrl-C stops it.')}`;
  return ['', title, '', ...lines, ''].join('\n');
}

import type { DemoLogin } from '#app/client.ts';
import * as messages from '#messages/login.ts';
import { Button } from '#ui/button.tsx';
import { useMessages } from '#ui/locale.tsx';

export type DemoAccountsProps = {
  readonly accounts: readonly DemoLogin[];
  readonly onChoose: (account: DemoLogin) => void;
};

/** In development: fills in an account of the demo data. */
export function DemoAccounts({ accounts, onChoose }: DemoAccountsProps) {
  const t = useMessages(messages);
  return (
    <section aria-labelledby="demo-accounts" className="grid gap-2 border-t border-line pt-4">
      <h2 id="demo-accounts" className="font-strong">
        {t.demoTitle}
      </h2>
      <p className="text-small text-muted">{t.demoHint}</p>
      {accounts.map((account) => (
        <Button key={account.email} wide onClick={() => onChoose(account)}>
          {account.email}
        </Button>
      ))}
    </section>
  );
}

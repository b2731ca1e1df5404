import { useEffect, useEffectEvent, useState } from 'react';
import type { BankAccount } from '#app/client.ts';
import { groupIban } from '#lib/iban.ts';
import * as messages from '#messages/payouts.ts';
import { Button } from '#ui/button.tsx';
import { CopyText } from '#ui/copy-text.tsx';
import { Facts } from '#ui/facts.tsx';
import { useMessages } from '#ui/locale.tsx';

const SHOWN_SECONDS = 60;

export type RevealedAccountProps = {
  readonly account: BankAccount;
  /** The minute is over, or the person hides it. The caller forgets the account. */
  readonly onGone: () => void;
};

/** The full account, for a minute. */
export function RevealedAccount({ account, onGone }: RevealedAccountProps) {
  const t = useMessages(messages);
  const [left, setLeft] = useState(SHOWN_SECONDS);
  const forget = useEffectEvent(onGone);
  useEffect(() => {
    const end = setTimeout(() => forget(), SHOWN_SECONDS * 1_000);
    const ticks = setInterval(() => setLeft((seconds) => seconds - 1), 1_000);
    return () => {
      clearTimeout(end);
      clearInterval(ticks);
    };
  }, []);
  return (
    <div className="grid gap-4">
      <Facts
        facts={[
          {
            label: t.iban,
            value: (
              <span className="flex flex-wrap items-center gap-1">
                <span className="amount font-strong whitespace-normal!">{groupIban(account.iban)}</span>
                <CopyText hidden value={account.iban} />
              </span>
            ),
          },
          { label: t.accountHolder, value: account.account_holder },
        ]}
      />
      <div className="flex flex-wrap items-center gap-3">
        <Button onClick={onGone}>{t.hide}</Button>
        <span role="timer" className="text-small text-muted">
          {t.hidesIn(left)}
        </span>
      </div>
    </div>
  );
}

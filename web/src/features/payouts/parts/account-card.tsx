import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { BankAccount, Payout } from '#app/client.ts';
import { meQuery, useCan } from '#app/me.ts';
import { maskIban } from '#lib/iban.ts';
import * as messages from '#messages/payouts.ts';
import { Card } from '#ui/card.tsx';
import { Facts } from '#ui/facts.tsx';
import { useMessages } from '#ui/locale.tsx';
import { RevealButton } from './reveal-button.tsx';
import { RevealedAccount } from './revealed-account.tsx';

/** Where the money goes: masked, and for a minute in full to the person who took the payout. */
export function AccountCard({ payout }: { readonly payout: Payout }) {
  const t = useMessages(messages);
  const mayRead = useCan('payouts:read-bank-details');
  const { data: me } = useQuery(meQuery);
  const [account, setAccount] = useState<BankAccount>();
  const isMine = me !== undefined && payout.processing_by === me.id;
  return (
    <Card title={t.account}>
      {account ? (
        <RevealedAccount account={account} onGone={() => setAccount(undefined)} />
      ) : (
        <div className="grid gap-4">
          <Facts
            facts={[
              { label: t.iban, value: <span className="amount">{maskIban(payout.details.iban)}</span> },
              { label: t.accountHolder, value: payout.details.account_holder },
            ]}
          />
          {mayRead && payout.status === 'requested' && (
            <p className="text-small text-muted">{t.revealNotYet}</p>
          )}
          {mayRead && payout.status === 'processing' && isMine && (
            <RevealButton payoutId={payout.id} onRevealed={setAccount} />
          )}
          {mayRead && payout.status === 'processing' && !isMine && (
            <p className="text-small text-muted">{t.revealNotYours(payout.taken_by ?? t.someone)}</p>
          )}
        </div>
      )}
    </Card>
  );
}

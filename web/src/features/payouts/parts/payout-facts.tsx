import type { Payout } from '#app/client.ts';
import * as messages from '#messages/payouts.ts';
import { Card } from '#ui/card.tsx';
import { CopyText } from '#ui/copy-text.tsx';
import { Facts } from '#ui/facts.tsx';
import { Link } from '#ui/link.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';

export function PayoutFacts({ payout }: { readonly payout: Payout }) {
  const t = useMessages(messages);
  const format = useFormat();
  return (
    <Card title={t.facts}>
      <Facts
        facts={[
          { label: t.amount, value: format.money(payout.amount, payout.currency) },
          {
            label: t.owner,
            value: (
              <Link to="/shoppers/$id" params={{ id: payout.user_id }}>
                {payout.user_email}
              </Link>
            ),
          },
          { label: t.method, value: t.methods[payout.method] ?? payout.method },
          {
            label: t.reference,
            value:
              payout.external_reference === null ? (
                <span className="text-muted">{t.noReference}</span>
              ) : (
                <CopyText value={payout.external_reference} />
              ),
          },
          { label: t.id, value: <CopyText value={payout.id} /> },
        ]}
      />
    </Card>
  );
}

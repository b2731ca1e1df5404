import { useState } from 'react';
import * as messages from '#messages/withdrawals.ts';
import { Button } from '#ui/button.tsx';
import { Card } from '#ui/card.tsx';
import { CopyText } from '#ui/copy-text.tsx';
import { Facts } from '#ui/facts.tsx';
import { History } from '#ui/history.tsx';
import { useMessages } from '#ui/locale.tsx';
import { Time } from '#ui/time.tsx';
import type { Withdrawal } from '../queries.ts';
import { reasonOf, stepsOf } from '../words.ts';
import { CancelDialog } from './cancel-dialog.tsx';

/** The steps of a withdrawal, its reference, and Cancel while that is possible. */
export function StatusCard({ withdrawal }: { readonly withdrawal: Withdrawal }) {
  const t = useMessages(messages);
  const [isCancelling, setCancelling] = useState(false);
  const { status, external_reference: reference } = withdrawal;
  const reason = reasonOf(withdrawal);
  return (
    <Card title={t.status}>
      <History
        steps={stepsOf(withdrawal).map(({ kind, at }) => ({
          id: kind,
          text: t.steps[kind],
          isNext: at === null,
          time: at === null ? undefined : <Time at={at} />,
        }))}
      />
      {(reason !== null || reference !== null) && (
        <div className="mt-5 border-t border-line pt-4">
          <Facts
            facts={[
              ...(reason === null ? [] : [{ label: t.reason, value: reason }]),
              ...(reference === null
                ? []
                : [{ label: `${t.reference}. ${t.referenceHint}`, value: <CopyText value={reference} /> }]),
            ]}
          />
        </div>
      )}
      {status === 'requested' && (
        <div className="no-print mt-5">
          <Button kind="danger" onClick={() => setCancelling(true)}>
            {t.cancel}
          </Button>
        </div>
      )}
      {isCancelling && <CancelDialog withdrawal={withdrawal} onClose={() => setCancelling(false)} />}
    </Card>
  );
}

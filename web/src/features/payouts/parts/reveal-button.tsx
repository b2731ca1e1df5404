import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { BankAccount } from '#app/client.ts';
import { useErrorText } from '#app/failure.tsx';
import * as messages from '#messages/payouts.ts';
import { Button } from '#ui/button.tsx';
import { useMessages } from '#ui/locale.tsx';
import { readBankDetails } from '../mutations.ts';

export type RevealButtonProps = {
  readonly payoutId: string;
  readonly onRevealed: (account: BankAccount) => void;
};

export function RevealButton({ payoutId, onRevealed }: RevealButtonProps) {
  const t = useMessages(messages);
  const text = useErrorText();
  const client = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const reveal = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const { details } = await readBankDetails(payoutId);
      onRevealed(details);
      void client.invalidateQueries({ queryKey: ['audit'] });
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="grid justify-items-start gap-2">
      <Button icon="key" busy={isBusy} onClick={() => void reveal()}>
        {t.reveal}
      </Button>
      <p className="text-small text-muted">{t.revealHint}</p>
      {error !== undefined && (
        <p role="alert" className="text-red">
          {text(error)}
        </p>
      )}
    </div>
  );
}

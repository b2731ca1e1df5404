import { useState } from 'react';
import { useErrorText } from '#app/failure.tsx';
import { today } from '#lib/dates.ts';
import { saveFile } from '#lib/download.ts';
import * as messages from '#messages/payouts.ts';
import { Button, type ButtonKind } from '#ui/button.tsx';
import { useMessages } from '#ui/locale.tsx';
import { readBankFile } from '../mutations.ts';

export type BankFileButtonProps = { readonly ids: readonly string[]; readonly kind?: ButtonKind };

/** Downloads the file that the bank takes. Each download is recorded. */
export function BankFileButton({ ids, kind }: BankFileButtonProps) {
  const t = useMessages(messages);
  const text = useErrorText();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const download = async () => {
    setBusy(true);
    setError(undefined);
    try {
      saveFile(await readBankFile(ids), `${t.bankFileName}-${today()}.csv`);
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button kind={kind} icon="download" busy={isBusy} onClick={() => void download()}>
        {t.bankFile}
      </Button>
      {error !== undefined && (
        <p role="alert" className="text-red">
          {text(error)}
        </p>
      )}
    </>
  );
}

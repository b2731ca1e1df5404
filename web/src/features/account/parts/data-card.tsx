import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Failure } from '#app/failure.tsx';
import * as messages from '#messages/account.ts';
import { Button } from '#ui/button.tsx';
import { Card } from '#ui/card.tsx';
import { useMessages } from '#ui/locale.tsx';
import { downloadExport } from '../mutations.ts';
import { EraseDialog } from './erase-dialog.tsx';

/** Everything that is held about the shopper, and the end of the account. */
export function DataCard() {
  const t = useMessages(messages);
  const [isErasing, setErasing] = useState(false);
  const download = useMutation({ mutationFn: () => downloadExport(t.exportFile) });
  return (
    <Card title={t.yourData}>
      <p className="text-muted">{t.exportHint}</p>
      <div className="mt-3 flex flex-wrap gap-2">
        <Button icon="download" busy={download.isPending} onClick={() => download.mutate()}>
          {t.export}
        </Button>
        <Button kind="danger" onClick={() => setErasing(true)}>
          {t.erase}
        </Button>
      </div>
      <p role="status" className="mt-2 text-small text-muted empty:hidden">
        {download.isSuccess && t.exported}
      </p>
      {download.isError && (
        <div className="mt-3">
          <Failure error={download.error} />
        </div>
      )}
      {isErasing && <EraseDialog onClose={() => setErasing(false)} />}
    </Card>
  );
}

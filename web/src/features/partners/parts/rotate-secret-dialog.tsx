import { useRef, useState } from 'react';
import type { Partner } from '#app/client.ts';
import { MoneyDialog } from '#app/money-dialog.tsx';
import { parseCount } from '#lib/json-number.ts';
import * as messages from '#messages/partners.ts';
import { useMessages } from '#ui/locale.tsx';
import { Select } from '#ui/select.tsx';
import { rotateSecret, useRefreshPartners } from '../mutations.ts';
import { SecretOnce } from './secret-once.tsx';

const WEEK_SECONDS = 604_800;

export type RotateSecretDialogProps = {
  readonly partner: Partner;
  readonly onClose: () => void;
};

/** Makes a signing secret. Where there is one, the person says how long it stays valid beside the new one. */
export function RotateSecretDialog({ partner, onClose }: RotateSecretDialogProps) {
  const t = useMessages(messages);
  const refresh = useRefreshPartners();
  const [overlap, setOverlap] = useState('86400');
  const [secret, setSecret] = useState<string>();
  const isMade = useRef(false);
  if (secret !== undefined) return <SecretOnce title={t.secretTitle} secret={secret} onClose={onClose} />;
  return (
    <MoneyDialog
      title={t.rotateTitle(partner.name)}
      confirmLabel={t.rotateConfirm}
      run={() => rotateSecret(partner.id, parseCount(overlap, 0, WEEK_SECONDS) ?? 0)}
      onDone={({ signing_secret }) => {
        isMade.current = true;
        setSecret(signing_secret);
        void refresh();
      }}
      // The secret takes the place of the question.
      onClose={() => {
        if (!isMade.current) onClose();
      }}
    >
      <p>{t.rotateEffect}</p>
      {partner.can_sign && (
        <Select
          label={t.overlap}
          value={overlap}
          onChange={({ target }) => setOverlap(target.value)}
          options={Object.entries(t.overlaps).map(([value, label]) => ({ value, label }))}
        />
      )}
    </MoneyDialog>
  );
}

import { useState } from 'react';
import type { FeatureFlag } from '#app/client.ts';
import { useCan } from '#app/me.ts';
import { MoneyDialog } from '#app/money-dialog.tsx';
import { toast } from '#app/toasts.tsx';
import * as messages from '#messages/flags.ts';
import { Button } from '#ui/button.tsx';
import { useMessages } from '#ui/locale.tsx';
import { RowActions } from '#ui/row-actions.tsx';
import { removeFlag, switchFlag, useRefreshFlags } from '../mutations.ts';

export function FlagActions({ flag }: { readonly flag: FeatureFlag }) {
  const t = useMessages(messages);
  const mayWrite = useCan('feature-flags:write');
  const refresh = useRefreshFlags();
  const [open, setOpen] = useState<'switch' | 'remove'>();
  if (!mayWrite) return null;
  const { key, enabled } = flag;
  const verb = enabled ? t.switchOff : t.switchOn;
  const isSwitch = open === 'switch';
  return (
    <RowActions>
      <Button kind="quiet" aria-label={t.rowOf(verb, key)} onClick={() => setOpen('switch')}>
        {verb}
      </Button>
      <Button kind="quiet" aria-label={t.rowOf(t.remove, key)} onClick={() => setOpen('remove')}>
        {t.remove}
      </Button>
      {open !== undefined && (
        <MoneyDialog<unknown>
          danger={enabled || !isSwitch}
          title={isSwitch ? (enabled ? t.switchOffTitle(key) : t.switchOnTitle(key)) : t.removeTitle(key)}
          confirmLabel={isSwitch ? verb : t.remove}
          run={() => (isSwitch ? switchFlag(flag) : removeFlag(flag))}
          onDone={() => {
            void refresh();
            void toast(isSwitch ? t.saved(key) : t.removed);
          }}
          onClose={() => setOpen(undefined)}
        >
          <p>{isSwitch ? t.switchEffect : t.removeEffect}</p>
        </MoneyDialog>
      )}
    </RowActions>
  );
}

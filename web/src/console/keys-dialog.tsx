import { useState } from 'react';
import { hasShortcuts, switchShortcuts } from '#lib/preferences.ts';
import { GO_KEYS } from '#lib/shortcuts.ts';
import * as common from '#messages/common.ts';
import * as messages from '#messages/shell.ts';
import { Button } from '#ui/button.tsx';
import { Checkbox } from '#ui/checkbox.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { useMessages } from '#ui/locale.tsx';
import { NAVIGATION } from './navigation.ts';

export type KeysDialogProps = { readonly searchKeys: string; readonly onClose: () => void };

/** Which keys do what, and the switch for single keys. */
export function KeysDialog({ searchKeys, onClose }: KeysDialogProps) {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const [isOn, setOn] = useState(hasShortcuts);
  const pages = NAVIGATION.flat().flatMap(({ to, label }) => {
    const key = Object.keys(GO_KEYS).find((candidate) => GO_KEYS[candidate] === to);
    return key === undefined ? [] : [{ keys: ['g', key], does: t[label] }];
  });
  const others = [
    { keys: searchKeys.split(' '), does: t.keySearch },
    { keys: ['/'], does: t.keyFilter },
    { keys: ['j'], does: t.keyNext },
    { keys: ['k'], does: t.keyPrevious },
    { keys: ['x'], does: t.keySelect },
    { keys: ['Enter'], does: t.keyOpen },
    { keys: ['?'], does: t.keyHelp },
  ];
  return (
    <Dialog open title={t.keys} onClose={onClose} actions={<Button onClick={onClose}>{shared.close}</Button>}>
      <dl className="grid gap-x-8 sm:grid-cols-2">
        {[...others, ...pages].map(({ keys, does }) => (
          <div key={does} className="flex items-center justify-between gap-4 border-b border-line py-1.5">
            <dt>{does}</dt>
            <dd className="flex gap-1">
              {keys.map((key) => (
                <kbd
                  key={key}
                  className="min-w-6 rounded-control border border-control px-1.5 text-center font-mono text-small"
                >
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <Checkbox
        label={t.keysOn}
        checked={isOn}
        onChange={({ target }) => {
          switchShortcuts(target.checked);
          setOn(target.checked);
        }}
      />
    </Dialog>
  );
}

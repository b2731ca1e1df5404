import * as messages from '#messages/partners.ts';
import { Button } from '#ui/button.tsx';
import { CopyText } from '#ui/copy-text.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { useMessages } from '#ui/locale.tsx';

export type SecretOnceProps = {
  readonly title: string;
  readonly secret: string;
  readonly onClose: () => void;
};

/** A key or a secret, which nobody can read again. It stays until the person says that it is copied. */
export function SecretOnce({ title, secret, onClose }: SecretOnceProps) {
  const t = useMessages(messages);
  return (
    <Dialog
      open
      busy
      title={title}
      onClose={onClose}
      actions={
        <Button kind="primary" onClick={onClose}>
          {t.copied}
        </Button>
      }
    >
      <p className="rounded-control bg-amber-fill px-3 py-2 text-amber">{t.once}</p>
      <div className="rounded-control border border-line bg-sunken px-3 py-2">
        <CopyText value={secret} />
      </div>
    </Dialog>
  );
}

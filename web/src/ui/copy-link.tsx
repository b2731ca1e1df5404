import { useState } from 'react';
import * as common from '#messages/common.ts';
import { Button } from './button.tsx';
import { useMessages } from './locale.tsx';

/** Copies the address of the page. */
export function CopyLink() {
  const t = useMessages(common);
  const [isCopied, setCopied] = useState(false);
  return (
    <Button
      icon={isCopied ? 'check' : 'copy'}
      onClick={async () => {
        await navigator.clipboard.writeText(location.href);
        setCopied(true);
      }}
      onBlur={() => setCopied(false)}
    >
      <span aria-live="polite">{isCopied ? t.copied : t.copyLink}</span>
    </Button>
  );
}

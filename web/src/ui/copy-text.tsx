import { useState } from 'react';
import * as common from '#messages/common.ts';
import { Icon } from './icon.tsx';
import { useMessages } from './locale.tsx';

/** A text to copy with one click: an id, a request number, a secret. */
export function CopyText({ value, hidden = false }: { readonly value: string; readonly hidden?: boolean }) {
  const t = useMessages(common);
  const [isCopied, setCopied] = useState(false);
  return (
    <span className="inline-flex max-w-full items-center gap-1">
      {!hidden && <code className="min-w-0 break-all font-mono text-small">{value}</code>}
      <button
        type="button"
        aria-label={`${t.copy} ${value}`}
        className="relative z-1 grid size-6 shrink-0 place-items-center rounded-control text-muted hover:bg-sunken hover:text-ink"
        onClick={async () => {
          await navigator.clipboard.writeText(value);
          setCopied(true);
        }}
        onBlur={() => setCopied(false)}
      >
        <Icon name={isCopied ? 'check' : 'copy'} />
      </button>
      <span role="status" className="sr-only">
        {isCopied && t.copied}
      </span>
    </span>
  );
}

import type { ReactNode } from 'react';
import { Icon } from './icon.tsx';

export type ErrorPanelProps = {
  readonly title: string;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
};

/** What went wrong, in the place where the answer would be, and what to do about it. */
export function ErrorPanel({ title, children, actions }: ErrorPanelProps) {
  return (
    <div role="alert" className="grid gap-3 rounded-card border border-red bg-surface p-5">
      <p className="flex items-center gap-2 font-strong text-red">
        <Icon name="mark" />
        {title}
      </p>
      <div className="max-w-prose">{children}</div>
      {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
    </div>
  );
}

import type { ReactNode } from 'react';

/** One sentence and one action, where there is nothing to show. */
export function Empty({ children, action }: { readonly children: ReactNode; readonly action?: ReactNode }) {
  return (
    <div className="grid justify-items-center gap-4 px-5 py-12 text-center text-muted">
      <p className="max-w-prose">{children}</p>
      {action}
    </div>
  );
}

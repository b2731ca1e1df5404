import type { ReactNode } from 'react';

/** The quiet buttons of a row of a table. They stand above the link that covers the row. */
export function RowActions({ children }: { readonly children: ReactNode }) {
  return (
    <span className="relative z-1 -mx-3 flex flex-wrap items-center max-sm:mr-[-0.75rem] max-sm:ml-0 max-sm:justify-end">
      {children}
    </span>
  );
}

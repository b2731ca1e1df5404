import type { ReactNode } from 'react';
import { Link } from './link.tsx';

/** The product's name, which leads to the start page. */
export function Brand({ children }: { readonly children?: ReactNode }) {
  return (
    <span className="flex items-baseline gap-2 text-heading font-strong">
      <Link plain to="/">
        ClickNBack
      </Link>
      {children && <span className="text-small font-normal text-muted">{children}</span>}
    </span>
  );
}

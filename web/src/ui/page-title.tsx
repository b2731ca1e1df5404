import { Fragment, type ReactNode } from 'react';
import { Link, type Place } from './link.tsx';

export type PageTitleProps = {
  readonly title: string;
  /** The way from the list: `[{ label: 'Purchases', to: '/purchases' }]`. */
  readonly path?: readonly (Place & { readonly label: string })[];
  /** The end of that way, where the title does not say it: an order's number. */
  readonly here?: string;
  /** Below the title: badges, who, when. */
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
};

/** The head of a page. Its title is the document's too. */
export function PageTitle({ title, path = [], here, children, actions }: PageTitleProps) {
  return (
    <header className="grid gap-2">
      <title>{`${title} · ClickNBack`}</title>
      {path.length > 0 && (
        <p className="text-small text-muted">
          {path.map(({ label, ...place }) => (
            <Fragment key={label}>
              <Link plain {...place}>
                {label}
              </Link>
              {' / '}
            </Fragment>
          ))}
          {here}
        </p>
      )}
      <div className="flex flex-wrap items-start justify-between gap-3">
        <h1 className="text-title font-strong" tabIndex={-1}>
          {title}
        </h1>
        {actions && <div className="no-print flex flex-wrap gap-2">{actions}</div>}
      </div>
      {children && <div className="flex flex-wrap items-center gap-2 text-muted">{children}</div>}
    </header>
  );
}

import { useQuery } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { DemoStripe } from '#app/demo-stripe.tsx';
import { meQuery } from '#app/me.ts';
import * as messages from '#messages/shell.ts';
import { Brand } from '#ui/brand.tsx';
import { Link } from '#ui/link.tsx';
import { useMessages } from '#ui/locale.tsx';
import { NavLink } from '#ui/nav-link.tsx';
import { SkipLink } from '#ui/skip-link.tsx';

const TABS = [
  { to: '/', label: 'home', icon: 'home', exact: true },
  { to: '/activity', label: 'activity', icon: 'list', exact: false },
  { to: '/offers', label: 'offers', icon: 'tag', exact: false },
  { to: '/account', label: 'account', icon: 'user', exact: false },
] as const;

/** One column. The tabs are at the foot of phones and on top of wider screens. */
export function WalletShell() {
  const t = useMessages(messages);
  const { data: me } = useQuery(meQuery);
  return (
    <div className="flex min-h-dvh flex-col">
      <SkipLink />
      <DemoStripe />
      <header className="no-print border-line bg-canvas sm:border-b">
        <div className="mx-auto flex h-14 w-full max-w-2xl items-center justify-between gap-4 px-4">
          <Brand />
          <span className="min-w-0 truncate text-muted">
            <Link plain to="/account">
              {me?.email.split('@')[0] ?? ''}
            </Link>
          </span>
        </div>
      </header>
      <nav
        aria-label={t.navigation}
        className="no-print z-20 border-line bg-surface max-sm:fixed max-sm:inset-x-0 max-sm:bottom-0 max-sm:border-t max-sm:pb-[env(safe-area-inset-bottom)] sm:border-b"
      >
        <ul className="mx-auto flex max-w-2xl sm:px-2">
          {TABS.map(({ to, label, icon, exact }) => (
            <li key={to} className="flex flex-1 max-sm:justify-center">
              <NavLink to={to} exact={exact} icon={icon} stacked>
                {t[label]}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <main
        id="content"
        tabIndex={-1}
        className="mx-auto w-full max-w-2xl flex-1 px-4 pt-4 pb-10 focus:outline-none max-sm:pb-24 sm:pt-6"
      >
        <Outlet />
      </main>
    </div>
  );
}

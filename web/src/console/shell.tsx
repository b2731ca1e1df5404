import { Outlet } from '@tanstack/react-router';
import { useState } from 'react';
import { DemoStripe } from '#app/demo-stripe.tsx';
import * as common from '#messages/common.ts';
import * as messages from '#messages/shell.ts';
import { Brand } from '#ui/brand.tsx';
import { Button } from '#ui/button.tsx';
import { useMessages } from '#ui/locale.tsx';
import { SkipLink } from '#ui/skip-link.tsx';
import { AccountMenu } from './account-menu.tsx';
import { SearchField } from './search-field.tsx';
import { SideNavigation } from './side-navigation.tsx';

/** Navigation at the side, search and account on top. Below 1024 px the navigation opens on demand. */
export function ConsoleShell() {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <SkipLink />
      <DemoStripe />
      <div className="lg:grid lg:grid-cols-[12.5rem_minmax(0,1fr)] print:block">
        <aside className="no-print border-line bg-surface max-lg:border-b lg:sticky lg:top-0 lg:h-dvh lg:overflow-y-auto lg:border-r">
          <div className="flex h-14 items-center justify-between px-4">
            <Brand />
            <span className="lg:hidden">
              <Button
                kind="quiet"
                icon="menu"
                aria-expanded={isOpen}
                aria-controls="navigation"
                onClick={() => setOpen(!isOpen)}
              >
                {shared.menu}
              </Button>
            </span>
          </div>
          <nav id="navigation" aria-label={t.navigation} className={isOpen ? '' : 'max-lg:hidden'}>
            <SideNavigation onNavigate={() => setOpen(false)} />
          </nav>
        </aside>
        <div className="min-w-0">
          <header className="no-print z-20 flex h-14 items-center gap-3 border-b border-line bg-surface px-4 lg:sticky lg:top-0 lg:px-8">
            <div className="mr-auto flex w-full max-w-xl min-w-0">
              <SearchField />
            </div>
            <div className="-mr-3 shrink-0">
              <AccountMenu />
            </div>
          </header>
          <main id="content" tabIndex={-1} className="px-4 py-6 focus:outline-none lg:px-8">
            <Outlet />
          </main>
        </div>
      </div>
    </>
  );
}

import { QueryClientProvider } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  RouterProvider,
  redirect,
} from '@tanstack/react-router';
import { type FunctionComponent, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { showPreferences } from '#lib/preferences.ts';
import { LocaleProvider } from '#ui/locale.tsx';
import { connectApi } from './api.ts';
import { meQuery } from './me.ts';
import { type Page, type RouterContext, routesOf } from './pages.ts';
import { createQueryClient } from './query-client.ts';
import { PageFailure, PageNotFound, Root } from './root.tsx';
import { parseSearch, stringifySearch } from './search-params.ts';
import { type AppName, createSession } from './session.ts';

export type AppOptions = {
  readonly app: AppName;
  /** The path below which the app lives: `/` or `/console`. */
  readonly basepath: string;
  /** The frame around the pages of a person who is logged in. */
  readonly shell: FunctionComponent;
  /** The frame around the pages that need no session. */
  readonly doorway: FunctionComponent;
  readonly pages: readonly Page[];
  readonly publicPages: readonly Page[];
};

/** Starts an app in the element `#root` of its page. */
export function startApp(options: AppOptions): void {
  const session = createSession(options.app);
  const queryClient = createQueryClient();
  connectApi(session);
  showPreferences();
  const router = createAppRouter(options, { session, queryClient });
  session.subscribe(() => {
    // Nothing of one person stays for the next one.
    if (session.state() === 'out') queryClient.clear();
    void router.invalidate();
  });
  router.subscribe('onRendered', ({ pathChanged }) => {
    // What had the focus is gone with its page: the next one starts at its content.
    if (pathChanged && document.activeElement === document.body)
      document.getElementById('content')?.focus({ preventScroll: true });
  });
  const root = document.getElementById('root');
  if (root === null) throw new Error('the page has no element #root');
  createRoot(root).render(
    <StrictMode>
      <LocaleProvider>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </LocaleProvider>
    </StrictMode>,
  );
}

function createAppRouter(
  { basepath, shell, doorway, pages, publicPages }: AppOptions,
  context: RouterContext,
) {
  const root = createRootRouteWithContext<RouterContext>()({
    component: Root,
    notFoundComponent: PageNotFound,
  });
  const inside = createRoute({
    getParentRoute: () => root,
    id: 'inside',
    component: shell,
    notFoundComponent: PageNotFound,
    beforeLoad: async ({ context: { session, queryClient }, location }) => {
      if ((await session.resume()) === 'out')
        throw redirect({ to: '/login', search: { back: location.href } as never, replace: true });
      queryClient.prefetchQuery(meQuery);
    },
  });
  const outside = createRoute({ getParentRoute: () => root, id: 'outside', component: doorway });
  const unknown = createRoute({ getParentRoute: () => inside, path: '$', component: PageNotFound });
  return createRouter({
    routeTree: root.addChildren([
      inside.addChildren([...routesOf(inside, pages), unknown]),
      outside.addChildren(routesOf(outside, publicPages)),
    ]),
    basepath,
    context,
    parseSearch,
    stringifySearch,
    defaultErrorComponent: PageFailure,
    defaultNotFoundComponent: PageNotFound,
    defaultPreload: 'intent',
    defaultPendingMs: 200,
    defaultPendingMinMs: 300,
    scrollRestoration: true,
  });
}

import '../styles.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from '#app/query-client.ts';
import { Toasts } from '#app/toasts.tsx';
import { showPreferences } from '#lib/preferences.ts';
import { LocaleProvider } from '#ui/locale.tsx';
import { Actions } from './actions.tsx';
import { Dialogs } from './dialogs.tsx';
import { Fields } from './fields.tsx';
import { Figures } from './figures.tsx';
import { Lists } from './lists.tsx';
import { States } from './states.tsx';
import { Values } from './values.tsx';

/* Each component in each state, for the tests and the eye. Not in the production build. */

function Gallery() {
  return (
    <main className="mx-auto grid max-w-5xl gap-6 p-4">
      <h1 className="text-title font-strong">Gallery</h1>
      <Actions />
      <Values />
      <Figures />
      <Fields />
      <Lists />
      <States />
      <Dialogs />
      <Toasts />
    </main>
  );
}

showPreferences();
const { app } = Object.fromEntries(new URLSearchParams(window.location.search));
if (app) document.documentElement.dataset.app = app;

const router = createRouter({
  routeTree: createRootRoute({ component: Gallery }),
  history: createMemoryHistory(),
});
const root = document.getElementById('root');
if (root === null) throw new Error('the page has no element #root');
createRoot(root).render(
  <LocaleProvider>
    <QueryClientProvider client={createQueryClient()}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </LocaleProvider>,
);

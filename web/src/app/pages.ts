import type { FetchQueryOptions, QueryClient } from '@tanstack/react-query';
import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import type { Session } from './session.ts';

export type RouterContext = { readonly queryClient: QueryClient; readonly session: Session };

type Search = Readonly<Record<string, unknown>>;
type Place<Found extends Search> = {
  readonly params: Readonly<Record<string, string>>;
  readonly search: Found;
};
type AnyQuery = Pick<FetchQueryOptions, 'queryKey'> & object;

/** A page of an app: its path, how its URL is read, what it needs, and its component, which is loaded when it is opened. */
export type Page = {
  readonly path: string;
  readonly search: (search: Search) => Search;
  readonly queries: (place: Place<never>) => readonly AnyQuery[];
  readonly component: () => Promise<ComponentType>;
};

export type PageOptions<Found extends Search> = {
  /** Such as `/purchases/$id`. */
  readonly path: string;
  /** Reads the search of the URL: the filters of a list. */
  readonly search?: (search: Search) => Found;
  /** The queries whose data the page shows first. They start with the navigation, beside the page's code. */
  readonly queries?: (place: Place<Found>) => readonly AnyQuery[];
  readonly component: () => Promise<ComponentType>;
};

/** A page for the list of pages in a feature's `pages.ts`. */
export function page<Found extends Search = Search>({
  path,
  search,
  queries,
  component,
}: PageOptions<Found>): Page {
  return { path, search: search ?? ((given) => given), queries: queries ?? (() => []), component };
}

/** The routes of pages below `parent`. */
export function routesOf(parent: AnyRoute, pages: readonly Page[]): AnyRoute[] {
  return pages.map(({ path, search, queries, component }) =>
    createRoute({
      getParentRoute: () => parent,
      path,
      validateSearch: (given: Search) => search(given),
      loaderDeps: ({ search: found }) => found,
      // The page shows its own states of loading and failing, so the loader neither waits nor throws.
      loader: ({ context, params, deps }) => {
        const { queryClient } = context as RouterContext;
        for (const query of queries({ params, search: deps as never }))
          queryClient
            .ensureQueryData(query as FetchQueryOptions & { queryKey: readonly unknown[] })
            .catch(() => {});
      },
      component: lazyRouteComponent(async () => ({ default: await component() })),
    }),
  );
}

import { useRouteContext } from '@tanstack/react-router';
import type { RouterContext } from './pages.ts';
import type { Session } from './session.ts';

/** The session of this tab. */
export function useSession(): Session {
  const { session } = useRouteContext({ strict: false }) as unknown as RouterContext;
  return session;
}

import { QueryClient } from '@tanstack/react-query';
import { ApiError, ConnectionError } from './client.ts';

const RETRIES = 2;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        networkMode: 'always',
        refetchOnWindowFocus: true,
        retry: (failures, error) => failures < RETRIES && isTransient(error),
        retryDelay: (failures, error) => retryAfterMs(error) ?? 400 * 2 ** failures,
      },
      // A person repeats a change, never the program.
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}

/** A lost connection, or a platform that is busy: a read may be sent again. */
function isTransient(error: unknown): boolean {
  return error instanceof ConnectionError || (error instanceof ApiError && error.status === 503);
}

/** The pause that the platform asks for, up to five seconds. */
function retryAfterMs(error: unknown): number | undefined {
  const seconds = secondsToWait(error);
  return seconds === undefined ? undefined : Math.min(seconds, 5) * 1_000;
}

/** The seconds after which the platform may be asked again. Undefined if it named none. */
export function secondsToWait(error: unknown): number | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const { retry_after_seconds: seconds } = error.details as { retry_after_seconds?: number };
  return seconds;
}

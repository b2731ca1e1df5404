import type { FastifyInstance, FastifyRequest } from 'fastify';
import { overloaded } from '../errors.ts';

/** Refusals are sent in groups: one timer instead of 250 wake-ups per second. */
const GROUP_MS = 100;
/** A refusal costs about as much as a write, so the number of refusals per second is bounded. */
const REFUSALS_PER_GROUP = 25;
const GROUPS_DELAYED = { least: 20, most: 80 };

type DelayedRefusal = {
  readonly request: FastifyRequest;
  /** The number of the group during which the request arrived. */
  readonly since: number;
  readonly refuse: () => void;
};

/**
 * Refuses requests to a route that is full (`config.isFull`) with OVERLOADED, before the caller and the body are read.
 * Delays each refusal by 2 to 8 seconds, because clients that ignore `Retry-After` would otherwise retry thousands of
 * times per second. Sends at most 250 refusals per second, except those that have waited 8 seconds. A delayed request is
 * refused even if capacity is available again. See ADR 0026.
 */
export function shedLoad(server: FastifyInstance): void {
  /** Oldest first. */
  let delayed: DelayedRefusal[] = [];
  let group = 0;
  let isClosing = false;

  server.addHook('onRequest', async (request) => {
    if (request.routeOptions.config.isFull?.() !== true) return;
    if (!isClosing) await delay(request);
    throw overloaded({ retry_after_seconds: 1 });
  });

  server.addHook('preClose', async () => {
    isClosing = true;
  });

  function delay(request: FastifyRequest): Promise<void> {
    return new Promise((refuse) => {
      if (delayed.length === 0) setTimeout(sendGroup, GROUP_MS);
      delayed.push({ request, since: group, refuse });
    });
  }

  function sendGroup(): void {
    group += 1;
    const present = delayed.filter(({ request }) => !request.raw.destroyed);
    const end = present.findIndex(({ since }, position) => !isClosing && !isDue(group - since, position));
    const due = present.splice(0, end === -1 ? present.length : end);
    delayed = present;
    if (delayed.length > 0) setTimeout(sendGroup, GROUP_MS);
    for (const { refuse } of due) refuse();
  }
}

function isDue(groups: number, position: number): boolean {
  const { least, most } = GROUPS_DELAYED;
  return groups >= most || (groups > least && position < REFUSALS_PER_GROUP);
}

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { overloaded } from '../errors.ts';

/** Send refusals in groups: one timer instead of 250 wake-ups a second. */
const GROUP_MS = 100;
/** A refusal costs about as much as a write, so their number is bounded. */
const REFUSALS_PER_GROUP = 25;
const GROUPS_DELAYED = { least: 20, most: 80 };

type DelayedRefusal = {
  readonly request: FastifyRequest;
  /** The number of the group during which it arrived. */
  readonly since: number;
  readonly refuse: () => void;
};

/**
 * Refuses requests to a route that is full (`config.isFull`) with OVERLOADED, before it reads the caller or the body.
 * Each refusal is delayed by two to eight seconds: clients that ignore `Retry-After` would otherwise come back
 * thousands of times a second. At most 250 refusals are sent a second, except after eight seconds. A delayed request
 * is refused even if capacity has returned. ADR 0026.
 */
export function shedLoad(server: FastifyInstance): void {
  /** The longest waiting first. */
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

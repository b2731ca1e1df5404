import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction, RouteOptions } from 'fastify';
import { overloaded } from '../errors.ts';

/** Refusals are told by the dozen: one by one, each would wake up the event loop and its caller by itself. */
const TURN_MS = 100;
/** A refusal costs about as much as a purchase: so many can be spared. */
const REFUSALS_PER_TURN = 25;
const TURNS_HELD_BACK = { least: 20, most: 80 };

type GuardedRoute = {
  readonly isFull: () => boolean;
  readonly methods: readonly string[];
  readonly pattern: RegExp;
};

/** Not a function of its own for each: V8 would make every request old from the start, ADR 0026. */
type HeldBack = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly handle: RequestListener;
  /** The turn in which it came. */
  readonly since: number;
};

/**
 * Refuses what comes to a route that is full (`isFull`). Neither the caller nor the body is looked at, and the refusal is
 * held back for two to eight seconds: refused at once, those who do not wait come back thousands of times a second, and
 * the event loop is never done with them. No more than 250 are told in a second, unless they have waited for eight; and
 * none to those who have hung up.
 *
 * Who is held back waits in front of Fastify. Thousands of them, with all that Fastify makes of a request, would be work
 * for the garbage collector again and again: ADR 0026.
 */
export function refusals() {
  const guardedRoutes: GuardedRoute[] = [];
  /** Who has waited longest comes first. */
  let waiting: HeldBack[] = [];
  let turn = 0;
  let isHolding = true;
  const heldBack_ms = new WeakMap<IncomingMessage, number>();

  /** To be called with each route. */
  function guard({ method, url, config }: RouteOptions): void {
    if (config?.isFull === undefined) return;
    guardedRoutes.push({ isFull: config.isFull, methods: [method].flat(), pattern: patternOf(url) });
  }

  /** What stands in front of Fastify, which is `handle`. */
  function holdingBack(handle: RequestListener): RequestListener {
    return (request, response) => {
      if (isHolding && meetsFullRoute(request)) hold({ request, response, handle, since: turn });
      else handle(request, response);
    };
  }

  function meetsFullRoute({ method = '', url = '' }: IncomingMessage): boolean {
    return guardedRoutes.some(
      ({ isFull, methods, pattern }) => isFull() && methods.includes(method) && pattern.test(url),
    );
  }

  function hold(caller: HeldBack): void {
    if (waiting.length === 0) setTimeout(beginTurn, TURN_MS);
    waiting.push(caller);
  }

  function beginTurn(): void {
    turn += 1;
    const present = waiting.filter(({ request }) => !request.destroyed);
    const end = present.findIndex(({ since }, position) => isHolding && !isDue(turn - since, position));
    const due = present.splice(0, end === -1 ? present.length : end);
    waiting = present;
    if (waiting.length > 0) setTimeout(beginTurn, TURN_MS);
    for (const { request, response, handle, since } of due) {
      heldBack_ms.set(request, (turn - since) * TURN_MS);
      handle(request, response);
    }
  }

  /** For when the server closes: nobody is held back any longer. */
  function stopHolding(): void {
    isHolding = false;
  }

  /** Fastify's hook. Who was held back is refused also when there is room by now, as those were who came with it. */
  function refuse(
    { raw, routeOptions }: FastifyRequest,
    _reply: FastifyReply,
    done: HookHandlerDoneFunction,
  ): void {
    if (heldBack_ms.has(raw) || routeOptions.config.isFull?.() === true)
      done(overloaded({ retry_after_seconds: 1 }));
    else done();
  }

  return {
    guard,
    holdingBack,
    stopHolding,
    refuse,
    heldBack_ms: (request: IncomingMessage) => heldBack_ms.get(request) ?? 0,
  };
}

function isDue(turns: number, position: number): boolean {
  const { least, most } = TURNS_HELD_BACK;
  return turns >= most || (turns > least && position < REFUSALS_PER_TURN);
}

/** Of `/purchases/:id/reverse`; with a slash or a query behind it, too. */
function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : RegExp.escape(part)));
  return new RegExp(`^${parts.join('/')}/?(?:\\?|$)`);
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './acknowledgements.ts';
import type { Reply, Request } from './client.ts';
import type { Clerk } from './operations.ts';

/** The clients that report purchases, with one log. Each sends under a token of its own. */
export type Sources = {
  readonly partner: Clerk;
  readonly otherPartner: Clerk;
  readonly admin: Clerk;
  readonly shopper: (userId: string) => Clerk;
};

export type SourceName = keyof Sources;

export const SOURCE_NAMES: readonly SourceName[] = ['partner', 'otherPartner', 'admin', 'shopper'];

const RETRY_AFTER_MS = 30;
const GIVES_UP_AFTER_MS = 60_000;

/** Adds a second partner through the API. */
export async function openSources(clerk: Clerk, url: string): Promise<Sources> {
  const { adminToken: token, users, tokens } = clerk.programme;
  const partner = await must(201, clerk, url, {
    method: 'POST',
    path: '/partners',
    token,
    body: { name: 'Another partner', signature_required: false },
  });
  const { key } = await must(201, clerk, url, {
    method: 'POST',
    path: `/partners/${partner.id}/keys`,
    token,
    body: { scopes: ['purchases:write', 'purchases:settle'] },
  });
  return {
    partner: clerk,
    otherPartner: withToken(clerk, key),
    admin: withToken(clerk, token),
    shopper: (userId) => withToken(clerk, tokens[users.indexOf(userId)] ?? ''),
  };
}

export function clerkOf(sources: Sources, name: SourceName, userId: string): Clerk {
  return name === 'shopper' ? sources.shopper(userId) : sources[name];
}

/** Each source has amounts of its own, so that no two of them seem to report the same order. */
export function amountOf(name: SourceName, random: () => number): number {
  const steps = 25 + Math.floor(random() * 5_000);
  return steps * SOURCE_NAMES.length + SOURCE_NAMES.indexOf(name);
}

function withToken({ client, programme, acknowledgements }: Clerk, token: string): Clerk {
  return { client, acknowledgements, programme: { ...programme, partnerKey: token } };
}

/** Returns the body. @throws Error if the status is another one. */
export async function must(status: number, { client }: Clerk, url: string, request: Request) {
  const reply = await client.send(url, request);
  if (reply.status !== status)
    throw new Error(`${request.method} ${request.path} got ${reply.status}: ${JSON.stringify(reply.body)}`);
  return reply.body;
}

/** Repeats what was refused for a moment, such as in an overload. */
export async function persist<Result extends { readonly reply: Reply }>(
  send: () => Promise<Result>,
): Promise<Result> {
  const started = performance.now();
  for (;;) {
    const result = await send();
    const { status } = result.reply;
    if ((status !== 503 && status !== 429) || performance.now() - started > GIVES_UP_AFTER_MS) return result;
    await sleep(RETRY_AFTER_MS);
  }
}

export function isDone(answer: Answer | undefined): answer is Extract<Answer, { kind: 'done' }> {
  return answer?.kind === 'done';
}

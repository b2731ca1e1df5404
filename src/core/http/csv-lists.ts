import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest, RouteHandlerMethod, RouteOptions } from 'fastify';
import type { TSchema } from 'typebox';
import type { Caller } from '../caller.ts';
import { overloaded } from '../errors.ts';
import { CSV_TYPE } from './csv.ts';
import { type Column, columnsOf, headerOf, lineOf } from './csv-columns.ts';
import type { HttpServer } from './route.ts';

/** More rows are left out. Filters select a part that fits. */
export const MOST_ROWS = 50_000;
const ROWS_PER_READ = 500;
/** Each sends pages as fast as its client reads, so a few would use all that the database can do. */
const MOST_AT_ONCE = 4;
/** A client that reads more slowly is disconnected. */
const DEADLINE_MS = 120_000;

/** The body of a list, as `Page` and `CursorPage` describe it. */
type Body = {
  readonly data: readonly unknown[];
  readonly pagination: {
    readonly offset: number;
    readonly total: number;
    readonly total_is_estimate?: true;
    readonly next_cursor?: string | null;
  };
};

type Position = { readonly limit: number; readonly offset?: number; readonly cursor?: string };

/** Reads a part of the list with the filters of the request. */
type Read = (position: Position) => Promise<Body>;

/**
 * Answers every list as a table if the request asks for `text/csv`: the whole list by its filters, up to `MOST_ROWS`. Reads
 * page after page through the handler of the route, as fast as the client takes them, so memory holds one page.
 * Programs with an API key get JSON: their offsets end early, and they read pages by cursor.
 */
export function serveTables(server: HttpServer): void {
  const underWay = new Set<FastifyReply>();
  const closing = new AbortController();
  server.addHook('preClose', async () => closing.abort());
  server.addHook('onRoute', (route) => {
    const item = itemOf(route);
    if (item === undefined) return;
    const columns = columnsOf(item);
    const { handler } = route;
    route.handler = async function (request, reply) {
      const ask = (asked: FastifyRequest) => handler.call(this, asked, reply);
      if (!asksForCsv(request)) return ask(request);
      if (underWay.size >= MOST_AT_ONCE) throw overloaded({ retry_after_seconds: 5 });
      underWay.add(reply);
      reply.raw.once('close', () => underWay.delete(reply));

      const read: Read = async (position) => (await ask(withPosition(request, position))) as Body;
      const first = await read({ limit: ROWS_PER_READ });
      const isTruncated = await hasMoreRows(first, read);
      reply.serializer((payload) => {
        if (payload !== first) return jsonOf(payload, reply);
        reply
          .type(CSV_TYPE)
          .header('content-disposition', `attachment; filename="${nameOf(route)}.csv"`)
          .header('x-truncated', String(isTruncated));
        const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(DEADLINE_MS)]);
        return Readable.from(tableOf(first, read, columns), { objectMode: false, signal }) as never;
      });
      // The first page is the payload, so that hooks see what they see of JSON: reads of personal data are recorded.
      return first;
    } satisfies RouteHandlerMethod;
  });
}

/** An error that a hook has sent instead. */
function jsonOf(payload: unknown, reply: FastifyReply): string {
  reply.type('application/json; charset=utf-8');
  return JSON.stringify(payload);
}

/** The schema of the items, if the route answers a page. */
function itemOf({ method, schema }: Pick<RouteOptions, 'method' | 'schema'>): TSchema | undefined {
  if (method !== 'GET') return undefined;
  const { properties } = ((schema?.response as Record<number, object> | undefined)?.[200] ?? {}) as {
    properties?: { data?: { items?: TSchema }; pagination?: object };
  };
  return properties?.pagination === undefined ? undefined : properties.data?.items;
}

/** True if the request prefers a table to JSON. */
function asksForCsv({ method, headers: { accept = '' }, authenticatedCaller }: FastifyRequest): boolean {
  if (method !== 'GET' || !isPerson(authenticatedCaller)) return false;
  const qualityOf = (type: string) => {
    const range = accept
      .split(',')
      .map((part) =>
        part
          .trim()
          .toLowerCase()
          .split(/\s*;\s*/),
      )
      .find(([name]) => name === type);
    if (range === undefined) return 0;
    const quality = range.find((parameter) => parameter.startsWith('q='));
    return quality === undefined ? 1 : Number(quality.slice(2)) || 0;
  };
  return qualityOf('text/csv') > qualityOf('application/json');
}

function isPerson(caller: Caller | undefined): boolean {
  return caller === undefined || caller.type === 'user' || caller.type === 'admin';
}

/** The same request for another part of the list. */
function withPosition(request: FastifyRequest, position: Position): FastifyRequest {
  const { offset: _, cursor: __, limit: ___, ...filters } = request.query as Record<string, unknown>;
  return Object.create(request, { query: { value: { ...filters, ...position } } });
}

async function hasMoreRows(first: Body, read: Read): Promise<boolean> {
  if (positionAfter(first) === undefined) return false;
  const { total, total_is_estimate: isEstimate = false } = first.pagination;
  if (!isEstimate) return total > MOST_ROWS;
  return (await read({ offset: MOST_ROWS, limit: 1 })).data.length > 0;
}

async function* tableOf(first: Body, read: Read, columns: readonly Column[]): AsyncGenerator<string> {
  const linesOf = ({ data }: Body) => data.map((item) => lineOf(item, columns)).join('');
  yield headerOf(columns) + linesOf(first);
  let left = MOST_ROWS - first.data.length;
  let next = positionAfter(first);
  while (next !== undefined && left > 0) {
    const page = await read({ ...next, limit: Math.min(ROWS_PER_READ, left) });
    left -= page.data.length;
    next = positionAfter(page);
    if (page.data.length > 0) yield linesOf(page);
  }
}

function positionAfter({ data, pagination }: Body): Omit<Position, 'limit'> | undefined {
  const { offset, total, next_cursor: cursor } = pagination;
  if (cursor !== undefined) return cursor === null ? undefined : { cursor };
  const end = offset + data.length;
  return data.length === 0 || end >= total ? undefined : { offset: end };
}

/** The last part of the path that is no parameter, such as `keys`. */
function nameOf({ url }: RouteOptions): string {
  return url.split('/').findLast((part) => /^[a-z-]+$/.test(part)) ?? 'list';
}

import createFetchClient, {
  type Client,
  type ClientPathsWithMethod,
  type MaybeOptionalInit,
  type MethodResponse,
} from 'openapi-fetch';
import type { paths } from './api.generated.ts';
import { itemsOf } from './pages.ts';
import { authorizePartner, type PartnerKey } from './partner.ts';
import { isRepeatable, takesKey } from './repeatable.ts';
import type { RetryOptions } from './retries.ts';
import { type Login, openSession } from './session.ts';
import { createTransport } from './transport.ts';
import type { Tokens } from './types.generated.ts';

export type ClientOptions = {
  /** The address of the platform, such as `https://cashback.example`. */
  readonly url: string;
  /** How the platform knows you: a login, a pair of tokens that you kept, or the key of a partner. */
  readonly credentials?: Login | { readonly tokens: Tokens } | PartnerKey;
  /** Gets each new pair of tokens, to keep it. A refresh token works once. */
  readonly onTokens?: (tokens: Tokens) => void;
  readonly retry?: RetryOptions;
  /** The time for one attempt in milliseconds. Defaults to 30,000; the platform answers within 14,000. */
  readonly timeoutMs?: number;
  /** Sends bodies of a kilobyte or more in gzip. Defaults to false. */
  readonly gzip?: boolean;
  /** Defaults to `globalThis.fetch`. */
  readonly fetch?: typeof globalThis.fetch;
};

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type PathOf<M extends Method> = ClientPathsWithMethod<Client<paths>, M>;
type NeverAsUndefined<Body> = [Body] extends [never] ? undefined : Body;

/** The body of an answer. Undefined if it has none. */
export type Answer<Path extends PathOf<M>, M extends Method> = NeverAsUndefined<
  MethodResponse<Client<paths>, M, Path>
>;

type Init<Path extends PathOf<M>, M extends Method> = MaybeOptionalInit<paths[Path], M>;
/** A call without required parameters needs no second argument. */
type InitArguments<Given> = undefined extends Given ? [init?: Given] : [init: Given];

/** Sends a request and returns the body of its answer. @throws ApiError, ConnectionError, or the signal's reason. */
export type Call<M extends Method> = <Path extends PathOf<M>>(
  path: Path,
  ...init: InitArguments<Init<Path, M>>
) => Promise<Answer<Path, M>>;

type ListPath = {
  [Path in PathOf<'get'>]: Answer<Path, 'get'> extends { readonly data: readonly unknown[] } ? Path : never;
}[PathOf<'get'>];

type ItemOf<Path extends ListPath> =
  Answer<Path, 'get'> extends { readonly data: readonly (infer Item)[] } ? Item : never;

export type PlatformClient = {
  readonly get: Call<'get'>;
  readonly post: Call<'post'>;
  readonly put: Call<'put'>;
  readonly patch: Call<'patch'>;
  readonly delete: Call<'delete'>;
  /** The items of a list over all its pages, for `for await`. */
  readonly list: <Path extends ListPath>(
    path: Path,
    ...init: InitArguments<Init<Path, 'get'>>
  ) => AsyncGenerator<ItemOf<Path>, void, undefined>;
  /** The same calls by openapi-fetch, which return `{ data, error, response }` and do not throw refusals. */
  readonly raw: Client<paths>;
  /** Ends the session of a login or a pair of tokens. */
  readonly logOut: () => Promise<void>;
};

const BASE_PATH = '/api/v1';

export function createClient(options: ClientOptions): PlatformClient {
  const { credentials, onTokens, retry, timeoutMs = 30_000, gzip = false } = options;
  const url = `${options.url.replace(/\/+$/, '')}${BASE_PATH}`;
  const fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const transport = createTransport({ fetch, retry, timeoutMs, gzip });
  const session =
    credentials === undefined || 'apiKey' in credentials
      ? undefined
      : openSession({ url, transport, credentials, onTokens });
  const authorization =
    credentials !== undefined && 'apiKey' in credentials ? authorizePartner(credentials) : session;

  const operations = new WeakMap<Request, string>();
  const raw = createFetchClient<paths>({
    baseUrl: url,
    async fetch(request) {
      const isAuthorized = authorization === undefined || request.headers.has('authorization');
      return transport.send(request, {
        isRepeatable: isRepeatable(operations.get(request) ?? request.method),
        ...(!isAuthorized && { authorization }),
      });
    },
  });
  raw.use({
    onRequest({ request, schemaPath }) {
      const operation = `${request.method} ${schemaPath}`;
      operations.set(request, operation);
      if (takesKey(operation) && !request.headers.has('idempotency-key'))
        request.headers.set('idempotency-key', crypto.randomUUID());
    },
  });

  function call<M extends Method>(method: M): Call<M> {
    return (async (path: string, init?: object) => {
      // The types of each call are those of `Call`. In here all paths are alike.
      const send = raw.request as unknown as (...request: unknown[]) => Promise<RawAnswer>;
      const { data, error, response } = await send(method, path, init);
      if (response.ok) return data;
      throw transport.errorOf(response, error);
    }) as unknown as Call<M>;
  }

  const get = call('get');
  return {
    get,
    post: call('post'),
    put: call('put'),
    patch: call('patch'),
    delete: call('delete'),
    list: ((path: string, init: ListInit = {}) => {
      const read = get as unknown as (
        path: string,
        init: object,
      ) => ReturnType<Parameters<typeof itemsOf>[0]>;
      return itemsOf(
        (query) => read(path, { ...init, params: { ...init.params, query } }),
        init.params?.query,
      );
    }) as unknown as PlatformClient['list'],
    raw,
    logOut: async () => session?.logOut(),
  };
}

type RawAnswer = { readonly data?: unknown; readonly error?: unknown; readonly response: Response };
type ListInit = { readonly params?: { readonly query?: Readonly<Record<string, unknown>> } };

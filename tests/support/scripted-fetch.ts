/** A request as it was sent, with its body as text. */
export type SentRequest = {
  readonly name: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
};

type Answer = {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/**
 * A `fetch` that gives these answers in turn. An answer may be an Error, which is thrown as if the connection had broken,
 * or a function of the request.
 */
export function scriptedFetch(...answers: (Answer | Error | ((request: SentRequest) => Answer))[]) {
  const sent: SentRequest[] = [];
  const left = [...answers];
  async function fetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    init.signal?.throwIfAborted();
    const url = new URL(String(input));
    const bytes = init.body === undefined || init.body === null ? '' : await new Response(init.body).bytes();
    const request = {
      name: `${init.method} ${url.pathname}`,
      url,
      headers: new Headers(init.headers),
      body: Buffer.from(bytes).toString('latin1'),
    };
    sent.push(request);
    const next = left.shift();
    if (next === undefined) throw new Error(`${request.name} was not expected`);
    if (next instanceof Error) throw next;
    const { status = 200, body, headers = {} } = typeof next === 'function' ? next(request) : next;
    return new Response(body === undefined ? null : JSON.stringify(body), { status, headers });
  }
  return { fetch: fetch as typeof globalThis.fetch, sent, names: () => sent.map(({ name }) => name) };
}

/** The answer of a refusal. */
export function refusal(status: number, code: string, details: object = {}, headers = {}) {
  return { status, headers, body: { error: { code, message: `It is ${code}.`, details } } };
}

export type Response = {
  readonly status: number;
  /** The lines of its headers. */
  readonly head: string;
  /** Its text. Read it before the next response. */
  readonly body: () => string;
};

const END_OF_HEAD = '\r\n\r\n';

/**
 * Reads the part of HTTP/1.1 (RFC 9112) that the platform uses: one response at a time, with the length of its body in
 * the headers. Undefined until the response is complete.
 * @throws Error for anything else.
 */
export function readResponse(bytes: Buffer): Response | undefined {
  const endOfHead = bytes.indexOf(END_OF_HEAD);
  if (endOfHead === -1) return undefined;
  const head = bytes.toString('latin1', 0, endOfHead);
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1];
  const length = headerOf({ head }, 'content-length');
  if (status === undefined || length === undefined) throw new Error(`not understood: ${head}`);
  const start = endOfHead + END_OF_HEAD.length;
  const end = start + Number(length);
  if (bytes.length > end) throw new Error('more came than was asked for');
  if (bytes.length < end) return undefined;
  return { status: Number(status), head, body: () => bytes.toString('utf8', start, end) };
}

const HEADERS = {
  'content-length': /\r\ncontent-length: *(\d+)/i,
  'retry-after': /\r\nretry-after: *(\d+)/i,
};

export function headerOf({ head }: Pick<Response, 'head'>, name: keyof typeof HEADERS): string | undefined {
  return HEADERS[name].exec(head)?.[1];
}

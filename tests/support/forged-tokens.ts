import { createHmac, generateKeyPairSync, sign as signWithKey } from 'node:crypto';

/** What a forger has: a token of their own, its refresh token, and the id of somebody else. */
type Stolen = { readonly token: string; readonly refreshToken: string; readonly otherId: string };

type Changes = {
  readonly header?: Record<string, unknown>;
  readonly payload?: Record<string, unknown>;
  readonly secret?: string;
  readonly digest?: string;
};

/** Tokens made by hand, like one of the platform that signs with `secret`; each forgery differs in one thing. */
export function forger(
  { token, refreshToken, otherId }: Stolen,
  secrets: { readonly present: string; readonly retired: string },
) {
  const [headerPart = '', payloadPart = '', signaturePart = ''] = token.split('.');
  const header = decoded(headerPart);
  const payload = decoded(payloadPart);
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

  /** `undefined` leaves a field out. */
  function forge(changes: Changes): string {
    const first = encoded({ ...header, ...changes.header });
    const second = encoded({ ...payload, ...changes.payload });
    return signed(first, second, changes.secret, changes.digest);
  }

  function signed(first: string, second: string, secret = secrets.present, digest = 'sha256'): string {
    const signature = createHmac(digest, secret).update(`${first}.${second}`).digest('base64url');
    return `${first}.${second}.${signature}`;
  }

  function signedWithRsa(forgedHeader: object): string {
    const text = `${encoded(forgedHeader)}.${payloadPart}`;
    return `${text}.${signWithKey('sha256', Buffer.from(text), rsa.privateKey).toString('base64url')}`;
  }

  const forgeries: Readonly<Record<string, string>> = {
    'no algorithm': `${encoded({ ...header, alg: 'none' })}.${payloadPart}.`,
    'no algorithm, and a signature': forge({ header: { alg: 'none' } }),
    'no algorithm in other letters': forge({ header: { alg: 'nOnE' } }),
    HS384: forge({ header: { alg: 'HS384' }, digest: 'sha384' }),
    HS512: forge({ header: { alg: 'HS512' }, digest: 'sha512' }),
    'HS512 named, HS256 used': forge({ header: { alg: 'HS512' } }),
    RS256: signedWithRsa({ ...header, alg: 'RS256' }),
    'a missing algorithm': forge({ header: { alg: undefined } }),
    'another key': forge({ secret: 'another secret of more than 32 characters' }),
    'an empty key': forge({ secret: '' }),
    'the key of another kid': forge({ secret: secrets.retired }),
    'an unknown kid': forge({ header: { kid: 'unknown' } }),
    'no kid': forge({ header: { kid: undefined } }),
    'a kid that is a path': forge({ header: { kid: '../../../../dev/null' }, secret: '' }),
    'a kid that is SQL': forge({ header: { kid: "x' union select 'secret" }, secret: 'secret' }),
    'a kid that is a property of every object': forge({ header: { kid: '__proto__' }, secret: '' }),
    'a kid that is a list': forge({ header: { kid: ['present'] } }),
    'a kid with a NUL': forge({ header: { kid: 'present\0' } }),
    'a jku, and its key': signedWithRsa({ ...header, alg: 'RS256', jku: 'https://evil.example/keys' }),
    'an embedded jwk': signedWithRsa({
      ...header,
      alg: 'RS256',
      jwk: rsa.publicKey.export({ format: 'jwk' }),
    }),
    'an x5u': signedWithRsa({ ...header, alg: 'RS256', x5u: 'https://evil.example/cert' }),
    'no exp': forge({ payload: { exp: undefined } }),
    'an exp that is text': forge({ payload: { exp: String(payload.exp) } }),
    'an exp that is null': forge({ payload: { exp: null } }),
    'no sub': forge({ payload: { sub: undefined } }),
    'a sub that is no id': forge({ payload: { sub: "' or true --" } }),
    'a sub that is a list': forge({ payload: { sub: [payload.sub] } }),
    'no sid': forge({ payload: { sid: undefined } }),
    'a sid that is no id': forge({ payload: { sid: 'x' } }),
    'a sid that nobody has': forge({ payload: { sid: '01936f2e-8c1b-7c3a-9d55-0b1f2a3c4d5e' } }),
    'a sub that nobody has': forge({ payload: { sub: '01936f2e-8c1b-7c3a-9d55-0b1f2a3c4d5e' } }),
    'the sid of another user': forge({ payload: { sub: otherId } }),
    'no iss': forge({ payload: { iss: undefined } }),
    'another iss': forge({ payload: { iss: 'clicknback.example' } }),
    'no aud': forge({ payload: { aud: undefined } }),
    'another aud': forge({ payload: { aud: 'another-api' } }),
    'another typ': forge({ header: { typ: 'at+jwt' } }),
    'no typ': forge({ header: { typ: undefined } }),
    'a changed payload': `${headerPart}.${encoded({ ...payload, sub: otherId })}.${signaturePart}`,
    'a changed role': `${headerPart}.${encoded({ ...payload, role: 'admin' })}.${signaturePart}`,
    'a cut signature': token.slice(0, -4),
    'no signature': `${headerPart}.${payloadPart}.`,
    'two parts': `${headerPart}.${payloadPart}`,
    'four parts': `${token}.x`,
    'a payload that is no JSON': signed(headerPart, Buffer.from('no json').toString('base64url')),
    'a payload that is a list': signed(headerPart, encoded([])),
    'a payload that is null': signed(headerPart, encoded(null)),
    'a header that is no JSON': signed(Buffer.from('no json').toString('base64url'), payloadPart),
    'a header that is null': signed(encoded(null), payloadPart),
    'a refresh token in its place': refreshToken,
    nothing: '',
    'a token of ten thousand characters': forge({ payload: { sub: 'x'.repeat(8_000) } }),
  };

  return { header, payload, forge, forgeries };
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decoded(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}

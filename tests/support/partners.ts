import { createHmac } from 'node:crypto';
import { newId } from '../../src/core/id.ts';
import type { Answer, ContractPlatform } from './platform.ts';

export const ALL_SCOPES = ['purchases:read', 'purchases:write', 'purchases:settle', 'webhooks:manage'];

/** All scopes that do not permit what `scope` permits. */
export function scopesWithout(scope: string): readonly string[] {
  const includes = scope === 'purchases:read' ? ['purchases:write'] : [];
  return ALL_SCOPES.filter((other) => other !== scope && !includes.includes(other));
}

/** A partner with a key: `token` is the key in clear, `secret` the signing secret where it must sign. */
export type TestPartner = {
  readonly id: string;
  readonly keyId: string;
  readonly token: string;
  readonly secret: string;
};

export async function openPartner(
  platform: Pick<ContractPlatform, 'api' | 'admin'>,
  options: { readonly scopes?: readonly string[]; readonly signs?: boolean } = {},
): Promise<TestPartner> {
  const { scopes = ALL_SCOPES, signs = false } = options;
  const body = { name: `Partner ${newId()}`, signature_required: signs };
  const created = await platform.api('POST', '/partners', { token: platform.admin.token, body });
  const { id, signing_secret: secret } = expectCreated(created);
  const key = await issueKey(platform, id, { scopes });
  return { id, keyId: key.id, token: key.key, secret: secret ?? '' };
}

export async function issueKey(
  platform: Pick<ContractPlatform, 'api' | 'admin'>,
  partnerId: string,
  fields: Record<string, unknown> = {},
): Promise<{ id: string; key: string; prefix: string }> {
  const body = { scopes: ALL_SCOPES, ...fields };
  return expectCreated(
    await platform.api('POST', `/partners/${partnerId}/keys`, { token: platform.admin.token, body }),
  );
}

/** The headers of Standard Webhooks, made without the library that verifies them. */
export function signed(
  secret: string,
  body: string | Buffer,
  { at, id = newId() }: { readonly at: Temporal.Instant; readonly id?: string },
): Record<string, string> {
  const timestamp = String(Math.floor(at.epochMilliseconds / 1000));
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatureOf(
      secret,
      Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body)]),
    ),
  };
}

export function signatureOf(secret: string, content: string | Buffer): string {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}

// biome-ignore lint/suspicious/noExplicitAny: tests read bodies of every shape, and assert what they read
function expectCreated({ status, body }: Answer): any {
  if (status !== 201) throw new Error(`expected 201, got ${status}: ${JSON.stringify(body)}`);
  return body;
}

import { createHmac } from 'node:crypto';
import type { Api, ContractPlatform, Person } from './platform.ts';
import { PASSWORD } from './platform.ts';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const STEP_SECONDS = 30;

/** The code of RFC 6238, computed without the library that the platform uses. `steps` moves to another time step. */
export function totpCode(secret: string, now: Temporal.Instant, steps = 0): string {
  const bits = [...secret].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now.epochMilliseconds / 1000 / STEP_SECONDS) + steps));
  const digest = createHmac('sha1', key).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 0xf;
  return String((digest.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, '0');
}

/** A code that is not valid now. */
export function wrongCode(secret: string, now: Temporal.Instant): string {
  const near = [-1, 0, 1].map((steps) => totpCode(secret, now, steps));
  return ['000000', '000001', '000002', '000003'].find((code) => !near.includes(code)) ?? '';
}

export type EnrolledPerson = Person & {
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
};

/**
 * Enrols a second factor in the person's session, with the code of the previous time step: so the present one and the
 * next one are unused, and the clock need not move.
 */
export async function enrol(
  { api, now }: Pick<ContractPlatform, 'api' | 'now'>,
  person: Person,
  steps = -1,
): Promise<EnrolledPerson> {
  const { token } = person;
  const started = await api('POST', '/auth/mfa', { token });
  if (started.status !== 201) throw new Error(`not enrolled: ${JSON.stringify(started.body)}`);
  const { secret } = started.body;
  const body = { code: totpCode(secret, now(), steps) };
  const confirmed = await api('POST', '/auth/mfa/confirmation', { token, body });
  if (confirmed.status !== 200) throw new Error(`not confirmed: ${JSON.stringify(confirmed.body)}`);
  return { ...person, secret, recoveryCodes: confirmed.body.recovery_codes };
}

/** The first step of a login of somebody who has enrolled: the token for the second one. */
export async function mfaTokenOf(api: Api, { email }: Pick<Person, 'email'>): Promise<string> {
  const { body } = await api('POST', '/auth/login', { body: { email, password: PASSWORD } });
  return body.error.details.mfa_token;
}

import { Secret } from 'otpauth';
import { hashToken } from './tokens.ts';

const COUNT = 10;
/** 80 bits: too many to guess, also for someone who has the hashes. */
const BYTES = 10;

/** Returns codes such as `k7qp-3mxd-yf2w-aeov`: base32, which has neither 0 nor 1. */
export function newRecoveryCodes(): readonly string[] {
  return Array.from({ length: COUNT }, () => grouped(new Secret({ size: BYTES }).base32.toLowerCase()));
}

function grouped(text: string): string {
  return text.replaceAll(/(?!^)(?=(.{4})+$)/g, '-');
}

/** The form in which a code is stored. Case, spaces and dashes do not count. */
export function hashRecoveryCode(code: string): Buffer {
  return hashToken(code.toLowerCase().replaceAll(/[\s-]/g, ''));
}

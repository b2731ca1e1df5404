import { hash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/*
 * An API key: `cnb_<8 hex>_<32 random bytes in base64url>_<checksum>`. The prefix lets people and secret scanners
 * recognise a leaked key. The checksum detects typing errors without a database lookup.
 */

export type NewKey = { readonly text: string; readonly prefix: string; readonly hash: Buffer };

const KEY = /^(cnb_[0-9a-f]{8}_[\w-]{43})_([0-9a-f]{8})$/;

export function newKey(): NewKey {
  const prefix = `cnb_${randomBytes(4).toString('hex')}`;
  const content = `${prefix}_${randomBytes(32).toString('base64url')}`;
  const text = `${content}_${checksum(content)}`;
  return { text, prefix, hash: hashKey(text) };
}

/** Distinguishes API keys from access tokens by their prefix. */
export function isApiKey(text: string): boolean {
  return text.startsWith('cnb_');
}

/** Returns the hash by which a key is found. Undefined if the format or the checksum is wrong. */
export function readKey(text: string): Buffer | undefined {
  const [, content, sum] = KEY.exec(text) ?? [];
  return content !== undefined && checksum(content) === sum ? hashKey(text) : undefined;
}

function checksum(content: string): string {
  return crc32(content).toString(16).padStart(8, '0');
}

/** A fast hash is enough for 32 random bytes. */
function hashKey(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

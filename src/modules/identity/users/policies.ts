import { dictionary } from '@zxcvbn-ts/language-common';
import { userInactive } from '../../../core/caller.ts';
import { lastActiveAdmin, passwordNotComplexEnough } from './errors.ts';
import type { User } from './model.ts';

/** Lower case, because in practice no two addresses differ by letter case only. */
export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase();
}

const MIN_LENGTH = 8;

const PASSWORD_RULES: readonly {
  readonly reason: string;
  readonly isBroken: (password: string) => boolean;
}[] = [
  {
    reason: `must have at least ${MIN_LENGTH} characters`,
    isBroken: (password) => [...password].length < MIN_LENGTH,
  },
  { reason: 'must have at most 128 characters', isBroken: (password) => [...password].length > 128 },
  { reason: 'must have a lower-case letter', isBroken: (password) => !/\p{Ll}/u.test(password) },
  { reason: 'must have an upper-case letter', isBroken: (password) => !/\p{Lu}/u.test(password) },
  { reason: 'must have a digit', isBroken: (password) => !/\p{Nd}/u.test(password) },
  { reason: 'must have a special character', isBroken: (password) => !/[^\p{L}\p{Nd}\s]/u.test(password) },
  { reason: 'must not be one of the commonest passwords', isBroken: isCommon },
];

export type PasswordContext = {
  /** The name of the request field that contained the password. */
  readonly field?: string;
  /** The previous password. The new one must differ from it. */
  readonly otherThan?: string;
};

/** @throws PASSWORD_NOT_COMPLEX_ENOUGH with every rule that the password breaks. */
export function requireComplexPassword(
  password: string,
  { field = 'password', otherThan }: PasswordContext = {},
): void {
  const reasons = PASSWORD_RULES.filter(({ isBroken }) => isBroken(password)).map(({ reason }) => reason);
  if (otherThan?.normalize('NFKC') === password.normalize('NFKC'))
    reasons.push('must differ from the current password');
  const violations = reasons.map((reason) => ({ field, reason }));
  if (violations.length > 0) throw passwordNotComplexEnough({ violations });
}

/** An attacker reads "P@ssw0rd1!" as "password". Letters are restored, and decoration at the end is removed. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
};

const COMMON_PASSWORDS = new Set(
  dictionary['passwords-common'].filter((password) => password.length >= MIN_LENGTH),
);

function isCommon(password: string): boolean {
  const plain = password.toLowerCase();
  const undecorated = plain.replace(/[^\p{L}]+$/u, '');
  const texts = [plain, undecorated].filter((text) => text.length >= MIN_LENGTH);
  return texts.some(
    (text) =>
      COMMON_PASSWORDS.has(text) ||
      COMMON_PASSWORDS.has(restoreLetters(text)) ||
      isRepetition(text) ||
      isSequence(text),
  );
}

/** True for "qwerqwer". The list of common passwords omits repetitions and sequences, so they are detected here. */
function isRepetition(text: string): boolean {
  return /^([\p{L}\p{Nd}]{1,6}?)\1+$/u.test(text);
}

/** True for "abcdefgh" and "87654321". */
function isSequence(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  const steps = new Set(codes.slice(1).map((code, index) => code - (codes[index] ?? 0)));
  return steps.size === 1 && (steps.has(1) || steps.has(-1));
}

function restoreLetters(text: string): string {
  return text.replace(/[@431!0$5]/g, (sign) => LOOKALIKES[sign] ?? sign);
}

/**
 * Refuses the sender of a request who was deactivated after the request was authenticated. `users` are locked.
 * @throws USER_INACTIVE.
 */
export function requireStillActive(
  users: ReadonlyMap<string, User>,
  { type, id }: { readonly type: string; readonly id: string | null },
): void {
  const isAccount = type === 'user' || type === 'admin';
  if (isAccount && id !== null && users.get(id)?.active === false) throw userInactive();
}

/** @throws LAST_ACTIVE_ADMIN if `user` has the role `administrator` and no other active one of `users` does. */
export function requireAnotherAdmin(user: User, users: readonly User[]): void {
  const isAdministrator = ({ staffRoles }: User) => staffRoles.includes('administrator');
  if (!isAdministrator(user)) return;
  const isLeft = users.some((other) => other.id !== user.id && isAdministrator(other) && other.active);
  if (!isLeft) throw lastActiveAdmin({ user_id: user.id });
}

import { distinct } from '../../../core/lists.ts';
import type { RequireUsableKey } from '../../identity/partners/index.ts';
import { requireStillActive, type User } from '../../identity/users/index.ts';
import type { Reporter } from './model.ts';

/*
 * The senders of a list: what was true when their requests were authenticated may have changed before it commits. Pure.
 */

/** @throws TOKEN_REVOKED, EXPIRED_TOKEN or USER_INACTIVE. */
export type RequireStanding = (sender: Reporter) => void;

export function adminsAmong(senders: readonly Reporter[]): readonly string[] {
  return distinct(senders.flatMap(({ type, id }) => (type === 'admin' && id !== null ? id : [])));
}

export function partnersAmong(senders: readonly Reporter[]): readonly string[] {
  return distinct(senders.flatMap(({ type, id }) => (type === 'partner' && id !== null ? id : [])));
}

export function keysAmong(senders: readonly Reporter[]): readonly string[] {
  return distinct(senders.flatMap(({ keyId }) => keyId ?? []));
}

/** `userOf` has the administrators, locked. */
export function standingOf(
  userOf: ReadonlyMap<string, User>,
  requireUsableKey: RequireUsableKey,
): RequireStanding {
  return (sender) => {
    if (sender.keyId !== undefined) requireUsableKey(sender.keyId);
    // A shopper who was deactivated is refused as the buyer.
    if (sender.type === 'admin') requireStillActive(userOf, sender);
  };
}

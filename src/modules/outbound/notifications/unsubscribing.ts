import type { Encryption } from '../../../core/secrets/encryption.ts';
import { type Contact, KINDS, type Kind } from './model.ts';

/** What a link in a mail permits: to end mails of one kind to one user. */
export type Unsubscription = {
  readonly userId: string;
  readonly kind: Kind;
  readonly locale: Contact['locale'];
};

const CONTEXT = 'unsubscription';

/** Links by which a recipient ends mails without logging in. They are valid while their encryption key is configured. */
export function unsubscribing(deps: { readonly encryption: Encryption; readonly publicUrl: string }) {
  const { encryption, publicUrl } = deps;

  function linkOf({ userId, kind, locale }: Unsubscription): string {
    const token = encryption.encrypt(JSON.stringify([userId, kind, locale]), CONTEXT);
    return `${publicUrl}/unsubscribe?token=${encodeURIComponent(token)}`;
  }

  /** Undefined for a token that the platform did not make. */
  function read(token: string): Unsubscription | undefined {
    try {
      const [userId, kind, locale] = JSON.parse(encryption.decrypt(token, CONTEXT));
      return KINDS.includes(kind) ? { userId, kind, locale } : undefined;
    } catch {
      return undefined;
    }
  }

  return { linkOf, read };
}

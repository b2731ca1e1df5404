import type { Partner, PartnerKey, PartnerScope } from '#app/client.ts';
import type { en } from '#messages/partners.ts';
import type { BadgeProps } from '#ui/badge.tsx';

type Texts = typeof en;

/** The scopes in the order of the dialog: what most partners need comes first. */
export const SCOPES: readonly PartnerScope[] = [
  'purchases:write',
  'purchases:settle',
  'purchases:read',
  'webhooks:manage',
];

export function signingText(partner: Pick<Partner, 'signature_required' | 'can_sign'>, t: Texts): string {
  if (partner.signature_required) return t.signs;
  return partner.can_sign ? t.canSign : t.noSigning;
}

export type KeyLook = Pick<BadgeProps, 'tone' | 'icon'> & { readonly text: string };

/** Whether a key works at an instant in milliseconds. */
export function keyLook(key: Pick<PartnerKey, 'revoked_at' | 'expires_at'>, now: number, t: Texts): KeyLook {
  if (key.revoked_at !== null) return { tone: 'grey', icon: 'cross', text: t.revoked };
  if (key.expires_at !== null && Date.parse(key.expires_at) <= now)
    return { tone: 'grey', icon: 'clock', text: t.expired };
  return { tone: 'green', icon: 'check', text: t.usable };
}

/** The name of a key, or its first letters where it has none. */
export function keyName({ name, prefix }: Pick<PartnerKey, 'name' | 'prefix'>): string {
  return name ?? `${prefix}…`;
}

import { expiredToken, tokenRevoked, userInactive } from '../../../core/caller.ts';
import { namedViolations, ruleViolation, validationError } from '../../../core/errors.ts';
import type { KeyOfPartner, Partner, Scope } from './model.ts';

/** @throws TOKEN_REVOKED, EXPIRED_TOKEN, or USER_INACTIVE if the partner is inactive. */
export function requireUsableKey(key: KeyOfPartner, now: Temporal.Instant): void {
  if (key.revokedAt !== null) throw tokenRevoked();
  if (key.expiresAt !== null && Temporal.Instant.compare(key.expiresAt, now) <= 0) throw expiredToken();
  if (!key.partner.active) throw userInactive();
}

/** What a key permits. A source may read what it reports. */
export function grantedScopes(scopes: readonly Scope[]): readonly Scope[] {
  const mayRead = scopes.includes('purchases:write') && !scopes.includes('purchases:read');
  return mayRead ? ['purchases:read', ...scopes] : scopes;
}

/** @throws VALIDATION_ERROR. */
export function requireFutureExpiry(expiresAt: Temporal.Instant | null, now: Temporal.Instant): void {
  if (expiresAt !== null && Temporal.Instant.compare(expiresAt, now) <= 0) {
    throw ruleViolation({ violations: [{ field: 'expires_at', reason: 'must be in the future' }] });
  }
}

/** @throws VALIDATION_ERROR if the partner must sign but has no secret to sign with. */
export function requireSecretToSignWith({ signatureRequired, signing }: Partner): void {
  if (signatureRequired && signing.current === null) {
    throw ruleViolation({
      violations: [
        {
          field: 'signature_required',
          reason: 'requires a signing secret: rotate the secret of the partner first',
        },
      ],
    });
  }
}

/** @throws VALIDATION_ERROR if ids that are unique at each merchant became unique for the partner. */
export function requireIdsStayApart(
  { externalIdScope: from }: Pick<Partner, 'externalIdScope'>,
  { externalIdScope: to }: Pick<Partner, 'externalIdScope'>,
): void {
  if (from === 'merchant' && to === 'partner') {
    throw ruleViolation({
      violations: [
        {
          field: 'external_id_scope',
          reason: 'must stay merchant: purchases of two merchants may have the same external id',
        },
      ],
    });
  }
}

/** @throws VALIDATION_ERROR if a merchant does not exist. */
export function requireKnownMerchants(
  merchantIds: readonly string[],
  known: ReadonlyMap<string, unknown>,
): void {
  const violations = merchantIds.flatMap((id, index) =>
    known.has(id) ? [] : [{ field: `merchant_ids.${index}`, reason: 'must be the id of a merchant' }],
  );
  if (violations.length > 0) throw validationError(namedViolations(violations));
}

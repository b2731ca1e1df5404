import type { UserRole } from '../../../core/database/schema.generated.ts';
import type { StaffRole } from './staff.ts';

export const LOCALES = ['en', 'de'] as const;

/** The language of the mails to a user. */
export type Locale = (typeof LOCALES)[number];

export type User = {
  readonly id: string;
  readonly email: string;
  /** An administrator is a user with a staff role. */
  readonly role: UserRole;
  readonly staffRoles: readonly StaffRole[];
  readonly active: boolean;
  readonly createdAt: Temporal.Instant;
};

/** A user with what only the account itself and administrators see. */
export type Profile = User & {
  /** Null while the address is only a claim. */
  readonly emailVerifiedAt: Temporal.Instant | null;
  readonly locale: Locale;
  /** The name in mails. From 1 to 100 characters. */
  readonly displayName: string | null;
  /** The operator's own reference. Unique. */
  readonly externalReference: string | null;
};

export type ProfileChange = {
  readonly locale?: Locale | undefined;
  readonly displayName?: string | null | undefined;
};

/** `passwordHash` is null for an imported user, who cannot log in before setting a password. */
export type UserWithPassword = Profile & { readonly passwordHash: string | null };

export type NewUser = {
  readonly email: string;
  readonly passwordHash: string | null;
  readonly staffRoles: readonly StaffRole[];
  /** True if the operator vouches for the address. */
  readonly isProven: boolean;
  readonly externalReference: string | null;
  /** Defaults to `en`. */
  readonly locale?: Locale | undefined;
};

/** A user as an administrator sees it: also whether the user has a password to log in with. */
export type Account = { readonly user: Profile; readonly hasPassword: boolean };

export type UserFilter = {
  readonly externalReference?: string | undefined;
  /** A part of the email address, in lower case. At least 3 characters, because the trigram index needs them. */
  readonly email?: string | undefined;
  readonly roles?: readonly UserRole[] | undefined;
  readonly active?: boolean | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};

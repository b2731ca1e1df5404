import type { UserRole } from '../../../core/database/schema.generated.ts';

export type User = {
  readonly id: string;
  readonly email: string;
  readonly role: UserRole;
  readonly active: boolean;
  readonly createdAt: Temporal.Instant;
};

/** `passwordHash` is null for an imported user, who cannot log in before setting a password. */
export type UserWithPassword = User & { readonly passwordHash: string | null };

/** A user as an administrator sees it: also whether the user has a password to log in with. */
export type Account = { readonly user: User; readonly hasPassword: boolean };

export type UserFilter = {
  /** A part of the email address, in lower case. At least 3 characters, because the trigram index needs them. */
  readonly email?: string | undefined;
  readonly role?: UserRole | undefined;
  readonly active?: boolean | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};

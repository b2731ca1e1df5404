import type { UserRole } from '../../../core/database/schema.generated.ts';
import type { StaffRole } from './staff.ts';

export type User = {
  readonly id: string;
  readonly email: string;
  /** An administrator is a user with a staff role. */
  readonly role: UserRole;
  readonly staffRoles: readonly StaffRole[];
  readonly active: boolean;
  readonly createdAt: Temporal.Instant;
};

/** `passwordHash` is null for an imported user, who cannot log in before setting a password. */
export type UserWithPassword = User & { readonly passwordHash: string | null };

export type NewUser = {
  readonly email: string;
  readonly passwordHash: string | null;
  readonly staffRoles: readonly StaffRole[];
  /** True if the operator vouches for the address. */
  readonly isProven: boolean;
};

/** `emailVerifiedAt` is null while the address is only a claim. */
export type NewUserRow = UserWithPassword & { readonly emailVerifiedAt: Temporal.Instant | null };

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

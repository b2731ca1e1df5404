import type { UserRole } from '../../../core/database/schema.generated.ts';

export type User = {
  readonly id: string;
  readonly email: string;
  readonly role: UserRole;
  readonly active: boolean;
  readonly createdAt: Temporal.Instant;
};

/** `passwordHash` is null for imported users, who cannot log in until they set a password. */
export type UserWithPassword = User & { readonly passwordHash: string | null };

/** What an operator sees of a user beyond the user: whether there is a password to log in with. */
export type Account = { readonly user: User; readonly hasPassword: boolean };

export type UserFilter = {
  /** A part of the address, in lower case; at least three characters, as its index knows no shorter ones. */
  readonly email?: string | undefined;
  readonly role?: UserRole | undefined;
  readonly active?: boolean | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};

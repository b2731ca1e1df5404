import type { UserRole } from '../../core/schema.generated.ts';

export type User = {
  readonly id: string;
  readonly email: string;
  readonly role: UserRole;
  readonly active: boolean;
  readonly createdAt: Temporal.Instant;
};

/** `passwordHash` is null for imported users, who cannot log in until they set a password. */
export type UserWithPassword = User & { readonly passwordHash: string | null };

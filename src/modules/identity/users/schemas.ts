import Type from 'typebox';
import { formatInstant } from '../../../core/clock.ts';
import { DomainError } from '../../../core/errors.ts';
import { ErrorBody } from '../../../core/http/errors.ts';
import { ItemSummary, nameOfItem, presentRefusal, summarizeItems } from '../../../core/http/items.ts';
import { CursorPage, CursorQuery, Several } from '../../../core/http/pagination.ts';
import {
  ActiveStatus,
  Id,
  Input,
  Timestamp,
  TimestampInput,
  UserReference,
} from '../../../core/http/schemas.ts';
import type { Outcome } from '../../../core/outcome.ts';
import { emailAlreadyRegistered } from './errors.ts';
import { LOCALES, type Profile, type User } from './model.ts';
import { PERMISSIONS, permissionsOf, STAFF_ROLES } from './staff.ts';

export const Email = Type.String({ format: 'email', maxLength: 254, examples: ['alice@example.com'] });

export const NewPassword = Type.String({
  maxLength: 1024,
  description:
    'From 8 to 128 characters, with a lower-case letter, an upper-case letter, a digit and a special character. Common passwords are refused.',
  examples: ['Str0ng!Pass'],
});

const Role = Type.Enum(['user', 'admin'], { examples: ['user'] });

const StaffRoles = Type.Array(Type.Enum(STAFF_ROLES, { examples: ['support'] }), {
  maxItems: STAFF_ROLES.length,
  uniqueItems: true,
  description: 'The roles of a member of staff, who has the role `admin`. Empty for a shopper.',
});

const Locale = Type.Enum(LOCALES, { description: 'The language of mails.', examples: ['en'] });

export const RegistrationBody = Input({
  email: Email,
  password: NewPassword,
  locale: Type.Optional(
    Type.Enum(LOCALES, { ...Locale, description: 'The language of mails. Defaults to `en`.' }),
  ),
});

/** A name on one line. The pattern refuses control characters, and space at the ends. */
const DisplayName = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: '^[^\\s\\p{C}](?:[^\\p{C}\\n]*[^\\s\\p{C}])?$',
  mustBe: 'a name without line breaks or space at its ends',
  description: 'The name in mails.',
  examples: ['Alice'],
});

const ExternalReference = Type.Union([Type.String({ examples: ['customer-1042'] }), Type.Null()], {
  description:
    "The operator's own reference of the user, such as a customer number. Reports of purchases may send it as `user_reference`.",
});

export const UserBody = Type.Object({
  id: Id,
  email: Email,
  email_verified: Type.Boolean({ description: 'Whether the user has proved the address.' }),
  locale: Locale,
  display_name: Type.Union([DisplayName, Type.Null()]),
  external_reference: ExternalReference,
  active: Type.Boolean(),
  role: Role,
  staff_roles: StaffRoles,
  created_at: Timestamp,
});

export const OwnUserBody = Type.Object({
  ...UserBody.properties,
  permissions: Type.Array(Type.Enum(PERMISSIONS), {
    description: 'The changes that your staff roles permit. Empty for a shopper.',
  }),
});

export const ProfileInput = Input(
  {
    locale: Type.Optional(Locale),
    display_name: Type.Optional(
      Type.Union([DisplayName, Type.Null()], { description: 'The name in mails. Null removes it.' }),
    ),
  },
  { minProperties: 1 },
);

export const UserChangesBody = Input({
  external_reference: Type.Union([UserReference, Type.Null()], {
    description: "The operator's own reference of the user. Null removes it.",
  }),
});

export const StaffRolesInput = Input({ staff_roles: StaffRoles });

export const UserPage = CursorPage(UserBody);

export const UserQuery = CursorQuery(
  {
    email: Type.Optional(
      Type.String({
        pattern: '^[!-~]{3,254}$',
        mustBe: '3 to 254 printable ASCII characters without spaces',
        description: 'Any part of the email address, of at least 3 characters. The case is ignored.',
        examples: ['alice@'],
      }),
    ),
    external_reference: Type.Optional(UserReference),
    role: Several(Role),
    status: Several(ActiveStatus),
    from: Type.Optional(
      Type.String({ ...TimestampInput, description: 'The earliest time of registration, inclusive.' }),
    ),
    to: Type.Optional(
      Type.String({ ...TimestampInput, description: 'The latest time of registration, inclusive.' }),
    ),
  },
  { from: 'to' },
);

export const MAX_IMPORTED_USERS = 5_000;

export const ImportedUser = Input({
  email: Email,
  external_reference: Type.Optional(UserReference),
  take_over: Type.Optional(
    Type.Boolean({
      description:
        'Whether to take the address over from an account that was registered without proving it. That account is closed: its sessions end, its history stays, and it earns nothing more. Defaults to false.',
    }),
  ),
});

/** Each item is validated separately, so that an invalid item does not affect the others. */
export const UserImportBody = Type.Array(Type.Unknown(), {
  minItems: 1,
  maxItems: MAX_IMPORTED_USERS,
  description:
    'A list of objects `{ "email": …, "external_reference"?: …, "take_over"?: … }`, as a JSON array or as NDJSON.',
  examples: [
    [{ email: 'alice@example.com', external_reference: 'customer-1042' }, { email: 'bob@example.com' }],
  ],
});

export const UserImportResult = Type.Object({
  results: Type.Array(
    Type.Object({
      email: Type.Union([Type.String(), Type.Null()]),
      status: Type.Integer({ examples: [201] }),
      id: Type.Optional(Id),
      error: Type.Optional(ErrorBody),
    }),
  ),
  summary: ItemSummary,
});

export function presentUser(user: Profile) {
  return {
    id: user.id,
    email: user.email,
    email_verified: user.emailVerifiedAt !== null,
    locale: user.locale,
    display_name: user.displayName,
    external_reference: user.externalReference,
    active: user.active,
    role: user.role,
    staff_roles: [...user.staffRoles],
    created_at: formatInstant(user.createdAt),
  };
}

export function presentOwnUser(user: Profile) {
  return { ...presentUser(user), permissions: permissionsOf(user.staffRoles) };
}

/** `items` are the items as they were sent. The result of an item without an email has null as its email. */
export function presentImport(
  items: readonly unknown[],
  outcomes: readonly Outcome<User>[],
  requestId: string,
) {
  const results = outcomes.map((outcome, index) => {
    const email = nameOfItem(items[index], 'email');
    if (outcome.ok) return { email, status: 201, id: outcome.value.id };
    return { email, ...presentRefusal(outcome.error, requestId), ...knownId(outcome.error) };
  });
  return { results, summary: summarizeItems(results) };
}

/** The id of the existing user, if the email was registered already. The operator needs it. */
function knownId(error: unknown): { id?: string } {
  if (!(error instanceof DomainError) || error.code !== emailAlreadyRegistered.code) return {};
  const { user_id: id } = error.details;
  return typeof id === 'string' ? { id } : {};
}

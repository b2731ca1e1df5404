import Type from 'typebox';
import { formatInstant } from '../../../core/clock.ts';
import { Id, Input, Timestamp } from '../../../core/http/schemas.ts';
import { Email } from '../users/index.ts';
import { deviceName } from './clients.ts';
import type { OpenSession } from './model.ts';

export const EmailChangeBody = Input({
  new_email: Email,
  password: Type.String({ minLength: 1, maxLength: 1024, examples: ['Str0ng!Pass'] }),
});

export const EmailProofBody = Input({
  token: Type.String({ minLength: 1, maxLength: 512, examples: ['Zk3vQm9…'] }),
});

export const ProvenEmail = Type.Object({
  email: Type.String({ ...Email, description: 'The address that is proven now.' }),
});

export const SessionsQuery = Input({
  others: Type.Optional(
    Type.Boolean({ description: 'Whether to keep the session of this request. Defaults to false.' }),
  ),
});

const nullable = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

const Session = Type.Object({
  id: Id,
  device: nullable(
    Type.String({
      description: 'Browser and system, read from the user agent.',
      examples: ['Firefox on Windows'],
    }),
  ),
  user_agent: nullable(Type.String()),
  address: nullable(
    Type.String({
      description: 'The network address at the login, shortened to its /24 (IPv4) or /48 (IPv6).',
      examples: ['203.0.113.0'],
    }),
  ),
  created_at: Timestamp,
  last_used_at: Type.String({ ...Timestamp, description: 'When its tokens were last refreshed.' }),
  current: Type.Boolean({ description: 'Whether it is the session of this request.' }),
});

export const SessionList = Type.Object({
  data: Type.Array(Session, { description: 'The sessions, the one used last first. At most 100.' }),
});

export function presentSessions(sessions: readonly OpenSession[], currentId: string) {
  return {
    data: sessions.map((session) => ({
      id: session.id,
      device: deviceName(session.userAgent),
      user_agent: session.userAgent,
      address: session.network,
      created_at: formatInstant(session.createdAt),
      last_used_at: formatInstant(session.lastUsedAt),
      current: session.id === currentId,
    })),
  };
}

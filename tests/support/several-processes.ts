import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type ChildPlatform, spawnPlatform } from './child-platform.ts';
import { asServing, createTestDatabase, runSql } from './database.ts';
import { type Answer, PASSWORD } from './platform.ts';

type Request = {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A process, and a way to ask it. */
export type Node = ChildPlatform & {
  readonly ask: (method: string, path: string, request?: Request) => Promise<Answer>;
};

/** Two API processes, started at the same moment on one database that is empty until then. */
export async function startTwoProcesses(environment: Readonly<Record<string, string>> = {}) {
  const database = await createTestDatabase({ empty: true, maxConnections: 2 });
  const shared = {
    NODE_ENV: 'test',
    DATABASE_URL: asServing(database.url),
    MIGRATION_DATABASE_URL: database.url,
    JWT_KEYS: `shared:${randomUUID()}`,
    LOGIN_FAILURES: '1000000',
    REGISTRATIONS_PER_MINUTE: '1000000',
    PURCHASES_PER_MINUTE_PER_USER: '1000000',
    ...environment,
  };
  const start = async (): Promise<Node> => {
    const child = await spawnPlatform(shared);
    return { ...child, ask: (method, path, request) => ask(child.url, method, path, request) };
  };
  const [one, other] = await Promise.all([start(), start()]);
  await Promise.all([one.ready(), other.ready()]);
  const sql = (statement: string) => runSql(database.url, statement);

  async function register(at: Node, email = `${randomUUID()}@example.com`) {
    const { body } = await must(201, at.ask('POST', '/users', { body: { email, password: PASSWORD } }));
    return { id: body.id as string, email, ...(await login(at, email)) };
  }

  async function login(at: Node, email: string) {
    const { body } = await must(200, at.ask('POST', '/auth/login', { body: { email, password: PASSWORD } }));
    return { token: body.access_token as string, refreshToken: body.refresh_token as string };
  }

  async function registerAdmin() {
    const admin = await register(one);
    await sql(`update users set role = 'admin', staff_roles = '{administrator}' where id = '${admin.id}'`);
    return admin;
  }

  return { one, other, sql, register, login, admin: await registerAdmin() };
}

/** The answer, which has this status. */
export async function must(status: number, asked: Promise<Answer>): Promise<Answer> {
  const answer = await asked;
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  return answer;
}

async function ask(
  url: string,
  method: string,
  path: string,
  { token, body, headers = {} }: Request = {},
): Promise<Answer> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text === '' ? undefined : JSON.parse(text),
    headers: Object.fromEntries(response.headers),
  };
}

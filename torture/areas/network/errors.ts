import { randomUUID } from 'node:crypto';
import { constants } from 'node:os';
import { join } from 'node:path';
import { type AreaContext, type AreaResult, scaled } from '../../area.ts';
import { nameOf, type Operation } from '../../harness/acknowledgements.ts';
import { perform } from '../../harness/operations.ts';
import type { PlatformProcess } from '../../harness/platform.ts';
import { openScene, type Scene } from '../../harness/scene.ts';
import { FAULTY_PORT_VARIABLE, type SocketFault } from '../../harness/socket-fault.ts';
import { until } from '../../harness/until.ts';
import { oneOf } from '../../random.ts';

const ANSWERS_WITHIN_MS = 15_000;

/** The error codes for socket faults of Node, its resolver, its TLS and OpenSSL, in addition to the errnos of the system. */
const OTHER_CODES = [
  ...[
    'EAI_AGAIN',
    'EAI_FAIL',
    'EAI_NODATA',
    'EAI_MEMORY',
    'ENOTFOUND',
    'ENODATA',
    'ESERVFAIL',
    'EOF',
    'UNKNOWN',
  ],
  ...['ERR_SOCKET_CLOSED', 'ERR_SOCKET_CLOSED_BEFORE_CONNECTION', 'ERR_SOCKET_CONNECTION_TIMEOUT'],
  ...['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END', 'ABORT_ERR'],
  ...['ERR_TLS_CERT_ALTNAME_INVALID', 'ERR_TLS_HANDSHAKE_TIMEOUT', 'ERR_TLS_DH_PARAM_SIZE'],
  ...['ERR_TLS_RENEGOTIATION_DISABLED', 'ERR_TLS_SESSION_ATTACK', 'ERR_TLS_INVALID_STATE'],
  ...['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', 'ERR_SSL_BAD_RECORD_TYPE', 'ERR_SSL_BAD_LENGTH'],
  ...['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_UNEXPECTED_MESSAGE', 'ERR_SSL_DATA_LENGTH_TOO_LONG'],
  ...[
    'ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC',
    'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
    'ERR_SSL_BAD_DECOMPRESSION',
  ],
  ...[
    'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR',
    'ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR',
    'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  ],
  ...['ERR_SSL_UNEXPECTED_EOF_WHILE_READING', 'ERR_SSL_APPLICATION_DATA_ON_SHUTDOWN', 'ERR_SSL_BAD_PACKET'],
  ...['ERR_SSL_NO_SHARED_CIPHER', 'ERR_SSL_UNSUPPORTED_PROTOCOL', 'ERR_SSL_CERTIFICATE_VERIFY_FAILED'],
  ...[
    'CERT_HAS_EXPIRED',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
  ],
];

/** Injects every error with which Node reports a broken socket: once after a COMMIT, and once while connecting. */
export async function everyError(context: AreaContext): Promise<AreaResult> {
  const { random, directory } = context;
  const scene = await openScene(directory, { users: 50 });
  try {
    const api = await scene.start({
      preload: [join(import.meta.dirname, '../../harness/socket-faults.ts')],
      environment: { [FAULTY_PORT_VARIABLE]: String(scene.postgres.port) },
    });
    await api.ready();
    const codes = [
      ...Object.entries(constants.errno).map(([code, errno]) => ({ code, errno })),
      ...OTHER_CODES.map((code) => ({ code, errno: undefined })),
    ];
    const count = scaled(context, codes.length, 6);
    const chosen = count >= codes.length ? codes : Array.from({ length: count }, () => oneOf(random, codes));
    const injection: Injection = { scene, api, random, violations: [], slowest_ms: 0 };
    for (const { code, errno } of chosen) {
      await behindCommit(injection, { code, errno, where: 'commit' });
      await atConnecting(injection, { code, errno, where: 'connect' });
    }
    return {
      figures: [
        { name: 'errors injected', value: chosen.length, goal: { atLeast: count } },
        {
          name: 'slowest answer',
          value: injection.slowest_ms,
          unit: 'ms',
          goal: { atMost: ANSWERS_WITHIN_MS },
        },
        { name: 'unexpected exits', value: scene.unwantedExits().length, goal: { exactly: 0 } },
      ],
      violations: [...injection.violations, ...scene.unwantedExits(), ...(await scene.compare())],
    };
  } finally {
    await scene.close();
  }
}

type Injection = {
  readonly scene: Scene;
  readonly api: PlatformProcess;
  readonly random: () => number;
  readonly violations: string[];
  slowest_ms: number;
};

/** The response to COMMIT is lost. The client must get an unknown outcome, and the original response to its repeat. */
async function behindCommit(injection: Injection, fault: SocketFault): Promise<void> {
  const { api, violations } = injection;
  const operation = newPayout(injection);
  await api.tell(fault);
  const { answer, reply } = await attempt(injection, operation);
  if (answer.kind !== 'unknown' || reply.status !== 503)
    violations.push(`${fault.code} behind COMMIT got status ${reply.status} as ${answer.kind}`);
  await finish(injection, operation, fault);
}

/** The connection fails before anything is done. Only the repeated request must take effect. */
async function atConnecting(injection: Injection, fault: SocketFault): Promise<void> {
  const { api, violations } = injection;
  const operation = newPayout(injection);
  await api.tell(fault);
  const { answer, reply } = await attempt(injection, operation);
  if (answer.kind !== 'refused' || reply.status !== 503)
    violations.push(`${fault.code} at connecting got status ${reply.status} as ${answer.kind}`);
  await api.tell({ ...fault, where: 'nowhere' });
  await finish(injection, operation, fault);
}

function newPayout({ scene, random }: Injection): Operation {
  const userId = oneOf(random, scene.programme.users);
  return { kind: 'payout', userId, key: randomUUID(), cents: 1_000 + Math.floor(random() * 500) };
}

async function attempt(injection: Injection, operation: Operation) {
  const outcome = await perform(injection.scene, injection.api.url, operation);
  injection.slowest_ms = Math.max(injection.slowest_ms, outcome.reply.ms);
  return outcome;
}

async function finish(injection: Injection, operation: Operation, { code }: SocketFault): Promise<void> {
  await until(async () => (await attempt(injection, operation)).answer.kind === 'done', {
    pause_ms: 20,
  }).catch(() => injection.violations.push(`${code}: ${nameOf(operation)} was not made within 30 s`));
}

import { createTransport, type NodemailerError } from 'nodemailer';
import { DeliveryFailure, type Envelope, type FailureKind, type Transport } from './transport.ts';

export type SmtpServer = {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. */
  readonly secure: boolean;
  /** Nothing is sent before STARTTLS. */
  readonly requireTLS: boolean;
  readonly auth?: { readonly user: string; readonly pass: string };
};

export type Address = { readonly name: string; readonly address: string };

const CONNECTIONS = {
  pool: true as const,
  maxConnections: 4,
  // A connection that breaks may have delivered its mail. The outbox decides when to try again.
  maxRequeues: 0,
  // Servers drop idle connections after some time, which would cost the next mail an attempt.
  idleTimeout: 5_000,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  dnsTimeout: 10_000,
  socketTimeout: 15_000,
};

/** Sends letters to a mail server. */
export function smtpTransport(server: SmtpServer, from: Address): Transport {
  const transporter = createTransport({
    ...server,
    ...CONNECTIONS,
    // Where no encryption is fine, a certificate without a known issuer is better than none.
    tls: { rejectUnauthorized: server.secure || server.requireTLS },
  });
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);

  async function deliver({ id, letter }: Envelope, signal: AbortSignal): Promise<void> {
    const { to, subject, text, html, unsubscribe } = letter;
    try {
      await transporter.sendMail({
        from,
        // As an object, the address is not read as a list of addresses.
        to: { name: '', address: to },
        subject,
        text,
        html,
        // The same at each attempt: a mailbox that got a mail twice can show it once.
        messageId: `<${id}@${domain}>`,
        headers: { 'Auto-Submitted': 'auto-generated', ...(unsubscribe && unsubscribeHeaders(unsubscribe)) },
        disableFileAccess: true,
        disableUrlAccess: true,
        signal,
      });
    } catch (error) {
      throw failureOf(error as NodemailerError);
    }
  }

  return { deliver, close: () => transporter.close({ force: true }) };
}

/** RFC 8058 asks for an address with TLS, to which a mail program may send a POST without its user. */
function unsubscribeHeaders(link: string): Record<string, string> {
  return {
    'List-Unsubscribe': `<${link}>`,
    ...(link.startsWith('https:') && { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }),
  };
}

/** Answers of a server repeat the address of the recipient, which no log contains. */
function failureOf(error: NodemailerError): DeliveryFailure {
  const { code, command, responseCode } = error;
  const kind = kindOf(error);
  const facts = { code, command, response_code: responseCode };
  return new DeliveryFailure(kind, kind === 'unreachable' ? { ...facts, reason: error.message } : facts, {
    cause: error,
  });
}

/** RFC 5321, section 4.2.1: an answer of 5yz is permanent. To HELO, AUTH or MAIL FROM it speaks of the sender. */
export function kindOf({
  code,
  command,
  responseCode = 0,
}: Pick<NodemailerError, 'code' | 'command' | 'responseCode'>): FailureKind {
  if (code !== 'EENVELOPE' && code !== 'EMESSAGE') return 'unreachable';
  if (command === 'API') return 'refused';
  if (command !== 'RCPT TO' && command !== 'DATA') return 'unreachable';
  // 503 means that the commands came in a wrong order, not that the mail was refused.
  return responseCode >= 500 && responseCode !== 503 ? 'refused' : 'deferred';
}

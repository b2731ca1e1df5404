import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type AddressObject, type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A mail as a real server received it. */
export type ReceivedMail = ParsedMail & {
  readonly recipients: readonly string[];
  readonly raw: string;
  readonly isSecure: boolean;
};

/**
 * A real SMTP server on a free port of this machine. It can go away and come back on the same port. `refuse` decides about
 * each recipient, and throws the answer.
 */
export async function mailServer(options: SMTPServerOptions = {}) {
  const received: ReceivedMail[] = [];
  let connections = 0;
  let refuse: (recipient: string) => void = () => undefined;
  let afterData: () => void = () => undefined;
  let port = 0;
  let server = create();
  await listen();

  function create(): SMTPServer {
    return new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      disableReverseLookup: true,
      ...options,
      onConnect: (_session, done) => {
        connections += 1;
        done();
      },
      onRcptTo: ({ address }, _session, done) => {
        try {
          refuse(address);
          done();
        } catch (error) {
          done(error as Error);
        }
      },
      onData: (stream, { envelope, secure }, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', async () => {
          const raw = Buffer.concat(chunks).toString();
          const mail = await simpleParser(raw);
          received.push({
            ...mail,
            recipients: envelope.rcptTo.map(({ address }) => address),
            raw,
            isSecure: secure,
          });
          try {
            afterData();
            done();
          } catch (error) {
            done(error as Error);
          }
        });
      },
    });
  }

  async function listen(): Promise<void> {
    server.on('error', () => undefined);
    server.listen(port, '127.0.0.1');
    await once(server.server, 'listening');
    port = (server.server.address() as AddressInfo).port;
  }

  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    connections: () => connections,
    refuseBy: (decide: (recipient: string) => void) => {
      refuse = decide;
    },
    /** Runs after a mail was received and before it is answered. */
    afterData: (act: () => void) => {
      afterData = act;
    },
    async stop(): Promise<void> {
      for (const connection of server.connections) connection.close();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
    async start(): Promise<void> {
      server = create();
      await listen();
    },
  };
}

/** An answer of the server, such as 550. */
export function answer(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}

export function addressOf(field: AddressObject | AddressObject[] | undefined): string {
  return [field ?? []]
    .flat()
    .map(({ text }) => text)
    .join(', ');
}

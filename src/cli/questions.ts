import { createInterface } from 'node:readline';
import { type Readable, Writable } from 'node:stream';
import { StartupError } from '../core/startup-error.ts';

export type Questions = ReturnType<typeof openQuestions>;

/** Asks a person at a terminal. If the input is not a terminal, reads one answer from each line. */
export function openQuestions(input: Readable & { readonly isTTY?: boolean }, output: NodeJS.WritableStream) {
  const isTerminal = input.isTTY === true;
  let isHidden = false;
  // This stream echoes the input, because the echo of the terminal is off.
  const screen = new Writable({
    write(chunk, _encoding, done) {
      if (!isHidden) output.write(chunk);
      done();
    },
  });
  const reader = createInterface({ input, output: screen, terminal: isTerminal, historySize: 0 });
  const lines = reader[Symbol.asyncIterator]();

  /** @throws StartupError if there is no answer, because the input ended or the person pressed Ctrl-C. */
  async function ask(question: string): Promise<string> {
    if (isTerminal) {
      reader.setPrompt(question);
      reader.prompt();
    }
    const { value, done } = await lines.next();
    if (done === true) throw new StartupError(`No answer to "${question.trim()}": nothing was done.`);
    return value;
  }

  /** Asks without showing the typed characters. */
  async function askSecret(question: string): Promise<string> {
    if (isTerminal) output.write(question);
    isHidden = true;
    try {
      return await ask(question);
    } finally {
      isHidden = false;
      if (isTerminal) output.write('\n');
    }
  }

  return { isTerminal, ask, askSecret, close: () => reader.close() };
}

/** A reason why the demo cannot go on. Its message is one clear sentence for a person: `main` prints that alone and exits with 1. */
export class DemoError extends Error {
  override name = 'DemoError';
}

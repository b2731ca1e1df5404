/** A reason why the demo cannot continue. `main` prints its message, one clear sentence, and exits with 1. */
export class DemoError extends Error {
  override name = 'DemoError';
}

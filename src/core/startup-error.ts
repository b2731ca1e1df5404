/** A reason why the platform cannot start. Its message is one clear sentence for a person: `main` prints that alone and exits with 1. */
export class StartupError extends Error {
  override name = 'StartupError';
}

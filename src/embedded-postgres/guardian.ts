import { spawn } from 'node:child_process';

export type Guardian = {
  /** From now on this is the process to stop when we die; undefined: none. */
  watch: (processId: number | undefined) => Promise<void>;
  /** Stops the watched process; resolves when it is gone and everything is cleaned up. */
  end: () => Promise<void>;
};

/**
 * A shell which outlives us. It holds one end of a pipe; the other end closes when we die, whatever the reason, and it then
 * stops the server. `end()` does nothing but close the pipe, so the ordinary way is the same as the one after a SIGKILL.
 */
export function startGuardian(options: { signal: 'INT' | 'QUIT'; remove: string | undefined }): Guardian {
  const shell = spawn(
    '/bin/sh',
    ['-c', script, 'clicknback-guardian', options.signal, options.remove ?? ''],
    {
      cwd: '/', // keeps no directory busy
      detached: true, // a Ctrl-C in our terminal is for us alone
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  );
  const exited = new Promise<void>((done) => shell.once('exit', () => done()).once('error', () => done()));
  const pipe = shell.stdin as typeof shell.stdin & { unref: () => void };
  pipe.on('error', () => {}); // a guardian that is gone is noticed by watch(), whose write fails
  pipe.unref();
  shell.unref();

  return {
    watch: (processId) =>
      new Promise((done, fail) =>
        pipe.write(`${processId ?? ''}\n`, (error) => (error ? fail(error) : done())),
      ),
    end: () => {
      shell.ref();
      pipe.end();
      return exited;
    },
  };
}

// - It asks every 50 ms whether the process is gone: it is not its parent and cannot wait for it. A zombie counts as gone, because
//   the first process of a container often does not collect the orphans it inherits.
// - After 30 s an immediate shutdown ends a fast one that hangs. Nothing is lost: the next start recovers from the WAL.
// - Children of a killed initdb may still write while the directory is being removed, hence the second attempts.
const script = `
trap '' HUP INT TERM
signal=$1 remove=$2 pid= polls=0
while read -r line; do pid=$line; done
running() {
  kill -0 "$pid" 2>/dev/null || return 1
  case "$(cat "/proc/$pid/stat" 2>/dev/null)" in *') Z '*) return 1 ;; esac
}
if [ -n "$pid" ]; then
  kill -s "$signal" "$pid" 2>/dev/null
  while running; do
    sleep 0.05
    polls=$((polls + 1))
    [ "$polls" -ne 600 ] || kill -s QUIT "$pid" 2>/dev/null
  done
fi
if [ -n "$remove" ]; then
  for attempt in 1 2 3 4 5 6 7 8 9 10; do
    rm -rf -- "$remove" 2>/dev/null && break
    sleep 0.2
  done
fi
`;

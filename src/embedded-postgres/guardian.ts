import { spawn } from 'node:child_process';

export type Guardian = {
  /** Sets the process to stop when we die. Undefined means none. */
  watch: (processId: number | undefined) => Promise<void>;
  /** Stops the watched process. Resolves when the process is gone and its directory, if ephemeral, is removed. */
  end: () => Promise<void>;
};

/**
 * Starts a shell that outlives us and stops the server when we die. It reads from a pipe whose other end closes with our
 * process, for any reason. `end()` only closes the pipe, so a regular stop takes the same path as a SIGKILL.
 */
export function startGuardian(options: { signal: 'INT' | 'QUIT'; remove: string | undefined }): Guardian {
  const shell = spawn(
    '/bin/sh',
    ['-c', script, 'clicknback-guardian', options.signal, options.remove ?? ''],
    {
      cwd: '/', // blocks no directory
      detached: true, // a Ctrl-C in our terminal must reach only us
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  );
  const exited = new Promise<void>((done) => shell.once('exit', () => done()).once('error', () => done()));
  const pipe = shell.stdin as typeof shell.stdin & { unref: () => void };
  pipe.on('error', () => {}); // if the guardian is gone, the write of watch() fails
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

// - The shell polls every 50 ms whether the process is gone, because it is not the parent and cannot wait. A zombie counts
//   as gone, because the first process of a container often does not reap orphans.
// - If a fast shutdown takes more than 30 s, an immediate shutdown follows. No data is lost: the next start recovers from the WAL.
// - The removal is retried, because children of a killed initdb may still write to the directory.
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

/**
 * Stops a server when the process that started it is gone, also after `kill -9`: a shell that waits at the end of a pipe.
 * Nothing else learns of such an end in time.
 */
import { spawn } from "node:child_process";

/**
 * Reads process ids, a line each, and keeps the last. At the end of the pipe it interrupts that process, kills it when it
 * does not go, and removes the folder named by the first argument, if any.
 */
const SCRIPT = `
# A process that has ended counts as gone although its parent has not asked for its status yet.
runs() { kill -0 "$1" 2>/dev/null && ! grep -q '^State:.*Z' "/proc/$1/status" 2>/dev/null; }
pid=
while read -r line; do pid=$line; done
if [ -n "$pid" ] && kill -INT "$pid" 2>/dev/null; then
  tries=0
  while runs "$pid" && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
  kill -KILL "$pid" 2>/dev/null
fi
[ -z "$1" ] || rm -rf "$1"
`;

export interface Watchdog {
  /** The server to stop is this one from now on; undefined: none. */
  watch(pid: number | undefined): void;
  /** Nothing is left to stop: the watchdog ends (and removes the folder that it was given). */
  end(): void;
}

/** @param remove a folder to remove at the end, for servers that keep nothing */
export function startWatchdog(remove = ""): Watchdog {
  const child = spawn("sh", ["-c", SCRIPT, "watchdog", remove], {
    // Its own session: Ctrl-C in a terminal is for the service, which then stops the server in good order.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    cwd: "/",
  });
  child.on("error", () => undefined);
  child.stdin.on("error", () => undefined);
  child.unref();
  return {
    watch: (pid) => void child.stdin.write(`${pid ?? ""}\n`),
    end: () => void child.stdin.end("\n"),
  };
}

/** How the service is: checks of what it depends on, in the words of Spring Boot's actuator. */

/**
 * OUT_OF_SERVICE: well, but not to be sent requests (starting, stopping, migrations pending). DEGRADED: a part of it does
 * not work for now, and the service is ready all the same.
 */
export type HealthStatus = "UP" | "DEGRADED" | "DOWN" | "OUT_OF_SERVICE";

export interface Finding {
  status: HealthStatus;
  /** For operators on this machine; no secrets, no addresses. */
  details?: Record<string, string | number | boolean>;
}

export interface HealthCheck {
  /** As `db`. */
  name: string;
  /** False: the service goes on without it, so that a failure is shown, but the service stays ready. */
  required: boolean;
  check(): Finding | Promise<Finding>;
}

export interface Health extends Finding {
  components: Record<string, Finding>;
}

export interface HealthOptions {
  checks: readonly HealthCheck[];
  /** Milliseconds that one check may take. @default 1000 */
  limit?: number;
  /** Milliseconds for which an answer holds: however many probe, what is probed is asked this often. @default 500 */
  lifetime?: number;
}

/** Asks all checks at once, and keeps the answer for a moment. */
export function createHealth({ checks, limit = 1000, lifetime = 500 }: HealthOptions): () => Promise<Health> {
  const pending = new Map<HealthCheck, Promise<Finding>>();
  let answer: Promise<Health> | undefined;

  /** A check that hangs is waited for again, not asked a second time. */
  function ask(check: HealthCheck): Promise<Finding> {
    let finding = pending.get(check);
    if (finding === undefined) {
      finding = Promise.resolve()
        .then(() => check.check())
        .catch((error: unknown): Finding => ({ status: "DOWN", details: { error: codeOf(error) } }))
        .finally(() => pending.delete(check));
      pending.set(check, finding);
    }
    return within(limit, finding);
  }

  async function askAll(): Promise<Health> {
    const found = await Promise.all(checks.map(async (check) => ({ check, finding: await ask(check) })));
    const needed = found.filter(({ check }) => check.required).map(({ finding }) => finding.status);
    const worst = (["DOWN", "OUT_OF_SERVICE"] as const).find((status) => needed.includes(status));
    return {
      status: worst ?? "UP",
      components: Object.fromEntries(found.map(({ check, finding }) => [check.name, finding])),
    };
  }

  return () => {
    if (answer === undefined) {
      answer = askAll();
      void answer.then(() => setTimeout(() => (answer = undefined), lifetime).unref());
    }
    return answer;
  };
}

function within(limit: number, finding: Promise<Finding>): Promise<Finding> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve({ status: "DOWN", details: { error: `no answer within ${limit} ms` } });
    }, limit);
    void finding.then((found) => {
      clearTimeout(timer);
      resolve(found);
    });
  });
}

/** Never an error's message: it may name hosts, users or values. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

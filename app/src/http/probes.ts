/** Routes that load balancers and monitors ask: never limited, whatever the load. */
const PROBES = /^\/(health|live|ready|api\/v1\/actuator\/.*)$/;

/** @param route the route's path as it was declared; undefined where there is none */
export function isProbe(route: string | undefined): boolean {
  return route !== undefined && PROBES.test(route);
}

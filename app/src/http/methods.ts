/** Which methods a path takes: so that a wrong method is told from a wrong path. */
import type { FastifyInstance } from "fastify";

/** Gathers the routes that are declared from now on. @returns the methods that a path takes, in alphabetical order */
export function methodsByPath(app: FastifyInstance): (path: string) => string[] {
  const routes = new Map<string, Set<string>>();
  app.addHook("onRoute", ({ url, method }) => {
    // A wildcard (CORS, files of a page) says nothing of what is there.
    if (url.includes("*")) return;
    const methods = routes.get(url) ?? new Set();
    for (const each of [method].flat()) methods.add(each);
    routes.set(url, methods);
  });
  return (path) => {
    // A path of its own goes before one with a place for an id, as in `/v1/payments/search` and `/v1/payments/:id`.
    const exact = routes.get(path);
    if (exact !== undefined) return [...exact].sort();
    const matching = [...routes].filter(([route]) => isAt(route, path));
    return [...new Set(matching.flatMap(([, methods]) => [...methods]))].sort();
  };
}

/** True when the path is one of the route's, as `/v1/payments/pay_1` of `/v1/payments/:id`. */
function isAt(route: string, path: string): boolean {
  const [wanted, given] = [route.split("/"), path.split("/")];
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => (part.startsWith(":") ? given[index] !== "" : part === given[index]))
  );
}

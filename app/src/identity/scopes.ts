/**
 * Scopes and roles, as data. A scope is `resource:read` or `resource:write`, and writing includes reading. A role is a
 * name for scopes: keys and tokens keep the role's name, so that they follow when a role changes.
 */

/** What a route may ask for in `config.scope`. */
export const SCOPES = [
  "accounts:read",
  "accounts:write",
  "api_keys:read",
  "api_keys:write",
  "consents:read",
  "consents:write",
  "customers:read",
  "customers:write",
  "disputes:read",
  "disputes:write",
  "events:read",
  "events:write",
  "exports:read",
  "exports:write",
  "flags:read",
  "flags:write",
  "ledger:read",
  "ledger:write",
  "operations:read",
  "operations:write",
  "payment_methods:read",
  "payment_methods:write",
  "payments:read",
  "payments:write",
  "payouts:read",
  "payouts:write",
  "privacy:read",
  "privacy:write",
  "processors:read",
  "processors:write",
  "reconciliations:read",
  "reconciliations:write",
  "refunds:read",
  "refunds:write",
  "tokens:write",
  "transfers:read",
  "transfers:write",
  "vault:read",
  "vault:write",
  "webhook_endpoints:read",
  "webhook_endpoints:write",
] as const;

export type Scope = (typeof SCOPES)[number];

/** Every scope, of today and of later versions. */
export const ALL = "*";

const reads = SCOPES.filter((scope) => scope.endsWith(":read"));

/** Reading all but who holds keys and what is in the vault. */
const businessReads = reads.filter((scope) => !/^(api_keys|operations|privacy|vault):/.test(scope));

export const ROLES = {
  /** Everything, keys included. */
  admin: [ALL],
  /** Builds and watches an integration; moves money for it in test mode and live mode alike. */
  developer: [
    ...businessReads,
    "operations:read",
    "customers:write",
    "payment_methods:write",
    "payments:write",
    "refunds:write",
    "transfers:write",
    "flags:write",
    "events:write",
    "webhook_endpoints:write",
    "processors:write",
    "tokens:write",
  ],
  /** Closes the books: accounts, transfers, payouts, disputes, reconciliation, exports. */
  finance: [
    ...businessReads,
    "accounts:write",
    "disputes:write",
    "exports:write",
    "ledger:write",
    "payouts:write",
    "processors:write",
    "reconciliations:write",
    "refunds:write",
    "transfers:write",
  ],
  /** Answers customers: their data, refunds, disputes, requests about privacy. */
  support: [
    "consents:write",
    "customers:write",
    "disputes:write",
    "events:read",
    "payment_methods:read",
    "payments:read",
    "privacy:write",
    "refunds:write",
    "transfers:read",
  ],
  /** Sees everything, changes nothing. */
  auditor: reads,
  /** Another service that takes payments. */
  service: [
    "consents:write",
    "customers:write",
    "disputes:read",
    "events:read",
    "ledger:read",
    "payment_methods:write",
    "payments:write",
    "payouts:read",
    "refunds:write",
    "tokens:write",
    "transfers:write",
    "vault:write",
  ],
} as const satisfies Record<string, readonly (Scope | typeof ALL)[]>;

export type Role = keyof typeof ROLES;

export const ROLE_NAMES = Object.keys(ROLES) as Role[];

/**
 * What callers who act for one customer may be allowed at all: the routes of these scopes show and change that customer's
 * objects alone. A new scope is closed to them until its routes do so and it is listed here.
 */
export const CUSTOMER_SCOPES: ReadonlySet<string> = new Set<Scope>([
  "consents:read",
  "consents:write",
  "customers:read",
  "customers:write",
  "disputes:read",
  "ledger:read",
  "payment_methods:read",
  "payment_methods:write",
  "payments:read",
  "payments:write",
  "privacy:read",
  "refunds:read",
  "refunds:write",
  "tokens:write",
  "transfers:read",
  "transfers:write",
]);

const KNOWN: ReadonlySet<string> = new Set(SCOPES);

export function isScope(text: string): boolean {
  return text === ALL || KNOWN.has(text);
}

export function isRole(text: string): text is Role {
  return Object.hasOwn(ROLES, text);
}

/** All that scopes and roles allow together; unknown ones allow nothing. */
export function effectiveScopes(scopes: readonly string[], roles: readonly string[]): Set<string> {
  const effective = new Set<string>();
  for (const scope of [...scopes, ...roles.filter(isRole).flatMap((role) => [...ROLES[role]])]) {
    if (!isScope(scope)) continue;
    effective.add(scope);
    const reading = scope.replace(/:write$/, ":read");
    if (isScope(reading)) effective.add(reading);
  }
  return effective;
}

export function allows(granted: ReadonlySet<string>, scope: string): boolean {
  return granted.has(ALL) || granted.has(scope);
}

/** What of `wanted` the caller may not hand on, since it does not have it itself. */
export function beyond(granted: ReadonlySet<string>, wanted: ReadonlySet<string>): string[] {
  return [...wanted].filter((scope) => !allows(granted, scope));
}

/** What both allow. */
export function intersection(one: ReadonlySet<string>, other: ReadonlySet<string>): Set<string> {
  return new Set([
    ...[...one].filter((scope) => allows(other, scope)),
    ...[...other].filter((scope) => allows(one, scope)),
  ]);
}

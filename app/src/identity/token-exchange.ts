/** An API key is exchanged for a token that may do less, for a short while. */
import { forbidden, invalid } from "../errors.ts";
import type { Caller } from "../http/operation.ts";
import type { CreateToken } from "./schemas.ts";
import { ALL, allows, beyond, effectiveScopes } from "./scopes.ts";
import type { TokenGrant } from "./tokens.ts";

/** Decides what the token may do. @param maxAge seconds @throws ApiError */
export function decideToken(
  body: CreateToken,
  caller: Caller,
  maxAge: number,
): Omit<TokenGrant, "id" | "caller"> {
  if (caller.token !== undefined) {
    throw forbidden("token_for_token", "A token cannot be exchanged for another. Ask with the API key.");
  }
  const scopes = body.scopes ?? [...caller.scopes];
  const excess = beyond(caller.scopes, effectiveScopes(scopes, []));
  if (excess.length > 0) {
    throw forbidden(
      "scope_beyond_own",
      `The token is to be allowed what the API key is not: ${excess.join(", ")}.`,
    );
  }
  if (scopes.length === 0) {
    throw invalid(
      "scopes_missing",
      "The token would be allowed nothing. Give scopes, or leave them out.",
      "scopes",
    );
  }
  const { customer = caller.customer, expires_in: lifetime = maxAge } = body;
  if (caller.customer !== undefined && customer !== caller.customer) {
    throw forbidden("customer_beyond_own", `The API key acts for customer ${caller.customer} alone.`);
  }
  if (lifetime > maxAge) {
    throw invalid(
      "expires_in_too_long",
      `expires_in is ${lifetime}; a token lives at most ${maxAge} seconds.`,
      "expires_in",
    );
  }
  return { scopes: allows(new Set(scopes), ALL) ? [ALL] : scopes, customer, lifetime };
}

/** The token as the API shows it. */
export function shownToken(grant: TokenGrant, token: string, issuedAt: number) {
  return {
    id: grant.id,
    object: "token" as const,
    created: issuedAt,
    livemode: grant.caller.livemode,
    access_token: token,
    token_type: "Bearer" as const,
    expires_in: grant.lifetime,
    expires_at: issuedAt + grant.lifetime,
    scope: grant.scopes.join(" "),
    customer: grant.customer ?? null,
  };
}

import { expect } from "chai";
import fc from "fast-check";
import {
  ALL,
  allows,
  beyond,
  effectiveScopes,
  intersection,
  isScope,
  ROLE_NAMES,
  ROLES,
  SCOPES,
} from "./scopes.ts";

describe("Scopes and roles", () => {
  it("every scope belongs to a role", () => {
    for (const scope of SCOPES) {
      const roles = ROLE_NAMES.filter((role) => allows(effectiveScopes([], [role]), scope));
      expect(roles, scope).not.to.be.empty;
    }
  });

  it("only admins make keys", () => {
    const makers = ROLE_NAMES.filter((role) => allows(effectiveScopes([], [role]), "api_keys:write"));
    expect(makers).to.deep.equal(["admin"]);
  });

  it("an auditor reads everything and changes nothing", () => {
    const scopes = effectiveScopes([], ["auditor"]);
    expect([...scopes].filter((scope) => !scope.endsWith(":read"))).to.deep.equal([]);
    for (const scope of SCOPES.filter((each) => each.endsWith(":read"))) expect(scopes).to.include(scope);
  });

  it("only admins and auditors see who holds keys", () => {
    const readers = ROLE_NAMES.filter((role) => allows(effectiveScopes([], [role]), "api_keys:read"));
    expect(readers).to.deep.equal(["admin", "auditor"]);
  });

  it("roles name scopes that there are", () => {
    for (const scope of Object.values(ROLES).flat()) expect(isScope(scope), scope).to.equal(true);
  });

  it("writing includes reading, and unknown scopes and roles allow nothing", () => {
    expect([...effectiveScopes(["payments:write", "payments:steal"], ["king"])]).to.deep.equal([
      "payments:write",
      "payments:read",
    ]);
    expect(effectiveScopes([], ["toString"]).size).to.equal(0);
  });

  const someScopes = fc.subarray([ALL, ...SCOPES]).map((scopes) => effectiveScopes(scopes, []));

  it("what two allow together is what each allows", () => {
    fc.assert(
      fc.property(someScopes, someScopes, fc.constantFrom(...SCOPES), (one, other, scope) => {
        expect(allows(intersection(one, other), scope)).to.equal(allows(one, scope) && allows(other, scope));
      }),
    );
  });

  it("what is not beyond one's own could be given by one", () => {
    fc.assert(
      fc.property(someScopes, someScopes, fc.constantFrom(...SCOPES, ALL), (granted, wanted, scope) => {
        if (beyond(granted, wanted).length > 0 || !allows(wanted, scope)) return;
        expect(allows(granted, scope) || wanted.has(ALL)).to.equal(true);
        if (wanted.has(ALL)) expect(granted.has(ALL)).to.equal(true);
      }),
    );
  });
});

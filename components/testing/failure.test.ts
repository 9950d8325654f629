import { expect } from "chai";

import { explain } from "./failure.ts";
import type { Ended } from "./program.ts";
import type { Project } from "./project.ts";

const project = { root: "/shop", folder: "/shop/program" } as Project;
const failed: Ended = { code: 1, errors: "", missing: [] };

function told(errors: string, ended: Partial<Ended> = {}): string {
  return explain(project, [], { ...failed, errors, ...ended });
}

describe("what is told of a failed program", () => {
  const cases: { title: string; written: string; says: string }[] = [
    {
      title: "a component's mistakes, at the program's line that makes it, without the error's properties",
      written: `Running program '/shop/program' failed with an unhandled exception:
InputPropertiesError: Vpc "net" has wrong arguments:
  zones: 9 is not 2 or 3
  cidr: "no" is no range
    at Problems.throwIfAny (file:///shop/components/validation.ts:51:11)
    at new Vpc (file:///shop/node_modules/vpc/index.js:7:3)
    at file:///shop/program/main.ts:12:5 {
  __pulumiInputPropertiesError: true,
  errors: [
    { propertyPath: 'zones', reason: '9 is not 2 or 3' },
    {
      propertyPath: 'cidr'
    }
  ]
}
`,
      says: `Vpc "net" has wrong arguments:
  zones: 9 is not 2 or 3
  cidr: "no" is no range
  at program/main.ts:12`,
    },
    {
      title: "a file that is not there, without colours, codes and the list of who required it",
      written: `\u001b[31mError [ERR_MODULE_NOT_FOUND]: Cannot find module '/shop/program/rates.js' imported from /shop/program/main.js\u001b[39m
    at finalizeResolution (node:internal/modules/esm/resolve:275:11) {
  code: \u001b[32m'ERR_MODULE_NOT_FOUND'\u001b[39m,
  url: \u001b[32m'file:///shop/program/rates.js'\u001b[39m
}
`,
      says: "Cannot find module '/shop/program/rates.js' imported from /shop/program/main.js",
    },
    {
      title: "a line of the project where the program's own folder is not in the stack",
      written: `TypeError: x is not a function
    at rate (/elsewhere/lib.js:1:1)
    at price (/shop/library/price.js:3:9)
`,
      says: "TypeError: x is not a function\n  at library/price.js:3",
    },
    {
      title: "a line in a file whose name has spaces",
      written: "Error: no\n    at new Shop (/shop/program/my shop.js:4:2)\n    at /shop/program/a b.js:7:1\n",
      says: "no\n  at program/my shop.js:4",
    },
    {
      title: "braces that belong to the message",
      written: "Error: expected {\n  a: 1\n} but found nothing\n    at /shop/program/main.js:2:1\n",
      says: "expected {\n  a: 1\n} but found nothing\n  at program/main.js:2",
    },
  ];
  for (const { title, written, says } of cases) {
    it(title, () => {
      expect(told(written)).to.equal(says);
    });
  }

  it("how it ended, where it said nothing", () => {
    expect(told("", { code: 5 })).to.equal(
      "The program ended its process with exit code 5, and said nothing.",
    );
    expect(told("", { code: undefined, signal: "SIGTERM" })).to.equal("The program was ended by SIGTERM.");
    expect(told("", { code: undefined, signal: "SIGKILL" })).to.include("out of memory");
  });
});

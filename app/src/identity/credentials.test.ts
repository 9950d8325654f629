import { expect } from "chai";
import { ApiError } from "../errors.ts";
import { Credentials, unauthenticated, type Verified } from "./credentials.ts";

describe("Credentials", () => {
  let now: number;
  let asked: string[];
  let answer: (text: string) => Promise<Verified>;
  let credentials: Credentials;

  const verified = (changes: Partial<Verified> = {}): Verified => ({
    caller: { actor: "key_1", livemode: false, scopes: new Set() },
    apiKey: "key_1",
    expires: Infinity,
    ...changes,
  });

  beforeEach(() => {
    now = 0;
    asked = [];
    answer = () => Promise.resolve(verified());
    const ask = (text: string) => {
      asked.push(text);
      return answer(text);
    };
    credentials = new Credentials({
      clock: () => now,
      trust: () => 30_000,
      verifySecret: ask,
      verifyToken: ask,
      capacity: 2,
    });
  });

  it("are known after they were verified, for as long as they are trusted", async () => {
    expect(credentials.known("Bearer sk_1")).to.equal(undefined);
    await credentials.verify("Bearer sk_1");
    now = 29_999;
    expect(credentials.known("Bearer sk_1")?.apiKey).to.equal("key_1");
    now = 30_000;
    expect(credentials.known("Bearer sk_1")).to.equal(undefined);
    expect(asked).to.deep.equal(["sk_1"]);
  });

  it("are not known beyond their own end", async () => {
    answer = () => Promise.resolve(verified({ expires: 10 }));
    await credentials.verify("Bearer sk_1");
    now = 9;
    expect(credentials.known("Bearer sk_1")).not.to.equal(undefined);
    now = 10;
    expect(credentials.known("Bearer sk_1")).to.equal(undefined);
  });

  it("are verified once for all who ask at the same time", async () => {
    await Promise.all([1, 2, 3].map(() => credentials.verify("Bearer sk_1")));
    expect(asked).to.deep.equal(["sk_1"]);
  });

  it("are the same however their header is written", async () => {
    const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
    const headers = [
      "Bearer sk_1",
      "Bearer   sk_1",
      "bearer sk_1 ",
      basic("sk_1:"),
      basic("sk_1:any password"),
    ];
    for (const header of headers) {
      if (credentials.known(header) === undefined) await credentials.verify(header);
      expect(credentials.held(header)).to.equal(true);
    }
    expect(asked).to.deep.equal(["sk_1"]);
  });

  it("that were refused are not remembered", async () => {
    answer = () => Promise.reject(unauthenticated("api_key_invalid", "no"));
    for (let count = 0; count < 2; count += 1) {
      const error: unknown = await credentials.verify("Bearer sk_1").catch((failure: unknown) => failure);
      expect(error).to.be.instanceOf(ApiError);
    }
    expect(asked).to.have.length(2);
    expect(credentials.known("Bearer sk_1")).to.equal(undefined);
  });

  it("have held before, until they are refused", async () => {
    expect(credentials.held("Bearer sk_1")).to.equal(false);
    await credentials.verify("Bearer sk_1");
    now = 30_000;
    expect(credentials.held("Bearer sk_1")).to.equal(true);
    credentials.forgetAll();
    expect(credentials.known("Bearer sk_1")).to.equal(undefined);
    expect(credentials.held("Bearer sk_1")).to.equal(true);
    answer = () => Promise.reject(new Error("the database is away"));
    await credentials.verify("Bearer sk_1").catch(() => undefined);
    expect(credentials.held("Bearer sk_1")).to.equal(true);
    answer = () => Promise.reject(unauthenticated("api_key_revoked", "no"));
    await credentials.verify("Bearer sk_1").catch(() => undefined);
    expect(credentials.held("Bearer sk_1")).to.equal(false);
  });

  it("of a changed key are forgotten, others stay", async () => {
    await credentials.verify("Bearer sk_1");
    answer = () => Promise.resolve(verified({ apiKey: "key_2" }));
    await credentials.verify("Bearer sk_2");
    credentials.forget("key_1");
    expect(credentials.known("Bearer sk_1")).to.equal(undefined);
    expect(credentials.known("Bearer sk_2")).not.to.equal(undefined);
    credentials.forgetAll();
    expect(credentials.known("Bearer sk_2")).to.equal(undefined);
  });

  it("whose check began before a change are not remembered from it", async () => {
    const gate = Promise.withResolvers<Verified>();
    answer = () => gate.promise;
    const check = credentials.verify("Bearer sk_1");
    credentials.forget("key_1");
    answer = () => Promise.resolve(verified({ expires: 5 }));
    // Who asks after the change is not given the check from before it.
    expect((await credentials.verify("Bearer sk_1")).expires).to.equal(5);
    gate.resolve(verified());
    await check;
    expect(credentials.known("Bearer sk_1")?.expires).to.equal(5);
  });

  it("are remembered for the most recent callers only", async () => {
    for (const name of ["1", "2", "3"]) await credentials.verify(`Bearer sk_${name}`);
    expect(credentials.known("Bearer sk_1")).to.equal(undefined);
    expect(credentials.known("Bearer sk_3")).not.to.equal(undefined);
  });
});

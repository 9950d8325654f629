import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type PostgresVersion, testDatabase, type TestDatabase } from "./database.test-support.ts";
import { verifyBooks } from "./model-run.test-support.ts";
import { startProcess, type ServiceProcess } from "./process.test-support.ts";
import { eventually } from "./servers-crash.test-support.ts";
import { testRedis, type TestServer } from "./servers.test-support.ts";

interface Body {
  id: string;
  status: string;
  amount_captured: number;
  amount_refunded: number;
  processor_reference: string;
  matched: number;
  faults: Record<string, number>;
  metadata: Record<string, string>;
  data: Body[];
}

const DAY = "2026-01-05";
const NAME = "Xanthippe Quimby-Featherstone";

describe("servers of other versions", () => {
  const versions: PostgresVersion[] = ["15", "18"];

  for (const version of versions) {
    describe(`PostgreSQL ${version} and Redis 7`, () => {
      let redis: TestServer;
      let database: TestDatabase;
      let receiver: Server;
      let delivered: string;
      let service: ServiceProcess;

      before(async () => {
        redis = await testRedis();
        expect(spawnSync("redis-server", ["--version"], { encoding: "utf8" }).stdout).to.match(/v=[789]\./);
        database = await testDatabase(version);
        delivered = "";
        receiver = createServer((request, response) => {
          request
            .on("data", (chunk: Buffer) => (delivered += chunk.toString()))
            .on("end", () => response.writeHead(204).end());
        }).listen(0, "127.0.0.1");
        await once(receiver, "listening");
        service = await startProcess({
          DATABASE_URL: database.url,
          REDIS_URL: redis.url,
          RATE_LIMIT_PER_IP: "100000",
        });
      });
      after(async () => {
        await service.stop();
        receiver.close();
        await database.drop();
        await redis.stop();
      });

      async function post(path: string, body: object): Promise<Body> {
        const answer = await service.post<Body>(path, body);
        expect(answer.status, `${path} ${answer.text}`).to.be.within(200, 202);
        return answer.body;
      }

      it("a payment's whole life: captured in part, given back in part, told, reconciled, and its customer erased", async () => {
        const { rows } = await database.pool.query<{ version: string }>(
          "select current_setting('server_version') as version",
        );
        expect(rows[0]?.version.split(".")[0]).to.equal(version);
        const { port } = receiver.address() as AddressInfo;
        await post("/v1/webhook_endpoints", { url: `http://127.0.0.1:${port}/`, enabled_events: ["*"] });

        const customer = await post("/v1/customers", { name: NAME });
        const held = await post("/v1/payments", {
          amount: 1000,
          currency: "usd",
          customer: customer.id,
          capture_method: "manual",
          confirm: true,
          payment_method_data: {
            type: "card",
            card: { number: "4242424242424242", exp_month: 12, exp_year: 2035 },
          },
        });
        expect(held.status).to.equal("authorized");
        const captured = await post(`/v1/payments/${held.id}/capture`, { amount: 600 });
        expect(captured).to.include({ status: "succeeded", amount_captured: 600 });
        const refund = await post("/v1/refunds", { payment: held.id, amount: 250 });
        expect(refund.status).to.equal("succeeded");

        const [source, destination] = await Promise.all(
          ["one", "other"].map((name) =>
            post("/v1/ledger/accounts", { name, type: "liability", currency: "usd", overdraft: null }),
          ),
        );
        const transfer = await post("/v1/transfers", {
          amount: 5,
          currency: "usd",
          source: source?.id,
          destination: destination?.id,
        });

        for (const event of ["payment.succeeded", "refund.succeeded", "transfer.created", transfer.id])
          await eventually(() => expect(delivered).to.include(event));

        const { body: postings } = await service.get<Body>(
          `/v1/ledger/transactions?source=${held.id}&type=payment.captured`,
        );
        const settled = await post("/v1/reconciliations", {
          processor: "simulator",
          format: "csv",
          fees: "30",
          period: { from: DAY, to: DAY },
          content: [
            "reference,type,amount,currency,fee,net,date",
            `${postings.data[0]?.metadata.processor_reference ?? ""},charge,600,usd,2,598,${DAY}`,
            `${refund.processor_reference},refund,250,usd,0,-250,${DAY}`,
          ].join("\n"),
        });
        await eventually(async () => {
          const { body } = await service.get<Body>(`/v1/reconciliations/${settled.id}`);
          expect(body).to.include({ status: "completed", matched: 2 });
          expect(Object.values(body.faults).every((count) => count === 0)).to.equal(true);
        });

        await post(`/v1/customers/${customer.id}/erasure`, {});
        await eventually(async () => {
          const { text } = await service.get(`/v1/customers/${customer.id}`);
          expect(text).not.to.include(NAME);
          const { body } = await service.get<Body>("/v1/privacy/erasures");
          expect(body.data.map(({ status }) => status)).to.deep.equal(["completed"]);
        });
        const { body: kept } = await service.get<Body>(`/v1/payments/${held.id}`);
        expect(kept).to.include({ amount_captured: 600, amount_refunded: 250 });
        await verifyBooks(service);
      }).timeout(60_000);
    });
  }
});

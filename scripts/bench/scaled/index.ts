import * as pulumi from "@pulumi/pulumi";
import { Cluster, FargateService } from "../../../components/compute/index.ts";
import { Cache, Postgres } from "../../../components/data/index.ts";
import { LoadBalancer } from "../../../components/edge/index.ts";
import { Vpc } from "../../../components/network/index.ts";
import { Monitoring, Notifications } from "../../../components/observability/index.ts";
import { AuditTrail, Key, Secret } from "../../../components/security/index.ts";

const CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-4000-8000-000000000000";

/** A platform like the systems', as often as `bench:copies` says. */
export default function program(): void {
  const copies = new pulumi.Config("bench").requireNumber("copies");
  new AuditTrail("audit", { key: new Key("audit", { services: ["cloudtrail", "logs"] }) });
  for (let copy = 1; copy <= copies; copy++) platform(`p${copy}`);
}

function platform(name: string): void {
  const key = new Key(name, { services: ["logs", "cloudwatch", "eventbridge", "budgets", "costalerts"] });
  const network = new Vpc(name, { zones: 3, nat: "perZone", flowLogs: { key } });
  const edge = new LoadBalancer(`${name}-edge`, { network, exposure: "internet", certificate: CERTIFICATE });
  const password = new Secret(`${name}-db`, { key });
  const token = new Secret(`${name}-token`, { key });
  const database = new Postgres(name, {
    network,
    key,
    instance: { class: "db.r6g.large" },
    password: { secret: password },
  });
  const cache = new Cache(name, { network, key, nodeType: "cache.t4g.small", authentication: { token } });
  const cluster = new Cluster(name, { network, key });
  const services = ["api", "jobs", "web"].map(
    (role) =>
      new FargateService(`${name}-${role}`, {
        cluster,
        image: `123456789012.dkr.ecr.us-east-1.amazonaws.com/${role}:1.0.0`,
        port: 3000,
        scaling: { min: 2, max: 10, cpu: 70 },
        route: { loadBalancer: edge, paths: [`/${role}/*`], health: "/health" },
        links: [database.link, cache.link],
      }),
  );
  const alerts = new Notifications(`${name}-alerts`, { key, email: ["oncall@example.com"] });
  new Monitoring(name, { watch: [edge, database, cache, ...services], alerts });
}

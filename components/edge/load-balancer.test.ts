import { expect } from "chai";
import { Vpc } from "../network/index.ts";
import { expectGolden, mistakesOf, type Plan, planOf, resource, resources } from "../testing/index.ts";
import { Certificate, DnsZone, LoadBalancer, type LoadBalancerArgs, WebFirewall } from "./index.ts";

const LISTENER = "aws:lb/listener:Listener";
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555";

/** A network that makes nothing, so that Plans hold the load balancer alone. */
const network = () =>
  Vpc.get({
    vpcId: "vpc-1",
    cidr: "10.0.0.0/16",
    zones: ["eu-west-1a", "eu-west-1b"],
    subnetIds: {
      public: ["subnet-p1", "subnet-p2"],
      app: ["subnet-a1", "subnet-a2"],
      data: ["subnet-d1", "subnet-d2"],
    },
    appTierHasEgress: false,
  });

function edgePlan(
  args: Omit<LoadBalancerArgs, "network"> | (() => Omit<LoadBalancerArgs, "network">),
): Promise<Plan> {
  return planOf(
    () => {
      const edge = new LoadBalancer("edge", {
        network: network(),
        ...(typeof args === "function" ? args() : args),
      });
      return { url: edge.url, testListenerArn: edge.testListenerArn };
    },
    { region: "eu-west-1" },
  );
}

/** Who may connect where: `443 from 0.0.0.0/0`. */
function admitted(plan: Plan): string[] {
  return resources(plan, INGRESS).map(({ inputs }) => {
    const source = inputs.cidrIpv4 ?? inputs.cidrIpv6 ?? inputs.prefixListId;
    return `${inputs.fromPort as number} from ${source as string}`;
  });
}

describe("LoadBalancer", () => {
  it("E1: terminates TLS 1.2+, redirects HTTP and answers 404 by default, as agreed (golden)", async () => {
    const plan = await edgePlan(() => ({
      exposure: "internet",
      domain: {
        name: "pay.example.com",
        alternativeNames: ["*.pay.example.com"],
        zone: new DnsZone("zone", { domain: "example.com" }),
      },
      firewall: { requestsPerFiveMinutes: 1000 },
      testListener: true,
      protection: "critical",
    }));
    await expectGolden(plan, new URL("golden/load-balancer.json", import.meta.url));
  });

  it("E1: is open to the internet only when it is told so", async () => {
    const internal = await edgePlan({ certificate: CERTIFICATE });
    expect(admitted(internal)).to.deep.equal(["443 from 10.0.0.0/16", "80 from 10.0.0.0/16"]);
    expect(resource(internal, "aws:lb/loadBalancer:LoadBalancer").inputs).to.deep.include({
      internal: true,
      subnets: ["subnet-a1", "subnet-a2"],
    });
    expect(resources(internal, "aws:wafv2/webAcl:WebAcl")).to.deep.equal([]);

    const open = await edgePlan({ certificate: CERTIFICATE, exposure: "internet" });
    expect(admitted(open)).to.deep.equal(["443 from 0.0.0.0/0", "80 from 0.0.0.0/0"]);
    expect(resource(open, "aws:lb/loadBalancer:LoadBalancer").inputs).to.deep.include({
      internal: false,
      subnets: ["subnet-p1", "subnet-p2"],
    });
    expect(resources(open, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")).to.deep.equal([]);

    const both = await edgePlan({ certificate: CERTIFICATE, exposure: "internet", addresses: "dualstack" });
    expect(admitted(both)).to.include.members(["443 from ::/0", "80 from ::/0"]);
  });

  it("admits only those that it is told to", async () => {
    const plan = await edgePlan({
      certificate: CERTIFICATE,
      exposure: "internet",
      allowFrom: { cidrs: ["192.0.2.0/24"], prefixLists: ["pl-cloudfront"] },
      testListener: { allowFrom: ["198.51.100.0/24"] },
    });
    expect(admitted(plan)).to.deep.equal([
      "443 from 192.0.2.0/24",
      "443 from pl-cloudfront",
      "80 from 192.0.2.0/24",
      "80 from pl-cloudfront",
      "8443 from 198.51.100.0/24",
    ]);
  });

  it("refuses clients that the ACLs would shut out of an internal one, unless the network lets them in", async () => {
    const office = { cidrs: ["10.0.8.0/24", "10.200.3.0/24"] };
    const message = await mistakesOf(
      () =>
        new LoadBalancer("edge", {
          network: new Vpc("net"),
          certificate: CERTIFICATE,
          allowFrom: office,
          testListener: { allowFrom: ["10.201.0.0/16"] },
        }),
    );
    expect(message).to.equal(
      'LoadBalancer "edge" has wrong arguments:\n' +
        '  allowFrom.cidrs[1]: "10.200.3.0/24" reaches beyond the network, whose ACLs shut it out of the app tier that an ' +
        `internal load balancer stands in; write it into the Vpc's clients too, or exposure: "internet"\n` +
        '  testListener.allowFrom[0]: "10.201.0.0/16" reaches beyond the network, whose ACLs shut it out of the app tier ' +
        `that an internal load balancer stands in; write it into the Vpc's clients too, or exposure: "internet"`,
    );
    const plan = await planOf(
      () =>
        new LoadBalancer("edge", {
          network: new Vpc("net", { clients: ["10.200.0.0/16"] }),
          certificate: CERTIFICATE,
          allowFrom: office,
        }),
    );
    expect(admitted(plan)).to.include("443 from 10.200.3.0/24");
    const { inputs } = resource(plan, "aws:ec2/networkAcl:NetworkAcl", "net-app-acl");
    expect((inputs.ingress as { cidrBlock: string; toPort: number }[]).slice(-2)).to.have.deep.members([
      {
        action: "allow",
        protocol: "tcp",
        cidrBlock: "10.200.0.0/16",
        fromPort: 443,
        toPort: 443,
        ruleNo: 150,
      },
      { action: "allow", protocol: "tcp", cidrBlock: "10.200.0.0/16", fromPort: 80, toPort: 80, ruleNo: 160 },
    ]);
    // On the internet's side, the public tier takes everybody.
    const abroad = await planOf(
      () =>
        new LoadBalancer("edge", {
          network: new Vpc("net"),
          certificate: CERTIFICATE,
          exposure: "internet",
          allowFrom: { cidrs: ["192.0.2.0/24"] },
        }),
    );
    expect(admitted(abroad)).to.include("443 from 192.0.2.0/24");
  });

  it("E2: serves plain HTTP only when it is told to, and then redirects nobody", async () => {
    const plan = await edgePlan({ allowPlainHttp: true, testListener: true });
    expect(
      resources(plan, LISTENER).map(
        ({ inputs: { port, protocol } }) => `${protocol as string} ${port as number}`,
      ),
    ).to.deep.equal(["HTTP 80", "HTTP 8080"]);
    expect(plan.outputs.url).to.match(/^http:\/\/internal-edge/);
    expect(await mistakesOf(() => new LoadBalancer("edge", { network: network() }))).to.equal(
      'LoadBalancer "edge" has wrong arguments:\n' +
        "  domain: there is neither a domain nor a certificate, so that requests would travel in plain text; write " +
        'domain: { name: "pay.example.com", zone }, or certificate: "arn:…", or, outside production, allowPlainHttp: true',
    );
  });

  it("E1: speaks the TLS policy on both listeners that serve, and sends HTTP to HTTPS", async () => {
    const plan = await edgePlan({
      certificate: CERTIFICATE,
      tlsPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06",
      testListener: true,
    });
    for (const name of ["edge-listener", "edge-test-listener"]) {
      expect(resource(plan, LISTENER, name).inputs).to.include({
        protocol: "HTTPS",
        sslPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06",
        certificateArn: CERTIFICATE,
      });
    }
    expect(resource(plan, LISTENER, "edge-redirect").inputs.defaultActions).to.deep.equal([
      { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } },
    ]);
    expect(plan.outputs.testListenerArn).to.equal(resource(plan, LISTENER, "edge-test-listener").outputs.arn);
  });

  it("redirects single paths before any service sees them", async () => {
    const plan = await edgePlan({
      certificate: CERTIFICATE,
      redirects: { "/openapi.json": "/docs/json", "/": "/docs", "/openapi/json": "/docs/json" },
    });
    const rules = resources(plan, "aws:lb/listenerRule:ListenerRule");
    expect(rules.map(({ name }) => name)).to.deep.equal([
      "edge-redirect-openapi-json",
      "edge-redirect-root",
      "edge-redirect-openapi-json--3",
    ]);
    expect(rules[0]?.inputs).to.deep.include({
      listenerArn: resource(plan, LISTENER, "edge-listener").outputs.arn,
      conditions: [{ pathPattern: { values: ["/openapi.json"] } }],
      actions: [{ type: "redirect", redirect: { path: "/docs/json", statusCode: "HTTP_302" } }],
    });
  });

  it("takes a certificate that exists, by ARN or as an object, and then needs no zone", async () => {
    const plan = await edgePlan({ certificate: { arn: CERTIFICATE }, domain: { name: "pay.example.com" } });
    expect(resource(plan, LISTENER, "edge-listener").inputs.certificateArn).to.equal(CERTIFICATE);
    expect(resources(plan, "aws:acm/certificate:Certificate")).to.deep.equal([]);
    expect(resources(plan, "aws:route53/record:Record")).to.deep.equal([]);
    expect(plan.outputs.url).to.equal("https://pay.example.com");
  });

  it("logs accesses and connections to a bucket of its own, to a given one, or nowhere", async () => {
    const own = await edgePlan({ certificate: CERTIFICATE });
    const balancer = resource(own, "aws:lb/loadBalancer:LoadBalancer");
    const bucket = resource(own, "aws:s3/bucket:Bucket");
    expect(balancer.inputs.accessLogs).to.deep.equal({ enabled: true, bucket: bucket.id, prefix: "access" });
    expect(balancer.inputs.connectionLogs).to.deep.equal({
      enabled: true,
      bucket: bucket.id,
      prefix: "connections",
    });
    expect(balancer.dependencies).to.include(resource(own, "aws:s3/bucketPolicy:BucketPolicy").urn);

    const writersOf = (plan: Plan) => {
      const { policy } = resource(plan, "aws:s3/bucketPolicy:BucketPolicy").inputs;
      const { Statement } = JSON.parse(policy as string) as { Statement: { Sid: string }[] };
      return Statement.map(({ Sid }) => Sid).filter((sid) => sid.endsWith("Logs"));
    };
    expect(writersOf(own)).to.deep.equal(["LoadBalancerLogs"]);
    const shared = await edgePlan({ certificate: CERTIFICATE, accessLogs: { accepts: ["access-logs"] } });
    expect(writersOf(shared)).to.deep.equal(["AccessLogs", "LoadBalancerLogs"]);

    const given = await edgePlan({ certificate: CERTIFICATE, accessLogs: { bucket: "logs" } });
    expect(resource(given, "aws:lb/loadBalancer:LoadBalancer").inputs.accessLogs).to.include({
      bucket: "logs",
    });
    expect(resources(given, "aws:s3/bucket:Bucket")).to.deep.equal([]);

    const none = await edgePlan({ certificate: CERTIFICATE, accessLogs: "none" });
    expect(resource(none, "aws:lb/loadBalancer:LoadBalancer").inputs).to.not.have.property("accessLogs");
  });

  it("comes after its network's way to the internet, without which AWS refuses it", async () => {
    const plan = await planOf(() => {
      const network = new Vpc("net", { nat: "none" });
      new LoadBalancer("edge", { network, exposure: "internet", allowPlainHttp: true });
    });
    expect(resource(plan, "aws:lb/loadBalancer:LoadBalancer").dependencies).to.include(
      resource(plan, "aws:ec2/route:Route", "net-public-default").urn,
    );
  });

  it("is protected from deletion unless it is ephemeral", async () => {
    for (const [protection, expected] of [
      ["ephemeral", false],
      ["standard", true],
      [undefined, true],
    ] as const) {
      const plan = await edgePlan({
        certificate: CERTIFICATE,
        ...(protection === undefined ? {} : { protection }),
      });
      expect(
        resource(plan, "aws:lb/loadBalancer:LoadBalancer").inputs.enableDeletionProtection,
        String(protection),
      ).to.equal(expected);
    }
  });

  it("E3: stands behind a firewall that exists", async () => {
    const plan = await edgePlan(() => ({ certificate: CERTIFICATE, firewall: new WebFirewall("shared") }));
    expect(resource(plan, "aws:wafv2/webAclAssociation:WebAclAssociation").inputs).to.deep.include({
      webAclArn: resource(plan, "aws:wafv2/webAcl:WebAcl", "shared-web-acl").outputs.arn,
      resourceArn: resource(plan, "aws:lb/loadBalancer:LoadBalancer").outputs.arn,
    });
  });

  it("E6, E7: proposes alarms on errors, response time and the certificate, and the graphs", async () => {
    await planOf(() => {
      const edge = new LoadBalancer("edge", {
        network: network(),
        certificate: CERTIFICATE,
        exposure: "internet",
      });
      expect(edge.observables.alarms.map(({ kind, threshold }) => [kind, threshold])).to.deep.equal([
        ["http5xx", 10],
        ["http5xx", 10],
        ["responseTime", 2],
        ["errors", 0],
        ["certificateExpiry", 30],
        ["blockedRequests", 1000],
      ]);
      expect(edge.observables.widgets.map(({ title }) => title)).to.include.members([
        "Response time (seconds)",
        "Errors",
      ]);
    });
  });

  it("plans the priorities of the services' rules", async () => {
    await planOf(() => {
      const edge = new LoadBalancer("edge", { network: network(), allowPlainHttp: true });
      const api = edge.reservePriority({ name: "backend", paths: ["/api/*"], hosts: [] });
      expect(api).to.be.lessThan(edge.reservePriority({ name: "frontend", paths: ["/*"], hosts: [] }));
      expect(() => edge.reservePriority({ name: "other", paths: ["/api/*"], hosts: [] })).to.throw(
        'services "backend" and "other" both claim /api/*; give one of them other paths or hosts',
      );
    });
  });

  it("refuses ranges and names that are there twice", async () => {
    const message = await mistakesOf(
      () =>
        new LoadBalancer("edge", {
          network: network(),
          certificate: "arn:aws:acm:eu-west-1:123456789012:certificate/1",
          domain: { name: "pay.example.com", alternativeNames: ["pay.example.com"] },
          allowFrom: { cidrs: ["10.0.0.0/8", "10.0.0.0/8"] },
        }),
    );
    expect(message.split("\n").slice(1)).to.deep.equal([
      '  domain.alternativeNames[0]: "pay.example.com" is there twice; write it once',
      '  allowFrom.cidrs[1]: "10.0.0.0/8" is there twice; write it once',
    ]);
  });

  it("names all mistakes at once", async () => {
    const message = await mistakesOf(
      () =>
        new LoadBalancer("The-Entrance-Of-Everything", {
          network: network(),
          allowPlainHttp: true,
          domain: { name: "pay.example.com." },
          // What a stack's configuration may hold, whatever the types say.
          tlsPolicy: "ELBSecurityPolicy-2016-08" as LoadBalancerArgs["tlsPolicy"],
          allowFrom: { cidrs: ["10.0.0.1/8"] },
          testListener: { allowFrom: ["anywhere"] },
          redirects: { "/docs/*": "/docs", "/health": "/health" },
          idleTimeout: "2 hours",
          clientKeepAlive: "1 second",
          accessLogs: { bucket: "logs", retention: "1 year", accepts: ["access-logs"] },
        }),
    );
    expect(message.split("\n")).to.deep.equal([
      'LoadBalancer "The-Entrance-Of-Everything" has wrong arguments:',
      '  name: "The-Entrance-Of-Everything" becomes part of names that AWS bounds; write at most 20 lower-case letters, digits and single hyphens, not beginning with "internal-"',
      "  allowPlainHttp: stands beside a domain or certificate, with which everything is redirected to HTTPS; leave it out",
      '  tlsPolicy: "ELBSecurityPolicy-2016-08" is not a policy of TLS 1.2 and later; write one of ELBSecurityPolicy-TLS13-1-2-2021-06, ELBSecurityPolicy-TLS13-1-2-Res-2021-06, ELBSecurityPolicy-TLS13-1-3-2021-06, ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04, ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04, ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04, ELBSecurityPolicy-TLS13-1-2-PQ-2025-09, ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09, ELBSecurityPolicy-TLS13-1-3-PQ-2025-09, ELBSecurityPolicy-TLS13-1-2-FIPS-PQ-2025-09, ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09, ELBSecurityPolicy-TLS13-1-3-FIPS-PQ-2025-09',
      "  domain.zone: is needed to prove the domain; write the DnsZone (or DnsZone.get), or give a certificate",
      '  domain.name: "pay.example.com." is not a domain name; write one such as "pay.example.com"',
      '  allowFrom.cidrs[0]: "10.0.0.1/8" has bits set beyond its prefix; write "10.0.0.0/8"',
      '  testListener.allowFrom[0]: "anywhere" is not an IPv4 range; write one such as "10.0.0.0/16"',
      '  redirects["/docs/*"]: "/docs/*" is not a path; write up to 128 characters beginning with "/" and without wildcards, such as "/docs"',
      '  redirects["/health"]: leads to itself; write another path',
      '  idleTimeout: "2 hours" is not 1 to 4000 seconds',
      '  clientKeepAlive: "1 second" is not 60 to 604800 seconds',
      "  accessLogs.retention: is the given bucket's own affair; leave out the retention, or the bucket",
      "  accessLogs.accepts: is the given bucket's own affair; leave it out, or the bucket",
    ]);
  });
});

describe("Certificate", () => {
  it("is proven by one record for a name and its wildcard, and is used once it is issued", async () => {
    const plan = await planOf(() => {
      const zone = DnsZone.get({ zoneId: "Z1" });
      const { arn } = new Certificate("pay", {
        domain: "example.com",
        alternativeNames: ["*.example.com", "pay.example.com"],
        zone,
        keyAlgorithm: "EC_prime256v1",
      });
      return { arn };
    });
    expect(resource(plan, "aws:acm/certificate:Certificate").inputs).to.deep.include({
      domainName: "example.com",
      validationMethod: "DNS",
      keyAlgorithm: "EC_prime256v1",
    });
    const records = resources(plan, "aws:route53/record:Record");
    expect(records).to.have.length(2);
    expect(new Set(records.map(({ inputs: { name } }) => name)).size).to.equal(2);
    for (const { inputs } of records) expect(inputs).to.include({ type: "CNAME", zoneId: "Z1" });
    const validation = resource(plan, "aws:acm/certificateValidation:CertificateValidation");
    expect(validation.dependencies).to.include.members(records.map(({ urn }) => urn));
    expect(plan.outputs.arn).to.equal(validation.outputs.certificateArn);
  });

  it("names all mistakes at once", async () => {
    const many = Array.from({ length: 10 }, (_, index) => `n${index}.example.com`);
    const message = await mistakesOf(
      () =>
        new Certificate("pay", {
          domain: "Pay.example.com",
          alternativeNames: [...many, "n0.example.com", "a.*.example.com"],
          zone: DnsZone.get({ zoneId: "Z1" }),
          keyAlgorithm: "RSA_1024" as "RSA_2048",
        }),
    );
    const hint =
      'write one such as "pay.example.com" or "*.example.com", in lower case and without a final dot';
    expect(message.split("\n")).to.deep.equal([
      'Certificate "pay" has wrong arguments:',
      `  domain: "Pay.example.com" is not a domain name; ${hint}`,
      '  alternativeNames[10]: "n0.example.com" is there twice; write it once',
      `  alternativeNames[11]: "a.*.example.com" is not a domain name; ${hint}`,
      "  alternativeNames: has 12 names; ACM's quota is ten names in all, so write at most nine",
      '  keyAlgorithm: "RSA_1024" is not one of "RSA_2048", "EC_prime256v1", "EC_secp384r1"',
    ]);
  });
});

describe("DnsZone", () => {
  it("lets only the named authorities issue, and logs queries from us-east-1", async () => {
    const plan = await planOf(
      () => new DnsZone("zone", { domain: "pay.example.com", queryLogs: { retention: "30 days" } }),
      { region: "eu-west-1" },
    );
    expect(resource(plan, "aws:route53/record:Record").inputs.records).to.deep.equal([
      '0 issue "amazon.com"',
      '0 issuewild "amazon.com"',
    ]);
    expect(resource(plan, "aws:cloudwatch/logGroup:LogGroup").inputs).to.include({
      region: "us-east-1",
      name: "/aws/route53/pay.example.com",
      retentionInDays: 30,
    });
    expect(resource(plan, "aws:route53/queryLog:QueryLog").dependencies).to.include(
      resource(plan, "aws:cloudwatch/logResourcePolicy:LogResourcePolicy").urn,
    );
  });

  it("is signed with a key that is given, once the key is active", async () => {
    const arn = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555";
    const plan = await planOf(
      () => new DnsZone("pay-zone", { domain: "pay.example.com", dnssec: { key: { arn } } }),
    );
    const signingKey = resource(plan, "aws:route53/keySigningKey:KeySigningKey");
    expect(signingKey.inputs).to.include({
      name: "pay_zone",
      keyManagementServiceArn: arn,
      status: "ACTIVE",
    });
    expect(resource(plan, "aws:route53/hostedZoneDnsSec:HostedZoneDnsSec").dependencies).to.include(
      signingKey.urn,
    );
  });

  it("can be deleted with its records only when it is ephemeral", async () => {
    for (const [protection, forceDestroy] of [
      ["ephemeral", true],
      ["critical", false],
    ] as const) {
      const plan = await planOf(() => new DnsZone("zone", { domain: "example.com", protection }));
      const zone = resource(plan, "aws:route53/zone:Zone");
      expect(zone.inputs.forceDestroy).to.equal(forceDestroy);
      expect(zone.options.protect ?? false).to.equal(!forceDestroy);
    }
  });

  it("names all mistakes at once", async () => {
    expect(
      await mistakesOf(
        () =>
          new DnsZone("zone", {
            domain: "example",
            certificateAuthorities: ["Amazon"],
            queryLogs: { retention: "6 days" },
          }),
      ),
    ).to.equal(
      'DnsZone "zone" has wrong arguments:\n' +
        '  domain: "example" is not a domain; write one such as "pay.example.com", without a final dot\n' +
        '  certificateAuthorities[0]: "Amazon" is not a certificate authority\'s domain; write one such as "amazon.com"\n' +
        '  queryLogs.retention: CloudWatch Logs cannot keep events for "6 days"; write "5 days" or "7 days"',
    );
  });
});

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../component.ts";
import {
  type AlarmProposal,
  type Observable,
  type Observables,
  observablesIn,
} from "../observability/observables.ts";
import { Problems, show } from "../validation.ts";
import { type HostedZone, isDomainName } from "./hosted-zone.ts";

/** Arguments of {@link Certificate}. */
export interface CertificateArgs extends ComponentArgs {
  /** The name that it is for: `"pay.example.com"`, `"*.example.com"`. A change replaces the certificate. */
  domain: string;
  /** More names. At most nine (ACM's quota is ten names in all). A change replaces the certificate. @default none */
  alternativeNames?: string[];
  /** Zone that all the names are in; the records that prove them are made there. */
  zone: HostedZone;
  /**
   * Kind of the key pair. All clients can RSA; elliptic curves make the handshake cheaper. A change replaces the
   * certificate.
   * @default "RSA_2048"
   */
  keyAlgorithm?: (typeof KEY_ALGORITHMS)[number];
  transform?: { certificate?: Transform<aws.acm.CertificateArgs> };
}

/** Key pairs that both ACM and load balancers take. */
const KEY_ALGORITHMS = ["RSA_2048", "EC_prime256v1", "EC_secp384r1"] as const;
const TOKEN = "strongroom:edge:Certificate";

/**
 * A certificate of ACM, proven by DNS and renewed by ACM for as long as the records stand.
 *
 * A name and its wildcard are proven by the same record, which is made once.
 *
 * ```ts
 * const certificate = new Certificate("pay", { domain: "example.com", alternativeNames: ["*.example.com"], zone });
 * ```
 *
 * A certificate that exists is used by its ARN; see `LoadBalancer`'s `certificate`.
 *
 * Cost: nothing.
 */
export class Certificate extends Component implements Observable {
  /** ARN of the certificate once it is issued: what uses it waits for that. */
  readonly arn: pulumi.Output<string>;
  /** The resources that the component made. */
  readonly nodes: {
    readonly certificate: aws.acm.Certificate;
    readonly records: aws.route53.Record[];
    readonly validation: aws.acm.CertificateValidation;
  };

  constructor(name: string, args: CertificateArgs, options?: pulumi.ComponentResourceOptions) {
    check(name, args);
    super(TOKEN, name, args, options);
    const { domain, alternativeNames = [] } = args;
    const certificate = this.make(
      aws.acm.Certificate,
      "certificate",
      {
        domainName: domain,
        subjectAlternativeNames: alternativeNames,
        validationMethod: "DNS",
        keyAlgorithm: args.keyAlgorithm ?? "RSA_2048",
        options: { certificateTransparencyLoggingPreference: "ENABLED" },
        tags: { Name: domain },
      },
      { transform: args.transform?.certificate },
    );
    const records = provenNames([domain, ...alternativeNames]).map((proven, index) =>
      this.#record(certificate, proven, `validation-${index + 1}`, args.zone),
    );
    const validation = this.make(aws.acm.CertificateValidation, "validation", {
      certificateArn: certificate.arn,
      validationRecordFqdns: records.map((record) => record.fqdn),
    });

    this.arn = validation.certificateArn;
    this.nodes = { certificate, records, validation };
    this.registerOutputs({ arn: this.arn });
  }

  /**
   * The record that proves a name. ACM's list of records has no order that could be relied on: the name is searched.
   */
  #record(
    certificate: aws.acm.Certificate,
    proven: string,
    role: string,
    zone: HostedZone,
  ): aws.route53.Record {
    const option = certificate.domainValidationOptions.apply((options) => {
      const found = options.find(({ domainName }) => withoutWildcard(domainName) === proven);
      if (found === undefined) throw new Error(`ACM asks for no record for "${proven}"`);
      return found;
    });
    return this.make(aws.route53.Record, role, {
      zoneId: zone.zoneId,
      name: option.resourceRecordName,
      type: option.resourceRecordType,
      records: [option.resourceRecordValue],
      ttl: 300,
      // The record of another certificate for the same name is the same.
      allowOverwrite: true,
    });
  }

  /** The days that it has left. A load balancer that uses the certificate watches it already. */
  get observables(): Observables {
    return observablesIn(this.region, {
      name: this.componentName,
      alarms: [certificateAlarm(this.arn)],
      widgets: [],
    });
  }
}

/** An alarm for a certificate that nobody renews: ACM itself begins 60 days before. */
export function certificateAlarm(arn: pulumi.Input<string>): AlarmProposal {
  return {
    role: "certificate-expiry",
    kind: "certificateExpiry",
    description:
      "The certificate has less than 30 days left, though ACM renews from 60 days on: look whether its DNS validation " +
      "records still stand; an imported certificate must be imported anew.",
    metric: {
      namespace: "AWS/CertificateManager",
      name: "DaysToExpiry",
      dimensions: { CertificateArn: arn },
      statistic: "Minimum",
      period: 86_400,
    },
    comparison: "below",
    threshold: 30,
    periods: 1,
  };
}

/** The names that ACM wants a record for: wildcards share the one of the name below them. */
function provenNames(names: readonly string[]): string[] {
  return [...new Set(names.map(withoutWildcard))];
}

function withoutWildcard(name: string): string {
  return name.replace(/^\*\./, "");
}

/** @throws {pulumi.InputPropertiesError} with every mistake. */
function check(name: string, args: CertificateArgs): void {
  const problems = new Problems(TOKEN, name);
  const { domain, alternativeNames = [], keyAlgorithm } = args;
  const hint =
    'write one such as "pay.example.com" or "*.example.com", in lower case and without a final dot';
  problems.check(isDomainName(domain), "domain", `${show(domain)} is not a domain name; ${hint}`);
  // ACM's own bound for the first name, which stands in the common name.
  problems.check(
    domain.length <= 64,
    "domain",
    `has ${domain.length} characters, and the first name at most 64`,
  );
  for (const [index, alternative] of alternativeNames.entries()) {
    const path = `alternativeNames[${index}]`;
    problems.check(isDomainName(alternative), path, `${show(alternative)} is not a domain name; ${hint}`);
    problems.check(
      [domain, ...alternativeNames].indexOf(alternative) === index + 1,
      path,
      `${show(alternative)} is there twice; write it once`,
    );
  }
  problems.check(
    alternativeNames.length <= 9,
    "alternativeNames",
    `has ${alternativeNames.length} names; ACM's quota is ten names in all, so write at most nine`,
  );
  problems.check(
    keyAlgorithm === undefined || KEY_ALGORITHMS.includes(keyAlgorithm),
    "keyAlgorithm",
    `${show(keyAlgorithm)} is not one of ${KEY_ALGORITHMS.map(show).join(", ")}`,
  );
  problems.throwIfAny();
}

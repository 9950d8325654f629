/**
 * The rules of retention, as data: what is kept, for how long, and why (GDPR art. 5 (1) e). A rule with `applied_by`
 * `privacy` is applied by this domain's daily job; the others by whoever keeps the data.
 *
 * Consent is recorded and shown, never asked for: the service processes to perform contracts and because laws demand it
 * (GDPR art. 6 (1) b and c). Who sends advertisements or profiles customers reads their consents first.
 */
import type { Config } from "../config.ts";

export const RULE_NAMES = [
  "customers",
  "payment_methods",
  "payments",
  "ledger",
  "events",
  "consents",
  "idempotency_answers",
  "webhook_deliveries",
  "exports",
  "vault_access",
  "erasures",
] as const;

export type RuleName = (typeof RULE_NAMES)[number];

export interface RetentionRule {
  name: RuleName;
  /** What is kept, and what becomes of it in the end. */
  keeps: string;
  /** Days after which it goes by itself; null: it stays until it is erased, or for good. */
  days: number | null;
  /** Whether a customer's erasure takes it away. */
  erasure: "erased" | "pseudonymised" | "kept";
  reason: string;
  applied_by: "privacy" | "journal" | "webhooks" | "exports" | "request";
}

/** Milliseconds. */
export const DAY = 86_400_000;

export function retentionRules(config: Config): RetentionRule[] {
  return [
    {
      name: "customers",
      keeps: "Name, e-mail address, telephone number, address, description, metadata",
      days: null,
      erasure: "erased",
      reason: "GDPR art. 6 (1) b: needed for the contract, until the customer is deleted or erased.",
      applied_by: "request",
    },
    {
      name: "payment_methods",
      keeps: "Numbers, encrypted; what is shown of them; billing details",
      days: null,
      erasure: "erased",
      reason: "GDPR art. 6 (1) b; PCI DSS 3.2.1. Numbers go when the payment method is detached.",
      applied_by: "request",
    },
    {
      name: "payments",
      keeps:
        "Payments, refunds, disputes and payouts; after an erasure amounts, states, times and ids without texts",
      days: null,
      erasure: "pseudonymised",
      reason: "GDPR art. 6 (1) c and 17 (3) b: books are kept by law (as EU Directive 2013/34, HGB § 257).",
      applied_by: "request",
    },
    {
      name: "ledger",
      keeps: "Accounts, transactions, entries and the audit chain; after an erasure without texts",
      days: null,
      erasure: "pseudonymised",
      reason: "GDPR art. 6 (1) c and 17 (3) b: books must be complete and unchanged.",
      applied_by: "request",
    },
    {
      name: "events",
      keeps: "The object that an event tells of; afterwards the event with the digest of it",
      days: config.PRIVACY_EVENT_DATA_DAYS,
      erasure: "erased",
      reason: "GDPR art. 6 (1) f: replays, disputes and audits; the digest keeps the audit chain whole.",
      applied_by: "privacy",
    },
    {
      name: "consents",
      keeps: "What was consented to and withdrawn, when and to which text, under the customer's id",
      days: config.PRIVACY_CONSENT_DAYS,
      erasure: "kept",
      reason: "GDPR art. 7 (1) and 17 (3) e: proof. Counted from the withdrawal, or from the last consent.",
      applied_by: "privacy",
    },
    {
      name: "idempotency_answers",
      keeps: "Answers of the API to requests with an Idempotency-Key",
      days: config.IDEMPOTENCY_HOURS / 24,
      erasure: "erased",
      reason: "GDPR art. 6 (1) b: no payment is made twice.",
      applied_by: "journal",
    },
    {
      name: "webhook_deliveries",
      keeps: "Deliveries that are finished, with excerpts of what endpoints answered",
      days: config.WEBHOOK_RETENTION_DAYS,
      erasure: "erased",
      reason: "GDPR art. 6 (1) f: to find out what went wrong, and to send again.",
      applied_by: "webhooks",
    },
    {
      name: "exports",
      keeps: "Files with ids, amounts and times; they hold no personal data",
      days: 7,
      erasure: "kept",
      reason: "GDPR art. 5 (1) e: until they are fetched.",
      applied_by: "exports",
    },
    {
      name: "vault_access",
      keeps: "Who had which number revealed and what for, by ids",
      days: config.PRIVACY_VAULT_ACCESS_DAYS,
      erasure: "kept",
      reason: "PCI DSS 10.5.1: a year at least.",
      applied_by: "privacy",
    },
    {
      name: "erasures",
      keeps: "Ids of erased customers, when, and how much was erased",
      days: null,
      erasure: "kept",
      reason: "GDPR art. 5 (2) and 17 (1): proof, and to erase again what a restored backup brings back.",
      applied_by: "request",
    },
  ];
}

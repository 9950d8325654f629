import { resourceRule } from "../rule.ts";

const CERTIFICATES = ["aws:acm/certificate:Certificate"];

export const acmRules = [
  resourceRule({
    id: "acm-key-strength",
    title: "Certificates have keys of at least 2048-bit RSA or elliptic curves",
    severity: "high",
    types: CERTIFICATES,
    remedy: "Leave `keyAlgorithm` out (RSA_2048), or choose an elliptic curve such as EC_prime256v1.",
    check(props, fail) {
      const algorithm = props.text("keyAlgorithm") || "RSA_2048";
      const strong = algorithm.startsWith("EC_") || Number(/^RSA_(\d+)$/.exec(algorithm)?.[1]) >= 2048;
      if (!strong) fail(`keyAlgorithm is ${algorithm}`);
    },
  }),
  resourceRule({
    id: "acm-auto-renewable",
    title: "Certificates are validated by DNS, so that they renew by themselves",
    severity: "medium",
    types: CERTIFICATES,
    remedy: 'Set `validationMethod: "DNS"`; an imported certificate does not renew.',
    check(props, fail) {
      // Certificates of a private authority renew without validation.
      if (props.declares("certificateAuthorityArn")) return;
      const method = props.text("validationMethod");
      if (method !== "DNS")
        fail(method === "" ? "the certificate is imported" : `validationMethod is ${method}`);
    },
  }),
];

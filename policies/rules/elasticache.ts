import { resourceRule } from "../rule.ts";
import type { Props } from "../values.ts";

const REPLICATION_GROUP = "aws:elasticache/replicationGroup:ReplicationGroup";

/** Members of a global datastore take these settings from its primary. */
function isSecondary(props: Props): boolean {
  return props.declares("globalReplicationGroupId");
}

export const elasticacheRules = [
  resourceRule({
    id: "elasticache-minor-upgrades",
    title: "Minor patches of caches apply by themselves",
    severity: "high",
    types: [REPLICATION_GROUP, "aws:elasticache/cluster:Cluster"],
    remedy: "Leave `autoMinorVersionUpgrade` out or set it to true.",
    check(props, fail) {
      if (!props.flag("autoMinorVersionUpgrade", true)) fail("autoMinorVersionUpgrade is off");
    },
  }),
  resourceRule({
    id: "elasticache-transit-encryption",
    title: "Traffic to caches is encrypted",
    severity: "medium",
    types: [REPLICATION_GROUP],
    remedy: 'Set `transitEncryptionEnabled: true` and leave `transitEncryptionMode` at "required".',
    check(props, fail) {
      if (isSecondary(props)) return;
      if (!props.flag("transitEncryptionEnabled")) fail("transitEncryptionEnabled is not on");
      else if (props.text("transitEncryptionMode") === "preferred")
        fail("transitEncryptionMode also allows plaintext");
    },
  }),
  resourceRule({
    id: "elasticache-at-rest-encryption",
    title: "Cache data on disk is encrypted",
    severity: "medium",
    types: [REPLICATION_GROUP],
    remedy: "Set `atRestEncryptionEnabled: true` and `kmsKeyId`; a change replaces the cache.",
    check(props, fail) {
      if (isSecondary(props)) return;
      // Valkey encrypts unless told not to; Redis OSS only when told to.
      if (!props.flag("atRestEncryptionEnabled", props.text("engine") === "valkey")) {
        fail("atRestEncryptionEnabled is not on");
      }
    },
  }),
  resourceRule({
    id: "elasticache-auth",
    title: "Caches demand a token or a user",
    severity: "medium",
    types: [REPLICATION_GROUP],
    remedy: "Give `authToken` from a secret, or `userGroupIds`.",
    check(props, fail) {
      if (isSecondary(props)) return;
      if (["authToken", "authTokenWo", "userGroupIds"].some((property) => props.declares(property))) return;
      fail("neither authToken nor userGroupIds is given");
    },
  }),
];

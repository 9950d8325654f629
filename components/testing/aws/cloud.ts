/** The AWS account, region and partition in which something is simulated. */
export interface Cloud {
  account: string;
  region: string;
  partition: string;
}

/** Account that simulated resources belong to: the one AWS uses in its documentation. */
export const ACCOUNT = "123456789012";

/** The partition that a region belongs to, as ARNs name it. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  if (region.startsWith("us-gov-")) return "aws-us-gov";
  return "aws";
}

/** Ending of host names in the partition. */
export function dnsSuffix(partition: string): string {
  return partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
}

/** Route 53 zone of application load balancers, by region. */
const LOAD_BALANCER_ZONES: Record<string, string> = {
  "ap-northeast-1": "Z14GRHDCWA56QT",
  "ap-northeast-2": "ZWKZPGTI48KDX",
  "ap-south-1": "ZP97RAFLXTNZK",
  "ap-southeast-1": "Z1LMS91P8CMLE5",
  "ap-southeast-2": "Z1GM3OXH4ZPM65",
  "ca-central-1": "ZQSVJUPU6J1EY",
  "eu-central-1": "Z215JYRZR1TBD5",
  "eu-north-1": "Z23TAZ6LKFMNIO",
  "eu-west-1": "Z32O12XQLNTSW2",
  "eu-west-2": "ZHURV8PSTC4K8",
  "eu-west-3": "Z3Q77PNBQS71R4",
  "sa-east-1": "Z2P70J7HTTTPLU",
  "us-east-1": "Z35SXDOTRQ7X7K",
  "us-east-2": "Z3AADJGX6KTTL2",
  "us-west-1": "Z368ELLRRE2KJ0",
  "us-west-2": "Z1H1FL5HABSF5",
};

/** Zone id of the load balancers' host names in a region, where known. */
export function loadBalancerZone(region: string): string | undefined {
  return LOAD_BALANCER_ZONES[region];
}

/** Route 53 zone of S3's host names, by region. */
const BUCKET_ZONES: Record<string, string> = {
  "ap-northeast-1": "Z2M4EHUR26P7ZW",
  "ap-southeast-1": "Z3O0J2DXBE1FTB",
  "ap-southeast-2": "Z1WCIGYICN2BYD",
  "eu-central-1": "Z21DNDUVLTQW6Q",
  "eu-west-1": "Z1BKCTXD74EZPE",
  "eu-west-2": "Z3GKZC51ZF0DB4",
  "us-east-1": "Z3AQBSTGFYJSTF",
  "us-east-2": "Z2O1EMRO9K5GLX",
  "us-west-1": "Z2F56UZL2M1ACD",
  "us-west-2": "Z3BJ6K6RIION7M",
};

/** Zone id of S3's host names in a region, where known. */
export function bucketZone(region: string): string | undefined {
  return BUCKET_ZONES[region];
}

/** A region as ElastiCache shortens it in host names: `us-east-1` is `use1`, `ap-northeast-1` is `apne1`. */
export function shortRegion(region: string): string {
  const [area = "", ...rest] = region.split("-");
  return (
    area +
    rest
      .map((part) =>
        part.replace(/^(north|south)(east|west)$/, (_, a: string, b: string) => a.charAt(0) + b.charAt(0)),
      )
      .map((part) => (/^(ne|nw|se|sw|\d+)$/.test(part) ? part : part.charAt(0)))
      .join("")
  );
}

/** Letters of the availability zones that are simulated in each region. */
export function zones(region: string): string[] {
  return ["a", "b", "c"].map((letter) => `${region}${letter}`);
}

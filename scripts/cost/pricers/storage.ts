import type { PlanResource } from "../../../components/testing/plan.ts";
import { textAt } from "../site.ts";
import type { Site } from "../site.ts";
import type { Charge, Pricers } from "./pricer.ts";

const SCANNING = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration";

/** S3, ECR, EFS. */
export const storage: Pricers = {
  "aws:s3/bucket:Bucket": bucket,
  "aws:s3/bucketV2:BucketV2": bucket,
  "aws:ecr/repository:Repository": repository,
  "aws:efs/fileSystem:FileSystem": fileSystem,
};

/** All data is taken to be in the standard class: what moves on by lifecycle costs less. */
function bucket(_: PlanResource, site: Site): Charge[] {
  const { bucketGb, bucketPuts, bucketGets } = site.usage;
  return [
    { part: "storage", what: "S3 storage", price: "s3.standard", quantity: site.assumed(bucketGb) },
    { part: "storage", what: "S3 writes and listings", price: "s3.put", quantity: site.assumed(bucketPuts) },
    { part: "storage", what: "S3 reads", price: "s3.get", quantity: site.assumed(bucketGets) },
  ];
}

function repository(_: PlanResource, site: Site): Charge[] {
  const { imageGb, imagePushes } = site.usage;
  const images: Charge = {
    part: "storage",
    what: "container images",
    price: "ecr.storage",
    quantity: site.assumed(imageGb),
  };
  // Basic scanning is free.
  const enhanced = site.all(SCANNING).some(({ inputs }) => textAt(inputs, "scanType") === "ENHANCED");
  const scans: Charge = {
    part: "security",
    what: "image scans",
    price: "inspector.image",
    quantity: site.assumed(imagePushes),
  };
  return enhanced ? [images, scans] : [images];
}

function fileSystem({ inputs }: PlanResource, site: Site): Charge[] {
  const price = textAt(inputs, "availabilityZoneName") === "" ? "efs.standard" : "efs.onezone";
  return [{ part: "storage", what: "EFS storage", price, quantity: site.assumed(site.usage.fileSystemGb) }];
}

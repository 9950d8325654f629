/** What an experiment has shown up to now. */
import type { ExperimentDefinition } from "./schemas.ts";
import {
  compareProportions,
  isLargeEnough,
  LEAST_COUNT,
  rateOf,
  type Sample,
  subjectsNeeded,
} from "./significance.ts";

export interface Count {
  variant: string;
  /** Null: subjects who got the variant; else those of them who converted. */
  metric: string | null;
  subjects: number;
}

/** Per metric: every variant's rate, and each treatment compared with the control. */
export function experimentResults(experiment: ExperimentDefinition, counts: readonly Count[]) {
  const confidence = experiment.confidence ?? 0.95;
  const variants = Object.keys(experiment.split);
  const subjectsOf = (variant: string, metric: string | null) =>
    counts.find((count) => count.variant === variant && count.metric === metric)?.subjects ?? 0;
  return {
    object: "experiment_results" as const,
    experiment: experiment.key,
    control: experiment.control,
    confidence,
    subjects: variants.reduce((sum, variant) => sum + subjectsOf(variant, null), 0),
    metrics: experiment.metrics.map((metric) => {
      const samples = new Map(
        variants.map((variant): [string, Sample] => [
          variant,
          { subjects: subjectsOf(variant, null), conversions: subjectsOf(variant, metric) },
        ]),
      );
      return { metric, ...metricResults(experiment, samples, confidence) };
    }),
  };
}

function metricResults(
  experiment: ExperimentDefinition,
  samples: ReadonlyMap<string, Sample>,
  confidence: number,
) {
  const control = samples.get(experiment.control) ?? { subjects: 0, conversions: 0 };
  const needed = subjectsNeeded(rateOf(control), experiment.minimum_effect ?? 0.01, confidence);
  // Several treatments are several chances to find something by accident (Bonferroni).
  const limit = (1 - confidence) / Math.max(1, samples.size - 1);
  return {
    subjects_needed: needed,
    variants: [...samples].map(([variant, sample]) => ({ variant, ...sample, rate: rateOf(sample) })),
    comparisons: [...samples]
      .filter(([variant]) => variant !== experiment.control)
      .map(([variant, treatment]) => {
        const { difference, lift, z, pValue, interval } = compareProportions(control, treatment, confidence);
        const warning = warn(control, treatment, needed);
        return {
          variant,
          difference,
          lift,
          z,
          p_value: pValue,
          interval,
          significant:
            pValue !== null && pValue < limit && isLargeEnough(control) && isLargeEnough(treatment),
          warning,
        };
      }),
  };
}

function warn(control: Sample, treatment: Sample, needed: number): string | null {
  if (!isLargeEnough(control) || !isLargeEnough(treatment))
    return `Too few subjects to judge: control and treatment each need ${LEAST_COUNT} who converted and ${LEAST_COUNT} who did not.`;
  const least = Math.min(control.subjects, treatment.subjects);
  if (least >= needed) return null;
  return `${least} of the ${needed} subjects per variant that the smallest effect worth finding takes: wait before you decide.`;
}

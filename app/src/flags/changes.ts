/** Decides changes of flags, segments and experiments. Pure: what is there now, what is asked for, what follows. */
import type { StoredObject } from "../database/objects.ts";
import { ApiError, invalid, type Mistake } from "../errors.ts";
import { experimentMistakes, flagMistakes, segmentMistakes, withDefaults } from "./definitions.ts";
import { alreadyExists, type Change, expectVersion, type NamedData } from "./named-objects.ts";
import type {
  ExperimentDefinition,
  ExperimentState,
  ExperimentUpdate,
  FlagCreate,
  FlagDefinition,
  FlagUpdate,
  Life,
  SegmentDefinition,
  SegmentUpdate,
  SwitchBody,
} from "./schemas.ts";
import type { Snapshot } from "./snapshot.ts";

export type FlagData = NamedData & FlagDefinition & { status: Life; reason: string | null };
export type SegmentData = NamedData & SegmentDefinition & { status: Life };
export type ExperimentData = NamedData &
  ExperimentDefinition & { status: ExperimentState; started: number | null; stopped: number | null };

function refuseMistakes(mistakes: readonly Mistake[]): void {
  const [first] = mistakes;
  if (!first) return;
  throw new ApiError(400, "invalid_request_error", first.code, first.message, {
    param: first.param,
    mistakes: mistakes.length > 1 ? [...mistakes] : undefined,
  });
}

/** The fields that an update names, without those it leaves as they are. */
function given<T extends object>(update: T): Partial<T> {
  return Object.fromEntries(Object.entries(update).filter(([, value]) => value !== undefined)) as Partial<T>;
}

// Flags ---------------------------------------------------------------------------------------------------------------

export function createFlag(
  current: StoredObject<FlagData> | undefined,
  body: FlagCreate,
  snapshot: Snapshot,
): Change<FlagData> {
  if (current) throw alreadyExists("flag", body.key);
  const definition = withDefaults(body);
  refuseMistakes(flagMistakes(definition, new Set(snapshot.segments.keys())));
  return { data: { ...definition, status: "active", reason: null }, event: "flag.created" };
}

export function updateFlag(
  current: StoredObject<FlagData>,
  { version, ...update }: FlagUpdate,
  snapshot: Snapshot,
): Change<FlagData> {
  expectVersion(current, version);
  const definition = { ...current.data, ...given(update) };
  const mistakes = flagMistakes(definition, new Set(snapshot.segments.keys()));
  const experiment = snapshot.experiments.get(definition.key);
  if (experiment)
    mistakes.push(...experimentMistakes(experiment, definition, new Set(snapshot.segments.keys())));
  refuseMistakes(mistakes);
  return { data: definition, event: "flag.updated" };
}

/** @param to `killed` is disabled, in a hurry */
export function switchFlag(
  current: StoredObject<FlagData>,
  to: "enabled" | "disabled" | "killed",
  { reason, version }: SwitchBody,
): Change<FlagData> {
  // Whoever pulls the emergency brake has no version to quote and no time to be told about one.
  if (to !== "killed") expectVersion(current, version);
  return {
    data: { ...current.data, enabled: to === "enabled", reason: reason ?? null },
    event: `flag.${to}`,
  };
}

export function deleteFlag(
  current: StoredObject<FlagData>,
  version: number | undefined,
  snapshot: Snapshot,
): Change<FlagData> {
  expectVersion(current, version);
  const { key, kind, enabled } = current.data;
  const experiment = snapshot.experiments.get(key);
  if (experiment) throw inUse(`Flag ${key} is in the running experiment ${experiment.key}: stop that first.`);
  if (kind === "kill_switch" && !enabled)
    throw inUse(`Kill switch ${key} stops its paths: enable it first, so that opening them is on record.`);
  return { data: { ...current.data, status: "archived" }, event: "flag.deleted" };
}

// Segments ------------------------------------------------------------------------------------------------------------

export function createSegment(
  current: StoredObject<SegmentData> | undefined,
  body: SegmentDefinition,
): Change<SegmentData> {
  if (current) throw alreadyExists("segment", body.key);
  refuseMistakes(segmentMistakes(body));
  return { data: { ...body, status: "active" }, event: "flag_segment.created" };
}

export function updateSegment(
  current: StoredObject<SegmentData>,
  { version, ...update }: SegmentUpdate,
): Change<SegmentData> {
  expectVersion(current, version);
  const data = { ...current.data, ...given(update) };
  refuseMistakes(segmentMistakes(data));
  return { data, event: "flag_segment.updated" };
}

export function deleteSegment(
  current: StoredObject<SegmentData>,
  version: number | undefined,
  snapshot: Snapshot,
): Change<SegmentData> {
  expectVersion(current, version);
  const { key } = current.data;
  const flags = [...snapshot.flags.values()].filter(({ rules }) =>
    rules.some((rule) => rule.segments?.includes(key)),
  );
  const experiments = [...snapshot.experiments.values()].filter(({ segments }) => segments?.includes(key));
  const users = [...flags, ...experiments].map((user) => user.key);
  if (users.length > 0)
    throw inUse(`Segment ${key} is used by ${users.join(", ")}: take it out there first.`);
  return { data: { ...current.data, status: "archived" }, event: "flag_segment.deleted" };
}

// Experiments ---------------------------------------------------------------------------------------------------------

export function createExperiment(
  current: StoredObject<ExperimentData> | undefined,
  body: ExperimentDefinition,
  snapshot: Snapshot,
): Change<ExperimentData> {
  if (current) throw alreadyExists("experiment", body.key);
  refuseMistakes(mistakesOf(body, snapshot));
  return { data: { ...body, status: "draft", started: null, stopped: null }, event: "experiment.created" };
}

export function updateExperiment(
  current: StoredObject<ExperimentData>,
  { version, ...update }: ExperimentUpdate,
  snapshot: Snapshot,
): Change<ExperimentData> {
  expectVersion(current, version);
  // Other shares or another audience would mix two experiments in one result.
  const fixed = ["all", "any", "segments", "percentage", "split", "control"] as const;
  const changed = fixed.find((name) => update[name] !== undefined);
  if (current.data.status !== "draft" && changed)
    throw invalid(
      "experiment_started",
      `${changed} cannot change once an experiment has started: make a new one.`,
      changed,
    );
  const data = { ...current.data, ...given(update) };
  refuseMistakes(mistakesOf(data, snapshot));
  return { data, event: "experiment.updated" };
}

/** @param now seconds since 1970 (UTC) */
export function startExperiment(
  current: StoredObject<ExperimentData>,
  version: number | undefined,
  snapshot: Snapshot,
  now: number,
): Change<ExperimentData> {
  expectVersion(current, version);
  const { data } = current;
  if (data.status !== "draft") throw wrongState(data, "started");
  const other = snapshot.experiments.get(data.flag);
  if (other) throw inUse(`Flag ${data.flag} is in the running experiment ${other.key}: stop that first.`);
  refuseMistakes(mistakesOf(data, snapshot));
  return { data: { ...data, status: "running", started: now }, event: "experiment.started" };
}

/** @param now seconds since 1970 (UTC) */
export function stopExperiment(
  current: StoredObject<ExperimentData>,
  version: number | undefined,
  now: number,
): Change<ExperimentData> {
  expectVersion(current, version);
  if (current.data.status !== "running") throw wrongState(current.data, "stopped");
  return { data: { ...current.data, status: "stopped", stopped: now }, event: "experiment.stopped" };
}

function mistakesOf(experiment: ExperimentDefinition, { flags, segments }: Snapshot): Mistake[] {
  return experimentMistakes(experiment, flags.get(experiment.flag), new Set(segments.keys()));
}

function wrongState({ key, status }: ExperimentData, wanted: string): ApiError {
  return new ApiError(
    409,
    "invalid_request_error",
    "experiment_state",
    `Experiment ${key} is ${status}; it cannot be ${wanted}.`,
  );
}

function inUse(message: string): ApiError {
  return new ApiError(409, "invalid_request_error", "resource_in_use", message);
}

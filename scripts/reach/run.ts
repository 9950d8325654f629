import { PlanError, planProject } from "../../components/testing/index.ts";
import type { Plan } from "../../components/testing/index.ts";
import type { Reach } from "../../policies/graph/ways.ts";
import { networkOf } from "../../policies/graph/network.ts";
import { reach, type End } from "../../policies/graph/reach.ts";
import { stackFrom } from "../../policies/judging.ts";
import { CommandError, planFailure } from "../exit.ts";
import type { Input } from "../policy/input.ts";
import { hosted } from "../preview/hosted-plan.ts";
import { endNamed } from "./ends.ts";

/** What `strongroom reach` is asked. */
export interface ReachRequest {
  from: string;
  to: string;
  /** @default any */
  port?: number | undefined;
  protocol: string;
  /** What is planned, unless there is an input. */
  program: Parameters<typeof planProject>[0];
  /** What a file holds in place of the program. */
  input?: Input;
}

/** What was asked, and the answer to it. */
export interface Answer {
  from: End;
  to: End;
  port: number | undefined;
  protocol: string;
  reach: Reach;
}

/** Finds out whether one end reaches the other. @throws {CommandError} for its user's mistakes. */
export async function runReach(request: ReachRequest): Promise<Answer> {
  const plan = await planOf(request);
  const { port, protocol } = request;
  const stack = stackFrom(hosted(plan));
  const network = networkOf(stack);
  const [from, to] = [request.from, request.to].map((name) => endNamed(name, plan, stack, network)) as [
    End,
    End,
  ];
  if (from === to) {
    throw new CommandError(
      `${request.from} and ${request.to} are the same. Name two ends: there is no way from one to itself.`,
    );
  }
  return { from, to, port, protocol, reach: reach(network, from, to, { port, protocol }) };
}

async function planOf({ input, program }: ReachRequest): Promise<Plan> {
  if (input !== undefined) return input.plan;
  try {
    return await planProject(program);
  } catch (error) {
    throw error instanceof PlanError ? planFailure(error) : error;
  }
}

import type { FastifyReply } from "fastify";
import type { GivenAnswer } from "../journal/once.ts";

/** Sends an answer byte by byte as it is kept. */
export function sendAnswer(reply: FastifyReply, { status, body, replayed }: GivenAnswer): FastifyReply {
  void reply.code(status).header("content-type", "application/json; charset=utf-8");
  if (replayed) void reply.header("idempotent-replayed", "true");
  return reply.send(body);
}

import {
  Server,
  ServerCredentials,
  type UntypedServiceImplementation,
  type handleUnaryCall,
  status,
} from "@grpc/grpc-js";
import engineRpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import resourceRpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";

import type { Monitor } from "./monitor.ts";

/** The monitor on a port of this machine, as a program in another process calls it. */
export interface MonitorServer {
  address: string;
  close(): void;
}

/** Largest message: as large as Pulumi's own. */
const MESSAGE_LIMIT = 400 * 1024 * 1024;

export async function serve(monitor: Monitor): Promise<MonitorServer> {
  const server = new Server({
    "grpc.max_receive_message_length": MESSAGE_LIMIT,
    "grpc.max_send_message_length": MESSAGE_LIMIT,
  });
  const { requests } = monitor;
  for (const service of [resourceRpc.ResourceMonitorService, engineRpc.EngineService]) {
    const methods: UntypedServiceImplementation = {};
    for (const name of Object.keys(service)) {
      const answer = requests[name];
      if (answer) methods[name] = handler(answer);
    }
    server.addService(service, methods);
  }
  const { promise: bound, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error) reject(error);
    else resolve(port);
  });
  const port = await bound;
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}

function handler(answer: (request: never) => Promise<unknown>): handleUnaryCall<unknown, unknown> {
  return (call, callback) => {
    answer(call.request as never).then(
      (response) => callback(null, response),
      (error: unknown) =>
        callback({ code: status.UNKNOWN, details: error instanceof Error ? error.message : String(error) }),
    );
  };
}

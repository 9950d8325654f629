/** A wire to a database that tests can cut. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export class Proxy {
  /** The database's URL, by way of the proxy. */
  readonly url: string;
  readonly #server: Server;
  readonly #port: number;
  readonly #sockets: Set<Socket>;

  private constructor(url: string, server: Server, sockets: Set<Socket>) {
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    this.#sockets = sockets;
    this.url = Object.assign(new URL(url), { port: this.#port }).href;
  }

  static async before(url: string): Promise<Proxy> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      const upstream = connect(Number(new URL(url).port), "127.0.0.1");
      for (const each of [socket, upstream]) {
        sockets.add(each);
        each.on("error", () => undefined);
        each.on("close", () => sockets.delete(each));
      }
      socket.pipe(upstream).pipe(socket);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    return new Proxy(url, server, sockets);
  }

  /** Breaks all connections; new ones are let through. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Breaks all connections and refuses new ones. */
  async stop(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.cut();
    await closed;
  }

  async startAgain(): Promise<void> {
    await once(this.#server.listen(this.#port, "127.0.0.1"), "listening");
  }
}

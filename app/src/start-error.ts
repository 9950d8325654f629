/** Why the service, or a command beside it, cannot start, where whoever starts it can mend that: told without a stack trace. */
export class StartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StartError";
  }
}

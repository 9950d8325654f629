/** How a value is drawn. */
export interface GenerateOptions {
  /** Characters: 16 to 128. @default 32 */
  length?: number;
  /**
   * Symbols that may occur beside letters and digits; at least one then does. RDS takes all that are allowed here,
   * ElastiCache's auth token only `!&#$^<>-`.
   * @default none: letters and digits need no escaping in URLs, shells and JSON, and 32 of them hold 190 bits
   */
  symbols?: string;
}

/** A value to be drawn at random; made by {@link generate}. */
export class Generated {
  readonly length: number;
  readonly symbols: string;

  constructor({ length = 32, symbols = "" }: GenerateOptions) {
    this.length = length;
    this.symbols = symbols;
  }
}

/** Says that a field of a secret is drawn at random: `fields: { clientId: "…", secret: generate() }`. */
export function generate(options: GenerateOptions = {}): Generated {
  return new Generated(options);
}

/** What is wrong with a wish for a random value, each with the property that it concerns. */
export function mistakesOf({ length, symbols }: Generated): { property: string; reason: string }[] {
  const refused = [...new Set(symbols)].filter((symbol) => !/[!#$%&()*+,\-.:;<=>?[\]^_`{|}~]/.test(symbol));
  return [
    ...(Number.isInteger(length) && length >= 16 && length <= 128
      ? []
      : [{ property: "length", reason: `${length} is not possible; write 16 to 128 characters` }]),
    ...(refused.length === 0
      ? []
      : [
          {
            property: "symbols",
            reason:
              `${refused.map((symbol) => JSON.stringify(symbol)).join(", ")} cannot be used; letters and digits are ` +
              'always drawn, and databases refuse "/", quotes, "@", "\\\\" and spaces',
          },
        ]),
  ];
}

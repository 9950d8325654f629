import { expect } from "chai";
import fc from "fast-check";
import { type AchFile, buildAchFile, parseAchFile } from "./file.ts";
import { AchFormatError } from "./record.ts";

const HEADER = {
  destination: " 110000000",
  origin: "1234567890",
  creationDate: "260105",
  creationTime: "0930",
  idModifier: "A",
  destinationName: "TEST BANK",
  originName: "STRONGROOM",
  referenceCode: "",
};

const BATCH = {
  companyName: "STRONGROOM",
  companyData: "",
  companyId: "1234567890",
  secCode: "WEB",
  description: "PAYMENT",
  descriptiveDate: "260105",
  effectiveDate: "260106",
  settlementDate: "",
  originatorStatus: "1",
  originatingDfi: "11000000",
  authenticationCode: "",
};

const ENTRY = {
  transactionCode: "27",
  routingNumber: "110000000",
  accountNumber: "000123456789",
  amount: 2000,
  individualId: "REF1",
  name: "JENNY ROSEN",
  discretionary: "S",
  traceNumber: "110000000000001",
  addenda: [],
};

const FILE: AchFile = { ...HEADER, batches: [{ ...BATCH, entries: [ENTRY] }] };

/** The file's lines with one of them changed, as a text. */
function changed(change: (lines: string[]) => void): string {
  const lines = buildAchFile(FILE).trimEnd().split("\n");
  change(lines);
  return lines.join("\n");
}

function mistakesOf(text: string): readonly object[] {
  try {
    parseAchFile(text);
  } catch (error) {
    if (error instanceof AchFormatError) return error.mistakes;
    throw error;
  }
  throw new Error("The file was taken.");
}

/** A text as a field gives it back: without spaces at its end. */
const text = (length: number) =>
  fc
    .string({
      unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)),
      maxLength: length,
    })
    .map((each) => each.trimEnd());
const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from("0123456789")), minLength: length, maxLength: length });

const addenda = fc.oneof(
  fc.record({
    type: fc.constant("return" as const),
    code: fc.constantFrom("R01", "R10"),
    originalTrace: digits(15),
    dateOfDeath: text(6),
    originalDfi: digits(8),
    information: text(44),
    traceNumber: digits(15),
  }),
  fc.record({
    type: fc.constant("change" as const),
    code: fc.constantFrom("C01", "C03"),
    originalTrace: digits(15),
    originalDfi: digits(8),
    correctedData: text(29),
    traceNumber: digits(15),
  }),
  fc.record({
    type: fc.constant("payment" as const),
    information: text(80),
    sequence: digits(4),
    entrySequence: digits(7),
  }),
);

const entry = fc.record({
  transactionCode: fc.constantFrom("22", "27", "32", "37", "21", "26"),
  routingNumber: digits(9),
  accountNumber: text(17),
  amount: fc.integer({ min: 0, max: 9_999_999_999 }),
  individualId: text(15),
  name: text(22),
  discretionary: text(2),
  traceNumber: digits(15),
  addenda: fc.array(addenda, { maxLength: 2 }),
});

const file = fc.record({
  destination: text(10),
  origin: text(10),
  creationDate: digits(6),
  creationTime: text(4),
  idModifier: fc.constantFrom("A", "Z", "0"),
  destinationName: text(23),
  originName: text(23),
  referenceCode: text(8),
  batches: fc.array(
    fc.record({
      companyName: text(16),
      companyData: text(20),
      companyId: text(10),
      secCode: fc.constantFrom("PPD", "CCD", "WEB"),
      description: text(10),
      descriptiveDate: text(6),
      effectiveDate: digits(6),
      settlementDate: text(3),
      originatorStatus: text(1),
      originatingDfi: digits(8),
      authenticationCode: text(19),
      entries: fc.array(entry, { maxLength: 6 }),
    }),
    { maxLength: 4 },
  ),
});

describe("ACH: NACHA files", () => {
  it("writes a file as banks take it, byte by byte", () => {
    expect(buildAchFile(FILE).split("\n")).to.deep.equal([
      "101 11000000012345678902601050930A094101TEST BANK              STRONGROOM                     ",
      "5225STRONGROOM                          1234567890WEBPAYMENT   260105260106   1110000000000001",
      "627110000000000123456789     0000002000REF1           JENNY ROSEN           S 0110000000000001",
      "822500000100110000000000000020000000000000001234567890                         110000000000001",
      "9000001000001000000010011000000000000002000000000000000                                       ",
      ...Array<string>(5).fill("9".repeat(94)),
      "",
    ]);
  });

  it("reads what it wrote: parse(build(file)) = file", () => {
    fc.assert(
      fc.property(file, (each) => {
        expect(parseAchFile(buildAchFile(each))).to.deep.equal(each);
      }),
    );
  });

  it("writes whole blocks of ten lines of 94 characters, with totals that are the sums of the entries", () => {
    fc.assert(
      fc.property(file, (each) => {
        const lines = buildAchFile(each).replace(/\n$/, "").split("\n");
        expect(lines.length % 10).to.equal(0);
        expect(lines.every(({ length }) => length === 94)).to.be.true;
        const entries = each.batches.flatMap((batch) => batch.entries);
        const control = lines.findLast((line) => line.startsWith("9") && line !== "9".repeat(94)) ?? "";
        const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
        const debit = sum(
          entries.filter(({ transactionCode }) => /[5-9]$/.test(transactionCode)).map(({ amount }) => amount),
        );
        const credit = sum(
          entries.filter(({ transactionCode }) => /[0-4]$/.test(transactionCode)).map(({ amount }) => amount),
        );
        expect(Number(control.slice(1, 7))).to.equal(each.batches.length);
        expect(Number(control.slice(7, 13))).to.equal(lines.length / 10);
        expect(Number(control.slice(13, 21))).to.equal(
          entries.length + sum(entries.map((one) => one.addenda.length)),
        );
        expect(Number(control.slice(21, 31))).to.equal(
          sum(entries.map(({ routingNumber }) => Number(routingNumber.slice(0, 8)))) % 10 ** 10,
        );
        expect([Number(control.slice(31, 43)), Number(control.slice(43, 55))]).to.deep.equal([debit, credit]);
      }),
    );
  });

  it("refuses contents that do not fit", () => {
    const build = (over: object) => () =>
      buildAchFile({ ...HEADER, batches: [{ ...BATCH, entries: [{ ...ENTRY, ...over }] }] });
    expect(build({ accountNumber: "123456789012345678" })).to.throw(
      RangeError,
      'accountNumber "123456789012345678" has 18 characters where 17 fit.',
    );
    expect(build({ amount: 10_000_000_000 })).to.throw(
      RangeError,
      'amount "10000000000" has 11 characters where 10 fit.',
    );
    expect(build({ name: "JOSÉ" })).to.throw(
      RangeError,
      'name "JOSÉ" holds "É": it takes printable ASCII characters.',
    );
    expect(build({ routingNumber: "11000000X" })).to.throw(
      RangeError,
      'routingNumber "11000000X" holds "X": it takes digits.',
    );
  });

  describe("tells where a file is wrong", () => {
    const cases: readonly [string, (lines: string[]) => void, object[]][] = [
      [
        "a line of another length",
        (lines) => (lines[2] = `${lines[2] ?? ""}X`),
        [{ line: 3, column: 1, message: "the record has 95 characters where 94 are expected." }],
      ],
      [
        "no file header",
        (lines) => void lines.shift(),
        [{ line: 1, column: 1, message: 'the record begins with "5" where a file header (1) is expected.' }],
      ],
      [
        "letters among digits",
        (lines) => (lines[2] = (lines[2] ?? "").replace("0000002000", "00000020O0")),
        [{ line: 3, column: 30, message: 'amount is "00000020O0" where digits are expected.' }],
      ],
      [
        "a wrong hash and total of a batch",
        (lines) =>
          (lines[3] = (lines[3] ?? "")
            .replace("0011000000", "0011000001")
            .replace("000000002000", "000000002001")),
        [
          { line: 4, column: 11, message: 'entryHash is "0011000001" where the file has 11000000.' },
          { line: 4, column: 21, message: 'debitTotal is "000000002001" where the file has 2000.' },
        ],
      ],
      [
        "a wrong count of blocks",
        (lines) => (lines[4] = (lines[4] ?? "").replace("9000001000001", "9000001000002")),
        [{ line: 5, column: 8, message: 'blockCount is "000002" where the file has 1.' }],
      ],
      [
        "addenda that are announced and missing",
        (lines) => (lines[2] = `${(lines[2] ?? "").slice(0, 78)}1${(lines[2] ?? "").slice(79)}`),
        [{ line: 3, column: 79, message: 'addendaIndicator is "1" where 0 addenda follow.' }],
      ],
      [
        "an end in the middle",
        (lines) => void lines.splice(3),
        [
          {
            line: 4,
            column: 1,
            message: "the file ends where an entry (6) or a batch control (8) is expected.",
          },
        ],
      ],
      [
        "another record size",
        (lines) => (lines[0] = (lines[0] ?? "").replace("A094", "A095")),
        [{ line: 1, column: 35, message: 'record size is "095" where "094" is expected.' }],
      ],
    ];
    for (const [name, change, expected] of cases) {
      it(name, () => expect(mistakesOf(changed(change))).to.deep.equal(expected));
    }

    it("an empty text", () => {
      expect(mistakesOf("")).to.deep.equal([
        { line: 1, column: 1, message: "the file ends where a file header (1) is expected." },
      ]);
    });
  });

  it("takes files with other line ends and without fillers", () => {
    const records = buildAchFile(FILE).trimEnd().split("\n").slice(0, 5);
    expect(parseAchFile(records.join("\r\n"))).to.deep.equal(FILE);
  });
});

/**
 * Finds card numbers and security codes in whatever leaves the service: answers, logs, events, traces, dumps. For every
 * test of the kind "no number gets out".
 */
import { AssertionError } from "chai";
import cardValidator from "card-validator";

/** Decodings within decodings that are looked into: base64 of JSON of base64 … */
const DEPTH = 3;

/** A digit, as it is or escaped in JSON or a URL. */
const DIGIT = String.raw`(?:\d|\\+u003\d|%3\d)`;
/** What people and programs put between groups of digits; NUL is what UTF-16 puts between all. */
const SEPARATOR = String.raw`(?:[ \-._+\x00\xa0]|%20|\\+u00(?:20|2d|a0))`;
/** Not within hexadecimal text, where runs of digits arise by chance. */
const RUN = new RegExp(
  String.raw`(?<![0-9a-fA-F])${DIGIT}(?:${SEPARATOR}?${DIGIT}){12,}(?![0-9a-fA-F])`,
  "g",
);
const CODE = /(?:cvc2?|cvv2?|cid|security[ _-]?code|card[ _-]?code)["'\\\s]*[:= ]["'\\\s]*(\d{3,4})(?!\d)/gi;
const BASE64 = /[A-Za-z0-9+/_-]{18,}/g;
const HEX = /(?:[0-9a-fA-F]{2}){13,}/g;

export interface Found {
  kind: "card number" | "security code";
  /** How it was hidden, as `base64 > text`. */
  how: string;
  /** Masked, so that a failing test does not leak it either. */
  masked: string;
}

/** A card to plant in a request and to look for afterwards. */
export interface PlantedCard {
  number: string;
  cvc: string;
}

/** Well-known public test numbers of several brands and lengths, each with a code that is rare elsewhere. */
export function plantedNumbers(): PlantedCard[] {
  return [
    { number: "4242424242424242", cvc: "937" },
    { number: "5555555555554444", cvc: "869" },
    { number: "378282246310005", cvc: "7391" },
    { number: "6011111111111117", cvc: "583" },
    { number: "3056930009020004", cvc: "947" },
    { number: "36227206271667", cvc: "617" },
    { number: "3566002020360505", cvc: "759" },
    { number: "6205500000000000004", cvc: "853" },
  ];
}

/** All card numbers and security codes in a text: plain, grouped, escaped, in base64 or hexadecimal, in UTF-16. */
export function findCardNumbers(content: string | Buffer): Found[] {
  const text = typeof content === "string" ? content : content.toString("latin1");
  return look(text, "text", DEPTH);
}

/** @throws AssertionError that tells what was found and how it was hidden, masked */
export function expectNoCardNumbers(content: string | Buffer, where = "the output"): void {
  const found = findCardNumbers(content);
  if (found.length === 0) return;
  const list = found.map(({ kind, how, masked }) => `${kind} ${masked} (${how})`).join(", ");
  throw new AssertionError(`expected no card number in ${where}, but there is ${list}`);
}

function look(text: string, how: string, depth: number): Found[] {
  const found: Found[] = [];
  for (const [run] of text.matchAll(RUN)) {
    for (const number of cardsIn(groupsOf(run)))
      found.push({ kind: "card number", how, masked: mask(number) });
  }
  for (const [, code = ""] of text.matchAll(CODE)) {
    found.push({ kind: "security code", how, masked: "*".repeat(code.length) });
  }
  if (depth > 1) {
    for (const [decoded, encoding] of decodings(text))
      found.push(...look(decoded, `${encoding} > ${how}`, depth - 1));
  }
  return found;
}

/** The run's groups of digits, without escapes and separators. */
function groupsOf(run: string): string[] {
  const plain = run.replace(/\\+u003(\d)|%3(\d)/g, "$1$2").replace(/\\+u00(?:20|2d|a0)|%20/g, " ");
  return plain.split(/\D+/).filter((group) => group !== "");
}

/** Whole groups, one after the other, that are a card number together; and such a number within a longer group. */
function cardsIn(groups: string[]): string[] {
  const cards = groups.filter((group) => group.length > 19).flatMap(cardsWithin);
  for (const start of groups.keys()) {
    let number = "";
    for (const group of groups.slice(start)) {
      number += group;
      if (number.length > 19) break;
      if (isCard(number)) cards.push(number);
    }
  }
  return cards;
}

function cardsWithin(digits: string): string[] {
  const cards: string[] = [];
  for (let start = 0; start + 15 <= digits.length; start += 1) {
    for (const length of [15, 16]) {
      const stretch = digits.slice(start, start + length);
      if (stretch.length === length && isCommonCard(stretch)) cards.push(stretch);
    }
  }
  return cards;
}

function isCard(digits: string): boolean {
  return digits.length >= 13 && cardValidator.number(digits, { luhnValidateUnionPay: true }).isValid;
}

/** Numbers of the large brands: in long runs of digits, the rare ones would be found by chance too often. */
function isCommonCard(digits: string): boolean {
  return /^(4\d{15}|5[1-5]\d{14}|3[47]\d{13}|6011\d{12})$/.test(digits) && isCard(digits);
}

function* decodings(text: string): Generator<[string, string]> {
  for (const [run] of text.matchAll(BASE64)) {
    // Where the encoded text begins within the run cannot be seen: all four ways to align it.
    for (let skip = 0; skip < 4; skip += 1) {
      const decoded = Buffer.from(run.slice(skip), "base64url").toString("latin1");
      if (isWorthALook(decoded)) yield [decoded, "base64"];
    }
  }
  for (const [run] of text.matchAll(HEX)) {
    for (const half of [run, run.slice(1)]) {
      const decoded = Buffer.from(half, "hex").toString("latin1");
      if (isWorthALook(decoded)) yield [decoded, "hexadecimal"];
    }
  }
}

/** Has digits in a row, perhaps in UTF-16, or is encoded once more. */
function isWorthALook(decoded: string): boolean {
  return /\d{4}|(\d\0){4}|^[\x20-\x7e]{18,}$/.test(decoded);
}

function mask(number: string): string {
  return `${number.slice(0, 6)}${"*".repeat(number.length - 10)}${number.slice(-4)}`;
}

/** Values that no database column can hold: NUL characters, halves of characters, endless numbers. Refused with the field's name. */
import { ApiError, type Mistake } from "../errors.ts";

/** How they look in JSON, where the former can only be written as escape sequences. Only such documents are looked through. */
const SUSPICIOUS = /\\u(?:0000|d[89a-f])|\de\+?0*[1-9]\d\d|(?<!\d)\d{200}/i;

/** What is wrong with a document that was parsed from JSON: each field that PostgreSQL would refuse. */
export function unstorableJson(json: string, document: unknown): ApiError | undefined {
  return SUSPICIOUS.test(json) ? refusal(mistakesIn(document, ""), "body") : undefined;
}

/** The same for the parameters of a URL, which are decoded. Half a character is no UTF-8 there, and refused before. */
export function unstorableText(url: string, parameters: object): ApiError | undefined {
  return url.includes("%00") ? refusal(mistakesIn(parameters, ""), "request") : undefined;
}

function refusal(mistakes: Mistake[], part: string): ApiError | undefined {
  const [first] = mistakes;
  if (first === undefined) return undefined;
  return new ApiError(400, "invalid_request_error", first.code, first.message, {
    param: first.param === "" ? part : first.param,
    mistakes: mistakes.length > 1 ? mistakes : undefined,
  });
}

function mistakesIn(value: unknown, param: string): Mistake[] {
  if (typeof value === "string") {
    const fault = faultOf(value);
    return fault === undefined ? [] : [mistake(param, `${param} has ${fault}`)];
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    return [{ param, code: "parameter_invalid", message: `${param} is beyond all numbers that are kept.` }];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => {
    const fault = faultOf(key);
    // The name itself is not repeated: it is what nobody can write down.
    if (fault !== undefined) return [mistake(param, `A name in ${param || "the body"} has ${fault}`)];
    return mistakesIn(each, param === "" ? key : `${param}.${key}`);
  });
}

function mistake(param: string, message: string): Mistake {
  return { param, code: "text_invalid", message: `${message}: remove it.` };
}

function faultOf(text: string): string | undefined {
  if (text.includes("\0")) return "a NUL character";
  if (!text.isWellFormed()) return "half of a surrogate pair";
  return undefined;
}

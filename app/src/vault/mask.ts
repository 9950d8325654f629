/** Hides card numbers in text that leaves the service, where a client has put one in a place that is shown. */
import cardValidator from "card-validator";

/** 13 to 19 digits, in groups or not, also as in URLs. */
const RUN = /(?<!\d)\d(?:(?:[ -]|%20)?\d){12,18}(?!\d)/g;

/** The text with the middle digits of every card number replaced by asterisks. */
export function maskCardNumbers(text: string): string {
  return text.replace(RUN, (run) => {
    const number = run.replace(/%20|[ -]/g, "");
    const { isValid } = cardValidator.number(number, { luhnValidateUnionPay: true });
    return isValid ? `${number.slice(0, 6)}${"*".repeat(number.length - 10)}${number.slice(-4)}` : run;
  });
}

/** True for a text with a card number in it, also one that is escaped as in URLs. */
export function holdsCardNumber(text: string): boolean {
  const plain = text.replace(/%([2-7][0-9a-f])/gi, (_, code: string) =>
    String.fromCharCode(parseInt(code, 16)),
  );
  return maskCardNumbers(plain) !== plain;
}

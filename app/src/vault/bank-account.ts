/** Whether numbers can be those of a bank account in the United States. */
import { ApiError, type Mistake } from "../errors.ts";

const ROUTING_WEIGHTS = [3, 7, 1, 3, 7, 1, 3, 7, 1];

/** Checks both numbers. @throws ApiError 400 with all mistakes; it shows no number */
export function checkBankAccount(
  routingNumber: string,
  accountNumber: string,
  param = "us_bank_account",
): void {
  const mistakes: Mistake[] = [];
  if (!isRoutingNumber(routingNumber)) {
    mistakes.push({
      param: `${param}.routing_number`,
      code: "invalid_routing_number",
      message: "The routing number is incorrect. It has nine digits, the last of which is a check digit.",
    });
  }
  if (!/^\d{4,17}$/.test(accountNumber)) {
    mistakes.push({
      param: `${param}.account_number`,
      code: "invalid_account_number",
      message: "The account number is incorrect. It has 4 to 17 digits.",
    });
  }
  const [first] = mistakes;
  if (first) {
    throw new ApiError(400, "invalid_request_error", first.code, first.message, {
      param: first.param,
      mistakes,
    });
  }
}

/** ABA routing numbers: nine digits whose weighted sum is a multiple of ten, and a Federal Reserve prefix. */
export function isRoutingNumber(text: string): boolean {
  if (!/^\d{9}$/.test(text)) return false;
  const prefix = Number(text.slice(0, 2));
  const isAssigned =
    prefix <= 12 || (prefix >= 21 && prefix <= 32) || (prefix >= 61 && prefix <= 72) || prefix === 80;
  const sum = ROUTING_WEIGHTS.reduce((total, weight, index) => total + weight * Number(text[index]), 0);
  return isAssigned && text !== "000000000" && sum % 10 === 0;
}

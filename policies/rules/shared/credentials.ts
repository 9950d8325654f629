import type { Props } from "../../values.ts";

/**
 * Names of variables whose value is a credential; those that only point at one (`…_ARN`, `…_FILE`) do not match, nor does
 * the shell's own `PWD`.
 */
const CREDENTIAL_NAME =
  /[_-]pwd$|(^|[_-])((pg)?pass(word|wd|phrase)?|secret|token|api[_-]?key|private[_-]?key|secret[_-]?key|access[_-]?key([_-]?id)?|credentials?|engine_auth_data)$/i;

/** Values that are credentials whatever the name: access key ids, private keys, addresses with a password. */
const CREDENTIAL_VALUE =
  /^(AKIA|ASIA)[A-Z0-9]{16}$|-----BEGIN [A-Z ]*PRIVATE KEY-----|:\/\/[^/\s:@]+:[^/\s@]+@|^\[secret]$/;

/** Credentials inside a longer text, such as a start-up script or a document. */
const CREDENTIAL_IN_TEXT =
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----|:\/\/[^/\s:@$]+:[^/\s@$]+@|(\b|_)((pg)?password|passwd|(?<=_)pwd|secret|token|api[_-]?key|secret[_-]?access[_-]?key)["']?[ \t]*[:=][ \t]*["']?(?!arn:)[^\s"'$`({<]{8,}/i;

/** `databasePassword` as `database_Password`: words of a name, however they are put together. */
function spelled(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2");
}

/** Whether a variable, given by where its name and its value stand, holds a credential. */
export function holdsCredential(name: string, variable: Props, path = "value"): boolean {
  // A variable of this name is wrong whatever its value turns out to be.
  return namesCredential(name) ? variable.declares(path) : CREDENTIAL_VALUE.test(variable.text(path));
}

/** Whether something of this name is a credential, whatever its value. */
export function namesCredential(name: string): boolean {
  return CREDENTIAL_NAME.test(spelled(name));
}

/** Whether a text holds a credential anywhere. */
export function containsCredential(text: string): boolean {
  return CREDENTIAL_IN_TEXT.test(text);
}

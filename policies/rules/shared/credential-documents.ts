import { some, type Props } from "../../values.ts";
import { containsCredential, holdsCredential } from "./credentials.ts";

/** Text that stands for a value which is looked up when the document is used: `{{ Parameter }}`, `${Variable}`, `$.path`. */
const REFERENCE = /^(\{\{.*\}\}|\$\{.*\}|\$[.[].*|\{%.*%\}|arn:.*|)$/s;

/**
 * Whether a document (of an automation, a state machine) holds a credential: below a name that says so, directly or as
 * the default of a parameter, or anywhere in its texts.
 */
function documentHoldsCredential(document: Props, name = ""): boolean {
  return some(document.entries(), ([key, value]) => {
    const inner = value.value();
    const called = key === "default" ? name : key;
    if (typeof inner === "object") return documentHoldsCredential(value, called);
    if (typeof inner !== "string" || REFERENCE.test(inner)) return false;
    return holdsCredential(called, value, "") || containsCredential(value.text());
  });
}

/** Whether a text that should be JSON, but may be YAML or not known in part, holds a credential. */
export function textHoldsCredential(props: Props, path: string): boolean {
  const document = props.json(path);
  if (document !== undefined) return documentHoldsCredential(document);
  return containsCredential(props.text(path));
}

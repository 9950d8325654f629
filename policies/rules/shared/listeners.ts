import type { Stack, StackResource } from "../../stack.ts";
import { allOf, anyOf, some, type Props } from "../../values.ts";

/** Listeners of load balancers, by both names. */
export const LISTENERS = ["aws:lb/listener:Listener", "aws:alb/listener:Listener"];

/** Rules of listeners, by both names. */
export const LISTENER_RULES = ["aws:lb/listenerRule:ListenerRule", "aws:alb/listenerRule:ListenerRule"];

/** Protocols that are encrypted, or carry the packets of others as they are. */
export const ENCRYPTED = ["HTTPS", "TLS", "QUIC", "TCP_QUIC", "GENEVE"];

/** The protocol that a listener speaks. Left out, it is HTTP, whatever the port. */
export function protocolOf(listener: Props): string {
  const protocol = listener.text("protocol");
  if (protocol !== "") return protocol;
  // Those of gateway load balancers alone have neither protocol nor port: they take whatever is routed to them.
  if (!listener.declares("port")) return "GENEVE";
  return listener.declares("certificateArn") ? "HTTPS" : "HTTP";
}

/** Whether the actions of a listener, or of a rule of it, only redirect to HTTPS. */
export function redirectsToHttps(props: Props, actions = "defaultActions"): boolean {
  const all = props.list(actions);
  return (
    all.length > 0 &&
    !some(all, (action) =>
      anyOf(
        () => action.text("type") !== "redirect",
        () => action.text("redirect.protocol") !== "HTTPS",
      ),
    )
  );
}

/** Whether a listener does nothing but redirect to HTTPS, by its rules too. */
export function onlyRedirectsToHttps(stack: Stack, listener: StackResource): boolean {
  return allOf(
    () => redirectsToHttps(listener.props),
    () =>
      !stack.hasReferring(
        LISTENER_RULES,
        "listenerArn",
        listener,
        (rule) => !redirectsToHttps(rule.props, "actions"),
      ),
  );
}

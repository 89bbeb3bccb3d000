/** Whom an address stands for, where something is counted by address. */

/** Longer than any address in text (RFC 4291, section 2.2). */
const maxLength = 45;

/**
 * An IPv4 address itself. Of an IPv6 address its /64: a subscriber has at least that (RFC 6177) and may choose
 * another address in it for every request. Without an address, all callers are one: the platform writes it into
 * every request that comes to it from outside, so those without one come from the operator's own Workers, or
 * from a machine that runs the service by itself.
 */
export function networkOf(address: string | undefined): string {
  if (address === undefined || address === "") return "unknown";
  const text = address.slice(0, maxLength).toLowerCase();
  if (!text.includes(":")) return text;
  // IPv4 in IPv6 (RFC 4291, section 2.5.5.2).
  if (text.includes(".")) return text.slice(text.lastIndexOf(":") + 1);
  const [head, tail] = text.split("::");
  const groups = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? 0 : tail.split(":").length;
  if (tail !== undefined) while (groups.length + after < 8) groups.push("0");
  const prefix = tail ? [...groups, ...tail.split(":")] : groups;
  return `${prefix
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}

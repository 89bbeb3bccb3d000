/** Network of an address, for counts by address. */

/** Length beyond that of any address in text (RFC 4291, section 2.2). */
const maxLength = 45;

/**
 * Address of a connection's peer, which plain workerd tells in `request.cf`: `192.0.2.1:443` or `[2001:db8::1]:443`.
 * Cloudflare's own platform tells none there.
 */
export function hostOfPeer(request: object): string | undefined {
  const { cf } = request as { readonly cf?: { readonly clientIp?: unknown } };
  if (typeof cf?.clientIp !== "string") return undefined;
  const host = cf.clientIp.replace(/:\d+$/, "");
  return host.startsWith("[") ? host.slice(1, -1) : host;
}

/**
 * Network by which callers are counted: an IPv4 address itself, or the /64 of an IPv6 address. A subscriber has at
 * least a /64 (RFC 6177) and may choose another address in it for every request. All callers without an address are
 * one. The platform writes the address into every request that comes from outside, so those without one come from the
 * operator's own Workers, or from a machine that runs the service by itself.
 */
export function networkOf(address: string | undefined): string {
  if (address === undefined || address === "") return "unknown";
  const text = address.slice(0, maxLength).toLowerCase();
  if (!text.includes(":")) return text;
  // An IPv4 address in IPv6 form (RFC 4291, section 2.5.5.2).
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

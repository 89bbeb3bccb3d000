import { expect, it } from "vitest";
import { hostOfPeer } from "../../../src/trust/network.ts";

it.each([
  ["192.0.2.1:443", "192.0.2.1"],
  ["[2001:db8::1]:443", "2001:db8::1"],
  ["unix:", "unix:"],
])("the peer %s has the address %s", (clientIp, address) => {
  expect(hostOfPeer({ cf: { clientIp } })).toBe(address);
});

it.each([[{}], [{ cf: undefined }], [{ cf: { colo: "AMS" } }], [{ cf: { clientIp: 7 } }]])(
  "a request that tells no peer, as %o, has no address",
  (request) => {
    expect(hostOfPeer(request)).toBeUndefined();
  },
);

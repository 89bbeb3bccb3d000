/** Verifies a JWS with OpenSSL's Ed25519 by node:crypto, in a process of its own; from RFC 7515 and RFC 8037 alone. */
import { execFileSync } from "node:child_process";

const verifier = `
  const { createPublicKey, verify } = require("node:crypto");
  const [jws, jwks] = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  const [header, payload, signature] = jws.split(".");
  const { kid } = JSON.parse(Buffer.from(header, "base64url"));
  const key = createPublicKey({ key: jwks.keys.find((jwk) => jwk.kid === kid), format: "jwk" });
  const good = verify(null, Buffer.from(header + "." + payload), key, Buffer.from(signature, "base64url"));
  console.log(good ? Buffer.from(payload, "base64url").toString() : "forged");
`;

/** Returns the payload, or `forged`. */
export function verifyElsewhere(jws: string, jwks: unknown): string {
  const input = JSON.stringify([jws, jwks]);
  return execFileSync(process.execPath, ["-e", verifier], { input, timeout: 20_000 }).toString().trim();
}

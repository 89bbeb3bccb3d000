import fc from "fast-check";
import { expect, it } from "vitest";
import { bytePattern, indexOfPattern } from "../../../../../src/http/request/parsing/byte-pattern.ts";

it("indexOfPattern finds what Node finds, from any index, in bytes made of the pattern's pieces", () => {
  const rest = fc.string({ unit: fc.constantFrom("-", "a", "\xff"), maxLength: 72 });
  const bytes = (pattern: string) =>
    fc.array(
      fc.oneof(
        fc.constantFrom("-", "a", "\n", "\xff"),
        fc.nat(pattern.length).map((n) => pattern.slice(0, n)),
      ),
    );
  const input = rest.chain((text) => fc.tuple(fc.constant(`\n${text}`), bytes(`\n${text}`), fc.nat(80)));
  fc.assert(
    fc.property(input, ([pattern, pieces, from]) => {
      const body = Buffer.from(pieces.join(""), "latin1");
      const expected = from > body.length ? -1 : body.indexOf(Buffer.from(pattern, "latin1"), from);
      expect(indexOfPattern(body, bytePattern(pattern), from)).toBe(expected);
    }),
    { numRuns: 20_000 },
  );
});

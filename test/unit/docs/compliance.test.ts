/** Each row of the tables by standard names a test, which references.test.ts finds, or says that there is a gap. */
import { describe, expect, it } from "vitest";
import { read } from "../../fixtures/documentation.ts";

const standards = ["docs/compliance/nist.md", "docs/compliance/iso.md"];

/** Rows of all tables of a page but their heads, cell by cell. */
function rowsIn(page: string): string[][] {
  const lines = read(page).split("\n");
  return lines
    .filter(
      (line, i) => line.startsWith("|") && !line.startsWith("|---") && !lines[i + 1]?.startsWith("|---"),
    )
    .map((line) =>
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim()),
    );
}

describe.each(standards)("%s", (page) => {
  it("proves each row by a test, or says gap", () => {
    const rows = rowsIn(page);
    expect(rows.length).toBeGreaterThan(15);
    const bare = rows.filter(([, , proof]) => !/`[\w/-]+\.test\.ts`|\*\*gap\*\*/.test(proof ?? ""));
    expect(bare.map(([requirement]) => requirement)).toEqual([]);
  });
});

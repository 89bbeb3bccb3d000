/** Methods of a directory about one person's rights: the whole record, and the end of subjects that nobody uses. */
import { fail, ok, type Result } from "../../errors.ts";
import type { SubjectId } from "../ids.ts";
import type { Context, SubjectRecord } from "./data.ts";
import type { HoldsParts } from "./parts.ts";
import { writeAudit } from "./tables/audit.ts";
import { setUnusedRule, unusedEnd } from "./tables/last-use.ts";
import { readSubjectRecord } from "./tables/subject-record.ts";
import type { RecordDirectory } from "./types.ts";

export function withRecords<Base extends HoldsParts>(base: Base) {
  return class Records extends base implements RecordDirectory {
    async showRecord(
      subjectId: SubjectId,
      page: { readonly after: number; readonly limit: number },
      context: Context,
    ): Promise<Result<SubjectRecord>> {
      const { sql, read, write } = this.parts.ledger;
      const record = read(() => readSubjectRecord(sql, subjectId, page, context.nowMs), undefined);
      if (record === undefined) return fail({ code: "not_found", what: "subject" });
      write(context, () =>
        writeAudit(sql, { action: "subject.record", outcome: "shown", subjectId }, context),
      );
      return ok(record);
    }

    async keepUnused(seconds: number | null, context: Context) {
      const { chores, ledger } = this.parts;
      const { sql, write } = ledger;
      write(context, () => setUnusedRule(sql, seconds, context.nowMs));
      const end = unusedEnd(sql);
      if (end !== undefined) await chores.wakeBy(end);
    }
  };
}

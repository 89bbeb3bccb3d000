/** Subjects and their faces. */
import { jsonBody, queryOf } from "../body.ts";
import { checked } from "../check.ts";
import { type CallJson, everyItem, path } from "../json-call.ts";
import type { CallOptions } from "../options.ts";
import { faceUpdate, pageOptions } from "../requests.ts";
import type * as wire from "../wire.ts";

export class Subjects {
  readonly #call: CallJson;

  constructor(call: CallJson) {
    this.#call = call;
  }

  /** Lists subjects in the order of their ids. */
  async list(page: wire.PageOptions = {}, options?: CallOptions): Promise<wire.SubjectPage> {
    const query = queryOf({ ...checked(pageOptions, page, "page") });
    return this.#call({ method: "GET", path: "/v1/subjects", query, repeatable: true }, options);
  }

  /** Yields all subjects, page by page: `for await (const { subject_id } of client.subjects.all())`. */
  all(options?: CallOptions): AsyncGenerator<{ subject_id: string }, void, undefined> {
    return everyItem(
      (cursor) => this.list(cursor === undefined ? {} : { cursor }, options),
      ({ subjects }) => subjects,
    );
  }

  /** Returns a subject and its faces. Fails with `not_found`. */
  async get(subjectId: string, options?: CallOptions): Promise<wire.Subject> {
    return this.#call(
      { method: "GET", path: path`/v1/subjects/${{ subjectId }}`, repeatable: true },
      options,
    );
  }

  /**
   * Returns everything that is kept about a subject, with a page of its audit trail, and no embedding. Needs the scopes
   * "read" and "admin". Fails with `not_found`.
   */
  async record(
    subjectId: string,
    page: wire.PageOptions = {},
    options?: CallOptions,
  ): Promise<wire.SubjectRecord> {
    const query = queryOf({ ...checked(pageOptions, page, "page") });
    const where = path`/v1/subjects/${{ subjectId }}/record`;
    return this.#call({ method: "GET", path: where, query, repeatable: true }, options);
  }

  /**
   * Deletes a subject and all of its faces. Fails with `not_found`, also when an earlier attempt succeeded but its
   * answer was lost.
   */
  async delete(subjectId: string, options?: CallOptions): Promise<wire.Deletion> {
    return this.#call(
      { method: "DELETE", path: path`/v1/subjects/${{ subjectId }}`, repeatable: true },
      options,
    );
  }

  /** Lists subjects who should enrol a new photo, in the order of their ids. */
  async ageing(page: wire.PageOptions = {}, options?: CallOptions): Promise<wire.AgeingPage> {
    const query = queryOf({ ...checked(pageOptions, page, "page") });
    return this.#call({ method: "GET", path: "/v1/ageing", query, repeatable: true }, options);
  }

  /** Deletes the faces that joined the template by verifications with liveness. Fails with `not_found`. */
  async revert(subjectId: string, options?: CallOptions): Promise<wire.Deletion> {
    const where = path`/v1/subjects/${{ subjectId }}/joined`;
    return this.#call({ method: "DELETE", path: where, repeatable: true }, options);
  }

  /** Resets the count of failed attempts and ends a lock. */
  async unlock(subjectId: string, options?: CallOptions): Promise<wire.Unlocked> {
    const where = path`/v1/subjects/${{ subjectId }}/unlock`;
    return this.#call({ method: "POST", path: where, repeatable: true }, options);
  }
}

export class Faces {
  readonly #call: CallJson;

  constructor(call: CallJson) {
    this.#call = call;
  }

  /**
   * Looks at a page of enrolled faces for those whose embeddings do not tell whose they are, to be enrolled again. `limit` is
   * the number of faces to look at. Needs the scope "admin".
   */
  async unrecognizable(
    page: wire.PageOptions = {},
    options?: CallOptions,
  ): Promise<wire.UnrecognizableFaces> {
    const query = queryOf({ ...checked(pageOptions, page, "page") });
    return this.#call({ method: "GET", path: "/v1/faces/unrecognizable", query, repeatable: true }, options);
  }

  /** Changes a face. Null removes a field; a field that is absent stays as it is. */
  async update(
    subjectId: string,
    faceId: string,
    change: wire.FaceUpdate,
    options?: CallOptions,
  ): Promise<wire.UpdatedFace> {
    const where = path`/v1/subjects/${{ subjectId }}/faces/${{ faceId }}`;
    return this.#call(
      {
        method: "PATCH",
        path: where,
        body: jsonBody(checked(faceUpdate, change, "change")),
        repeatable: true,
      },
      options,
    );
  }

  /** Deletes a face. Fails with `not_found`, also when an earlier attempt succeeded but its answer was lost. */
  async delete(subjectId: string, faceId: string, options?: CallOptions): Promise<wire.Deletion> {
    const where = path`/v1/subjects/${{ subjectId }}/faces/${{ faceId }}`;
    return this.#call({ method: "DELETE", path: where, repeatable: true }, options);
  }
}

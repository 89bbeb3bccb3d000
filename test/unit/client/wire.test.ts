/** The client's types equal the service's: `npm run check` compiles this, and a difference does not compile. */
import { describe, expectTypeOf, it } from "vitest";
import type * as z from "zod";
import type { ErrorCode } from "../../../client/error.ts";
import type * as wire from "../../../client/wire.ts";
import type { FailureCode } from "../../../src/errors.ts";
import type { QualityReason } from "../../../src/face/quality/quality.ts";
import type {
  keyRequestSchema,
  sessionRequestSchema,
  tenantRequestSchema,
} from "../../../src/http/schemas/administration.ts";
import type * as admin from "../../../src/http/schemas/administration-answers.ts";
import type * as answers from "../../../src/http/schemas/answers.ts";
import type { identificationOptionsSchema } from "../../../src/http/schemas/identification.ts";
import type * as liveness from "../../../src/http/schemas/liveness.ts";
import type { recordAnswerSchema } from "../../../src/http/schemas/record.ts";
import type * as requests from "../../../src/http/schemas/requests.ts";
import type { Scope } from "../../../src/identity/scopes.ts";

/** Undefined fields are left out on the wire. */
type Sendable<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

describe("the client's types", () => {
  it("of answers are those of the schemas", () => {
    expectTypeOf<wire.Enrolment>().toEqualTypeOf<z.output<typeof answers.enrolmentAnswerSchema>>();
    expectTypeOf<wire.Verification>().toEqualTypeOf<z.output<typeof answers.verificationAnswerSchema>>();
    expectTypeOf<wire.Comparison>().toEqualTypeOf<z.output<typeof answers.comparisonAnswerSchema>>();
    expectTypeOf<wire.Identification>().toEqualTypeOf<z.output<typeof answers.identificationAnswerSchema>>();
    expectTypeOf<wire.Detection>().toEqualTypeOf<z.output<typeof answers.detectionAnswerSchema>>();
    expectTypeOf<wire.Embedding>().toEqualTypeOf<z.output<typeof answers.embeddingAnswerSchema>>();
    expectTypeOf<wire.Subject>().toEqualTypeOf<z.output<typeof answers.subjectAnswerSchema>>();
    expectTypeOf<wire.SubjectRecord>().toEqualTypeOf<z.output<typeof recordAnswerSchema>>();
    expectTypeOf<wire.SubjectPage>().toEqualTypeOf<z.output<typeof answers.subjectListAnswerSchema>>();
    expectTypeOf<wire.UpdatedFace>().toEqualTypeOf<z.output<typeof answers.updateAnswerSchema>>();
    expectTypeOf<wire.Deletion>().toEqualTypeOf<z.output<typeof answers.deletionAnswerSchema>>();
    expectTypeOf<wire.Health>().toEqualTypeOf<z.output<typeof answers.healthAnswerSchema>>();
    expectTypeOf<wire.Readiness>().toEqualTypeOf<z.output<typeof answers.readinessAnswerSchema>>();
    expectTypeOf<wire.Session>().toEqualTypeOf<z.output<typeof admin.sessionAnswerSchema>>();
    expectTypeOf<wire.LiveVerification>().toEqualTypeOf<
      z.output<typeof liveness.liveVerificationAnswerSchema>
    >();
    expectTypeOf<wire.LiveEnrolment>().toEqualTypeOf<z.output<typeof liveness.liveEnrolmentAnswerSchema>>();
    expectTypeOf<wire.AgeingPage>().toEqualTypeOf<z.output<typeof admin.ageingAnswerSchema>>();
    expectTypeOf<wire.LiveRate>().toEqualTypeOf<z.output<typeof admin.liveRateAnswerSchema>>();
    expectTypeOf<wire.ApiKeyList>().toEqualTypeOf<z.output<typeof admin.keyListAnswerSchema>>();
    expectTypeOf<wire.NewApiKey>().toEqualTypeOf<z.output<typeof admin.newKeyAnswerSchema>>();
    expectTypeOf<wire.RevokedApiKey>().toEqualTypeOf<z.output<typeof admin.revokedKeyAnswerSchema>>();
    expectTypeOf<wire.SettingsAnswer>().toEqualTypeOf<z.output<typeof admin.settingsAnswerSchema>>();
    expectTypeOf<wire.ChangedSettings>().toEqualTypeOf<z.output<typeof admin.changedSettingsAnswerSchema>>();
    expectTypeOf<wire.AuditPage>().toEqualTypeOf<z.output<typeof admin.auditAnswerSchema>>();
    expectTypeOf<wire.TenantPage>().toEqualTypeOf<z.output<typeof admin.tenantListAnswerSchema>>();
    expectTypeOf<wire.NewTenant>().toEqualTypeOf<z.output<typeof admin.newTenantAnswerSchema>>();
    expectTypeOf<wire.Rewrapped>().toEqualTypeOf<z.output<typeof admin.rewrapAnswerSchema>>();
    expectTypeOf<wire.SigningKey>().toEqualTypeOf<z.output<typeof admin.signingKeyAnswerSchema>>();
    expectTypeOf<wire.ImportedPage>().toEqualTypeOf<z.output<typeof admin.importAnswerSchema>>();
    expectTypeOf<wire.UnrecognizableFaces>().toEqualTypeOf<z.output<typeof admin.reviewAnswerSchema>>();
    expectTypeOf<wire.Doctor>().toEqualTypeOf<z.output<typeof admin.doctorAnswerSchema>>();
    expectTypeOf<wire.Unlocked>().toEqualTypeOf<z.output<typeof admin.unlockAnswerSchema>>();
  });

  it("of options have the names and values that requests take", () => {
    expectTypeOf<Omit<wire.EnrolmentOptions, "metadata">>().toEqualTypeOf<
      Omit<Sendable<z.output<typeof requests.enrolmentOptionsSchema>>, "metadata">
    >();
    expectTypeOf<keyof wire.EnrolmentOptions>().toEqualTypeOf<
      keyof z.output<typeof requests.enrolmentOptionsSchema>
    >();
    expectTypeOf<wire.VerificationOptions>().toEqualTypeOf<
      Sendable<z.output<typeof requests.verificationOptionsSchema>>
    >();
    expectTypeOf<wire.DecisionOptions>().toEqualTypeOf<
      Sendable<z.output<typeof requests.decisionOptionsSchema>>
    >();
    expectTypeOf<wire.IdentificationOptions>().toEqualTypeOf<
      Sendable<z.output<typeof identificationOptionsSchema>>
    >();
    expectTypeOf<keyof wire.FaceUpdate>().toEqualTypeOf<keyof z.output<typeof requests.faceUpdateSchema>>();
    expectTypeOf<keyof wire.NewKeyRequest>().toEqualTypeOf<keyof z.output<typeof keyRequestSchema>>();
    expectTypeOf<keyof wire.SessionRequest>().toEqualTypeOf<keyof z.output<typeof sessionRequestSchema>>();
    expectTypeOf<keyof wire.NewTenantRequest>().toEqualTypeOf<keyof z.output<typeof tenantRequestSchema>>();
    expectTypeOf<wire.Scope>().toEqualTypeOf<Scope>();
  });

  it("of errors are the service's codes, and three of the client's own", () => {
    expectTypeOf<ErrorCode>().toEqualTypeOf<FailureCode | "network" | "timeout" | "bad_answer">();
    expectTypeOf<wire.QualityReason>().toEqualTypeOf<QualityReason>();
  });
});

/**
 * Consent receipts: what a person agreed to, as the enrolment stated it, with the rules under which the face is kept.
 * The fields follow ISO/IEC TS 27560 (consent record information structure): the parties, the purposes with the
 * information that is processed, and the events of the consent.
 */
import type { FaceId, SubjectId, TenantId } from "../../identity/ids.ts";
import { jurisdictionOf } from "../../identity/jurisdiction.ts";
import type { TenantSettings } from "../../identity/settings.ts";
import type { Consent } from "../../identity/store/store.ts";
import type { SignStatement } from "./statement.ts";

export interface ConsentedFace {
  readonly subjectId: SubjectId;
  readonly faceId: FaceId;
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
  readonly consent: Consent;
}

export type SignConsent = (
  tenant: TenantId,
  settings: TenantSettings,
  face: ConsentedFace,
  at: Date,
) => Promise<string>;

export function createConsentReceipts(sign: SignStatement): SignConsent {
  return (tenant, settings, { subjectId, faceId, createdAt, expiresAt, consent }, at) => {
    const { controller, unusedSeconds } = settings;
    return sign(
      "sameface-consent+jws",
      { tenant, at },
      {
        schema_version: "sameface-consent-1",
        record_id: faceId,
        pii_principal_id: subjectId,
        pii_controllers:
          controller === null
            ? []
            : [{ name: controller.name, contact: controller.contact, role: "PII controller" }],
        privacy_notice: controller?.noticeUrl ?? null,
        purposes: [
          {
            purpose: consent.purpose,
            lawful_basis: "consent",
            consent_version: consent.version,
            pii_information: [
              {
                pii_type: "face template",
                pii_attribute: "numbers computed from a photo of the face",
                sensitive: true,
              },
              { pii_type: "measures of the photo's quality", sensitive: false },
            ],
            collection_method: "a photo sent to the service; the photo is not stored",
            processing_method: "comparison of face templates",
            storage_location: jurisdictionOf(tenant) ?? settings.locationHint ?? "no jurisdiction was chosen",
            retention: {
              expires_at: expiresAt?.toISOString() ?? null,
              unused_seconds: unusedSeconds,
            },
            recipients: [],
            withdrawal_method: "deletion of the subject, which the controller requests from the service",
          },
        ],
        events: [
          {
            event_type: "explicit",
            event_state: "consent given",
            event_time: consent.at.toISOString(),
            entity_id: subjectId,
          },
          { event_type: "enrolment", event_state: "enrolled", event_time: createdAt.toISOString() },
        ],
      },
    );
  };
}

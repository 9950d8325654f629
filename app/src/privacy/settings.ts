/** Environment variables of privacy: how long is kept what no law sets a time for. */
import { Type } from "typebox";

export const privacySettings = {
  PRIVACY_EVENT_DATA_DAYS: Type.Integer({
    minimum: 30,
    maximum: 36_500,
    default: 730,
    description: "Days that events keep the object that they tell of; afterwards its digest alone",
  }),
  PRIVACY_VAULT_ACCESS_DAYS: Type.Integer({
    minimum: 366,
    maximum: 36_500,
    default: 730,
    description: "Days that is kept who had which card or account number revealed",
  }),
  PRIVACY_CONSENT_DAYS: Type.Integer({
    minimum: 1,
    maximum: 36_500,
    default: 1095,
    description: "Days that consents are kept after they were withdrawn or their customer was erased",
  }),
};

import { withVaultKey } from "@keybrake/next";

export const GET = withVaultKey(
  () => {
    console.log("the policy of GET was asked");
    return { label: "read", vendor: "stripe", uncapped: true };
  },
  async (_request, key) => Response.json({ keyId: key.id }),
);

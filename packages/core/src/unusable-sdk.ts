/** What the helpers of SDKs throw: an SDK that ignores their options would send the vault key to the vendor. */
export function unusableSdk(name: string, missing: string): TypeError {
  return new TypeError(
    `The installed version of ${name} can't send its calls through Keybrake: it has no ${missing}. Nothing was sent. Install a newer version.`,
  );
}

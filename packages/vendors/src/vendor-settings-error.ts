/** Thrown when the operator's settings of a built-in vendor don't suffice. The message names the setting, and no secret. */
export class VendorSettingsError extends Error {
  override readonly name = "VendorSettingsError";
}

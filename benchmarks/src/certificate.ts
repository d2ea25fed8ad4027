import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generate } from "selfsigned";

export interface Certificate {
  keyFile: string;
  certificateFile: string;
}

/** Makes a certificate for `localhost` in a folder. */
export async function makeCertificate(directory: string): Promise<Certificate> {
  const pems = await generate([{ name: "commonName", value: "localhost" }], {
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] },
    ],
  });
  const keyFile = join(directory, "key.pem");
  const certificateFile = join(directory, "certificate.pem");
  await writeFile(keyFile, pems.private, { mode: 0o600 });
  await writeFile(certificateFile, pems.cert);
  return { keyFile, certificateFile };
}

/** What a program shows to an engine, read from the files that its flags name. */

import type { ConnectionOptions } from "../shared/client/transport.ts";
import { DegovError } from "../shared/errors.ts";

/** Paths, but for the token itself, which may also come from the environment. */
export interface CredentialSources {
  token?: string;
  tokenFile?: string;
  tlsCa?: string;
  tlsCert?: string;
  tlsKey?: string;
}

/** @throws DegovError INVALID_ARGUMENT when a file cannot be read. */
export async function readCredentials(sources: CredentialSources): Promise<ConnectionOptions> {
  const { tokenFile, tlsCa, tlsCert, tlsKey } = sources;
  const token = (tokenFile === undefined ? sources.token : await readFile(tokenFile, "token"))?.trim();
  const usesTls = (tlsCa ?? tlsCert ?? tlsKey) !== undefined;
  return {
    ...(token ? { token } : {}),
    ...(usesTls
      ? {
        tls: {
          ...(tlsCa === undefined ? {} : { authority: await readFile(tlsCa, "certificate") }),
          ...(tlsCert === undefined ? {} : { certificate: await readFile(tlsCert, "certificate") }),
          ...(tlsKey === undefined ? {} : { key: await readFile(tlsKey, "key") }),
        },
      }
      : {}),
  };
}

async function readFile(path: string, what: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new DegovError("INVALID_ARGUMENT", `Cannot read the ${what} in ${path}: ${(error as Error).message}`);
  }
}

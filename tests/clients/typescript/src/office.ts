// What every program here begins with: a client that somebody signed in to, and values that must be there.
import createClient from "openapi-fetch";

/** A client of one service, whose `paths` are those of its contract, as the holder of a token. */
export function as<Paths extends {}>(address: string, token: string) {
  return createClient<Paths>({
    baseUrl: address,
    headers: { Authorization: `Bearer ${token}`, "Accept-Language": "en" },
  });
}

export function sure<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new Error(`no ${what}`);
  return value;
}

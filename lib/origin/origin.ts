/** The longest scheme that is taken for one; the standard names no limit, real ones stay below 25 characters. */
const MAX_SCHEME_LENGTH = 64

/** The longest host: a DNS name (RFC 1035 §2.3.4), its trailing dot included. */
export const MAX_HOST_LENGTH = 253

/** The longest text that can be an origin: scheme, `://`, host, `:` and port. */
export const MAX_ORIGIN_LENGTH = MAX_SCHEME_LENGTH + '://'.length + MAX_HOST_LENGTH + ':65535'.length

/**
 * scheme, `://`, then an IPv6 address in brackets or labels with an optional trailing dot, then perhaps a port.
 * Labels are what registries and browsers really use: letters, digits, `-`, and `_`, which isn't a host name's but is
 * sent all the same. What the URL standard lets through besides (`` ` ``, `{`, `,` …) names no real host and has been
 * a way past other checks.
 */
const ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/(\[[0-9a-f:]+\]|[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?)(?::([1-9][0-9]{0,4}))?$/

/** A host whose last label is a number is an IPv4 address, or nothing (https://url.spec.whatwg.org/#ends-in-a-number-checker). */
const ENDS_IN_A_NUMBER = /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)\.?$/

/** https://url.spec.whatwg.org/#special-scheme, less `file`, whose origin is opaque. */
export const DEFAULT_PORTS: ReadonlyMap<string, string> =
  new Map([['http', '80'], ['https', '443'], ['ws', '80'], ['wss', '443'], ['ftp', '21']])

/** A tuple origin (https://html.spec.whatwg.org/#concept-origin-tuple) that was found well-formed. */
export interface Origin {
  /** Its ASCII serialisation, as it stands in the `Origin` header. */
  readonly text: string
  readonly scheme: string
  /** A domain, an IPv4 address, an IPv6 address in brackets, or the host of a custom scheme. */
  readonly host: string
  /** `''` for the scheme's default port. */
  readonly port: string
}

/**
 * Parses an origin exactly as browsers serialise it (https://fetch.spec.whatwg.org/#origin-header). There is one
 * parser for configured and for received origins, so that what starts is what can be matched.
 *
 * @returns `undefined` for everything else, `null` and over-long texts included
 */
export function parseOrigin (text: string): Origin | undefined {
  if (text.length > MAX_ORIGIN_LENGTH) return undefined
  const match = ORIGIN.exec(text)
  if (match === null) return undefined
  const [, scheme = '', host = '', port = ''] = match
  if (scheme === 'file' || scheme.length > MAX_SCHEME_LENGTH) return undefined
  if (host.length > MAX_HOST_LENGTH) return undefined
  if (Number(port) > 65535 || port === DEFAULT_PORTS.get(scheme)) return undefined
  if (needsCanonicalForm(scheme, host) && canonicalHost(host) !== host) return undefined
  return { text, scheme, host, port }
}

/** Whether a host is an IP address, as far as the URL standard's host parser takes it for one. */
export function isAddress (host: string): boolean {
  return host.startsWith('[') || ENDS_IN_A_NUMBER.test(host)
}

/** Addresses and punycode have one serialisation each, which the platform's URL parser knows. */
function needsCanonicalForm (scheme: string, host: string): boolean {
  return host.startsWith('[') ||
    (DEFAULT_PORTS.has(scheme) && (ENDS_IN_A_NUMBER.test(host) || host.includes('xn--')))
}

function canonicalHost (host: string): string | undefined {
  const url = `https://${host}`
  // The faster way is safe here: the text is ASCII, see parseUrl.
  return URL.canParse(url) ? new URL(url).hostname : undefined
}

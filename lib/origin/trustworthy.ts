import { DEFAULT_PORTS } from './origin.js'

/** The network schemes with TLS. Custom schemes (`capacitor:`, `chrome-extension:`) stay on the device. */
const TLS_SCHEMES: ReadonlySet<string> = new Set(['https', 'wss'])

/**
 * Whether pages of this origin can be trusted to be its own: sent over TLS, or not over a network at all
 * (https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy). Anybody on the way can write into others.
 */
export function isTrustworthy (scheme: string, host: string): boolean {
  return TLS_SCHEMES.has(scheme) || !DEFAULT_PORTS.has(scheme) || isLoopback(host)
}

function isLoopback (host: string): boolean {
  return host === '[::1]' || /^127(?:\.[0-9]+){3}$/.test(host) || /(?:^|\.)localhost\.?$/.test(host)
}

import type { Engine } from './engine-differences.js'
import { differs } from './engine-differences.js'
import type { HeaderList } from './header-list.js'
import { sortedNames } from './header-list.js'

/** https://fetch.spec.whatwg.org/#cors-safelisted-request-header: the longest value that is not asked for. */
const MAX_VALUE_LENGTH = 128

/** https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names: the most that all safelisted values have together. */
const MAX_VALUES_LENGTH = 1024

/** https://fetch.spec.whatwg.org/#cors-unsafe-request-header-byte */
// eslint-disable-next-line no-control-regex
const UNSAFE_BYTE = /[\x00-\x08\x0A-\x1F"():<>?@[\\\]{}\x7F]/

const LANGUAGE = /^[0-9A-Za-z *,\-.;=]*$/

/** https://mimesniff.spec.whatwg.org/#parse-a-mime-type, as far as the essence goes. */
const MIME_ESSENCE = /^[ \t\r\n]*([!#$%&'*+\-.^_`|~0-9A-Za-z]+\/[!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t\r\n]*(?:;|$)/

const SAFELISTED_TYPES: ReadonlySet<string> =
  new Set(['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'])

/** https://fetch.spec.whatwg.org/#simple-range-header-value, with a start. */
const RANGE = /^bytes=([0-9]+)-([0-9]*)$/i

/** Client hints that Chromium's network service lets through as well (see `clientHintsSafelisted`). */
const CLIENT_HINTS: ReadonlySet<string> =
  new Set(['device-memory', 'downlink', 'dpr', 'ect', 'rtt', 'save-data', 'viewport-width', 'width'])

/** https://fetch.spec.whatwg.org/#cors-safelisted-request-header */
export function isSafelistedRequestHeader (name: string, value: string, engine?: Engine): boolean {
  if (value.length > MAX_VALUE_LENGTH) return false
  switch (name.toLowerCase()) {
    case 'accept': return !UNSAFE_BYTE.test(value)
    case 'accept-language':
    case 'content-language': return LANGUAGE.test(value)
    case 'content-type': return !UNSAFE_BYTE.test(value) && SAFELISTED_TYPES.has(mimeEssence(value))
    case 'range': return isRangeWithStart(value)
    default: return CLIENT_HINTS.has(name.toLowerCase()) && differs(engine, 'clientHintsSafelisted')
  }
}

/** https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names: what a preflight asks for. */
export function unsafeRequestHeaderNames (headers: HeaderList, engine?: Engine): readonly string[] {
  const isSafe = ([name, value]: readonly [string, string]): boolean => isSafelistedRequestHeader(name, value, engine)
  const safelisted = headers.filter(isSafe)
  const size = safelisted.reduce((sum, [, value]) => sum + value.length, 0)
  const unsafe = size > MAX_VALUES_LENGTH ? headers : headers.filter(header => !isSafe(header))
  return sortedNames(unsafe.map(([name]) => name))
}

function mimeEssence (value: string): string {
  return MIME_ESSENCE.exec(value)?.[1]?.toLowerCase() ?? ''
}

function isRangeWithStart (value: string): boolean {
  const range = RANGE.exec(value)
  if (range === null) return false
  return range[2] === '' || BigInt(range[1] as string) <= BigInt(range[2] as string)
}

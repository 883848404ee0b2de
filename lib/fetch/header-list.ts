/** A header as it stands on the wire: a name in any case, and a value without white space around it. */
export type Header = readonly [name: string, value: string]

/** https://fetch.spec.whatwg.org/#concept-header-list: a name may occur more than once. */
export type HeaderList = readonly Header[]

/** RFC 9110 §5.6.2. Without the limit of `protocol/token`: browsers have none. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** RFC 9110 §5.6.3; `trim()` would also take off bytes that browsers leave there. */
const OPTIONAL_WHITE_SPACE = /^[ \t]+|[ \t]+$/g

/** https://fetch.spec.whatwg.org/#concept-header-list-get: the combined value, `undefined` where there is no such header. */
export function getHeader (list: HeaderList, name: string): string | undefined {
  const values = list.filter(header => header[0].toLowerCase() === name).map(header => header[1])
  return values.length === 0 ? undefined : values.join(', ')
}

/**
 * https://fetch.spec.whatwg.org/#extract-header-list-values, for the headers whose ABNF is `#method` or `#field-name`:
 * both are lists of tokens, and both bear empty elements (RFC 9110 §5.6.1.2).
 */
export function extractTokens (list: HeaderList, name: string): readonly string[] | null | 'failure' {
  const value = getHeader(list, name)
  if (value === undefined) return null
  const tokens = value.split(',').map(element => element.replace(OPTIONAL_WHITE_SPACE, '')).filter(element => element !== '')
  return tokens.every(token => TOKEN.test(token)) ? tokens : 'failure'
}

/** The lower-case names in a list, each once, in the standard's order of bytes. */
export function sortedNames (names: Iterable<string>): readonly string[] {
  return [...new Set([...names].map(name => name.toLowerCase()))].sort()
}

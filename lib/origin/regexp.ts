/** Flags that carry state or change what `^` and `$` mean; an origin has one line, so that nothing is lost. */
const UNWANTED_FLAGS = /[gymd]/g

/** Names that nobody has: with digits and hyphens, and without, for a RegExp that takes only letters. */
const NAMES_OF_NOBODY = ['q7z-nobody-x3', 'q7znobodyx3', 'qznobodyx']

/**
 * Origins that nobody means when writing a regular expression for their own: a fresh label under the usual suffixes,
 * and addresses for documentation (RFC 5737). One that matches any of them matches whatever an attacker registers.
 */
const ORIGINS_OF_NOBODY: readonly string[] = ['https', 'http'].flatMap(scheme => [
  ...['com', 'net', 'org', 'io', 'dev', 'app', 'co', 'eu', 'invalid']
    .flatMap(suffix => NAMES_OF_NOBODY.map(name => `${scheme}://${name}.${suffix}`)),
  `${scheme}://a.q7z-nobody-x3.com`,
  `${scheme}://q7z-nobody-x3.com:8443`,
  `${scheme}://203.0.113.77`
])

/**
 * A RegExp that matches a whole origin or nothing, and has no memory of earlier matches. The source is wrapped, not
 * extended: `^a|b$` would otherwise be anchored at one end of each alternative.
 */
export function anchorRegExp (regexp: RegExp): RegExp {
  return new RegExp(`^(?:${regexp.source})$`, regexp.flags.replace(UNWANTED_FLAGS, ''))
}

/** Whether an anchored RegExp lets in origins that its author cannot have meant: any origin, in disguise. */
export function matchesAnyOrigin (anchored: RegExp): boolean {
  return ORIGINS_OF_NOBODY.some(origin => anchored.test(origin))
}

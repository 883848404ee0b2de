import library from './library.cjs'

/** Hosts come parsed, and the private section of the list matters as much as the other: its owners let anybody in. */
const OPTIONS = { allowPrivateDomains: true, extractHostname: false, validateHostname: false }

/** A label that no list names, to ask for what holds for any label. */
const ANY_LABEL = 'q7z-nobody-x3'

/**
 * Whether anybody can get a name under this host: it is a public suffix (https://publicsuffix.org/list/), or has only
 * public suffixes below it (`ck`, by the rule `*.ck`).
 *
 * Names that the list doesn't know are not public, although its default rule would make a suffix of the last label:
 * `internal`, `corp` and `localhost` are private DNS, where names are given out by whoever runs the network.
 */
export function isPublicSuffix (host: string): boolean {
  const domain = withoutDot(host)
  return publicSuffixOf(domain) === domain || publicSuffixOf(`${ANY_LABEL}.${domain}`) === `${ANY_LABEL}.${domain}`
}

/** The public suffix that a host ends in, if the list has it. */
export function publicSuffixOf (host: string): string | undefined {
  const { publicSuffix, isIcann, isPrivate } = library.tldts().parse(withoutDot(host), OPTIONS)
  return publicSuffix !== null && (isIcann === true || isPrivate === true) ? publicSuffix : undefined
}

function withoutDot (host: string): string {
  return host.replace(/\.$/, '')
}

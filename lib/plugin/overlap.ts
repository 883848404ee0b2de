/** A route's URL pattern, cut into segments. */
export type Segments = readonly string[]

/** Slashes at the end and doubled ones don't count: an application may ignore them. */
export function segmentsOf (pattern: string): Segments {
  return pattern.toLowerCase().split('/').filter(segment => segment !== '')
}

export function isDynamic (pattern: string): boolean {
  return /[:*]/.test(pattern)
}

/**
 * Whether two patterns may match the same URL. It errs towards yes (a parameter's own regular expression is not looked
 * into), since a yes only means that the router is asked.
 */
export function mayOverlap (a: Segments, b: Segments): boolean {
  for (let index = 0; index < a.length && index < b.length; index++) {
    const one = a[index] as string
    const other = b[index] as string
    if (isOpenEnded(one) || isOpenEnded(other)) return true
    if (one !== other && !isDynamic(one) && !isDynamic(other)) return false
  }
  if (a.length === b.length) return true
  // What the longer one has more may be nothing, if it is a wildcard or optional.
  return isOpenEnded((a.length > b.length ? a[b.length] : b[a.length]) as string)
}

/** A wildcard takes all that is left, and an optional parameter may be missing. */
function isOpenEnded (segment: string): boolean {
  return segment.includes('*') || segment.endsWith('?')
}

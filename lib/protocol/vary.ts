/** What Node has for a response header: a value, several, or none. */
export type HeaderValue = string | number | readonly string[] | undefined

/**
 * Extends a `Vary` field by names, without repeating one that is there in any case. `Vary: *` already says everything
 * and stays as it is (RFC 9110 §12.5.5).
 *
 * @param current what the response has so far
 * @param names a `Vary` value, as {@link serializeVary} writes it
 */
export function mergeVary (current: HeaderValue, names: string): string {
  if (current === undefined || current === names) return names
  const field = Array.isArray(current) ? current.join(', ') : String(current)
  const present = new Set(splitNames(field.toLowerCase()))
  if (present.has('*')) return field
  const missing = splitNames(names).filter(name => !present.has(name.toLowerCase()))
  if (missing.length === 0) return field
  return present.size === 0 ? missing.join(', ') : `${field}, ${missing.join(', ')}`
}

/** The value of a `Vary` field, each name once; `undefined` when there is nothing to name. */
export function serializeVary (names: readonly string[]): string | undefined {
  const merged = names.reduce((field, name) => field === '' ? name : mergeVary(field, name), '')
  return merged === '' ? undefined : merged
}

function splitNames (field: string): string[] {
  return field.split(',').map(name => name.trim()).filter(name => name !== '')
}

import { parseOrigin } from '../../lib/origin/origin.js'
import type { Policy } from '../../lib/policy/policy.js'

/** Whether a compiled policy allows an `Origin`, as the plugin asks it. */
export async function allows ({ origins }: Policy, origin: string): Promise<boolean> {
  switch (origins.kind) {
    case 'none': return false
    case 'any': return true
    case 'listed': return origins.origins.has(origin)
    case 'decided': return parseOrigin(origin) !== undefined && await origins.decide(origin, {} as never) === true
  }
}

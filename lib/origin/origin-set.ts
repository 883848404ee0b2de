import { MAX_ORIGIN_LENGTH, parseOrigin, type Origin } from './origin.js'
import type { OriginPattern } from './pattern.js'

/** The parts of a list of origins, each already parsed. */
export interface OriginSetParts {
  /** Serialised origins, `null` among them where the policy allows it. */
  readonly exact: Iterable<string>
  readonly patterns: Iterable<OriginPattern>
  /** Anchored and stateless, as `anchorRegExp` makes them. */
  readonly regexps: readonly RegExp[]
}

/** A node of the tree of host labels, from the top-level domain down. */
interface LabelNode {
  children?: Map<string, LabelNode>
  /** The ports allowed for the host that ends here, and for hosts with labels before it. */
  host?: Set<string>
  subdomains?: Set<string>
}

/**
 * The origins that a policy lists. Looking one up costs the same however many there are: a hash for exact origins, one
 * step a label for patterns. Only regular expressions are tried one after the other, last.
 */
export class OriginSet {
  readonly #exact: ReadonlySet<string>
  readonly #schemes = new Map<string, LabelNode>()
  readonly #regexps: readonly RegExp[]
  readonly #needsParsing: boolean

  constructor (parts: OriginSetParts) {
    this.#exact = new Set(parts.exact)
    for (const pattern of parts.patterns) this.#add(pattern)
    this.#regexps = parts.regexps
    this.#needsParsing = this.#schemes.size > 0 || this.#regexps.length > 0
  }

  /** Whether the set has this origin. The text may be anything that came in an `Origin` header. */
  has (text: string): boolean {
    // Before anything reads the text: hashing it costs its length.
    if (text.length > MAX_ORIGIN_LENGTH) return false
    if (this.#exact.has(text)) return true
    if (!this.#needsParsing) return false
    const origin = parseOrigin(text)
    return origin !== undefined && (this.#matchesPattern(origin) || this.#regexps.some(regexp => regexp.test(text)))
  }

  #add ({ scheme, host, subdomains, port }: OriginPattern): void {
    let node = getOrInsert(this.#schemes, scheme)
    for (const label of host.split('.').reverse()) {
      node.children ??= new Map()
      node = getOrInsert(node.children, label)
    }
    const ports = subdomains ? (node.subdomains ??= new Set()) : (node.host ??= new Set())
    ports.add(port)
  }

  #matchesPattern ({ scheme, host, port }: Origin): boolean {
    let node = this.#schemes.get(scheme)
    let end = host.length
    while (node !== undefined) {
      const start = host.lastIndexOf('.', end - 1) + 1
      node = node.children?.get(host.slice(start, end))
      if (start === 0) return hasPort(node?.host, port)
      if (hasPort(node?.subdomains, port)) return true
      end = start - 1
    }
    return false
  }
}

function hasPort (ports: ReadonlySet<string> | undefined, port: string): boolean {
  return ports !== undefined && (ports.has(port) || ports.has('*'))
}

function getOrInsert (nodes: Map<string, LabelNode>, key: string): LabelNode {
  let node = nodes.get(key)
  if (node === undefined) nodes.set(key, node = {})
  return node
}

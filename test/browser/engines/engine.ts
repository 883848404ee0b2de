import type { Engine as ModelEngine } from '../../../lib/fetch/engine-differences.js'

/** A running browser with one page. */
export interface Browser {
  readonly version: string
  /** Lines of the page's console, for engines that tell. */
  readonly console?: readonly string[]
  open (url: string): Promise<void>
  /** The value of an expression in the page, awaited there; anything that JSON can hold. */
  evaluate (expression: string): Promise<unknown>
  close (): Promise<void>
}

export interface Engine {
  readonly name: 'chromium' | 'firefox' | 'webkit'
  /** What the Fetch model calls it. */
  readonly model: ModelEngine
  /** Debian's packages, for the message that says how to get it. */
  readonly packages: readonly string[]
  /** The programs it needs; `undefined` where one is missing. */
  find (): Promise<readonly string[] | undefined>
  launch (programs: readonly string[], marker: Marker): Promise<Browser>
}

/** An environment variable that every process of one run inherits, so that what is left over can be found and ended. */
export interface Marker {
  readonly name: string
  readonly value: string
}

/** The environment for a child process. */
export function markedEnvironment ({ name, value }: Marker, more: Record<string, string> = {}): Record<string, string> {
  const inherited = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return { ...Object.fromEntries(inherited), ...more, [name]: value }
}

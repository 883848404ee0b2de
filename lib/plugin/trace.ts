import { AsyncLocalStorage } from 'node:async_hooks'
import type { Refusal } from '../diagnostics/refusal.js'
import type { Policy } from '../policy/policy.js'

/** What the plugin did with a request that `explain` made. */
export class Trace {
  /** The policy that decided; `undefined` where the plugin's hook was not reached, or stayed out. */
  policy: Policy | undefined
  /** Whether the hook was reached: a hook before it may have answered, or the route is outside every scope. */
  reached = false
  readonly refusals: Refusal[] = []
}

const traces = new AsyncLocalStorage<Trace>()
let running = 0

/** The trace of the request at hand; costs a comparison while nothing is being explained. */
export function currentTrace (): Trace | undefined {
  return running === 0 ? undefined : traces.getStore()
}

/** Runs a request of `explain`, and notes what the plugin does with it. */
export async function traced<Result> (trace: Trace, run: () => Promise<Result>): Promise<Result> {
  running++
  try {
    return await traces.run(trace, run)
  } finally {
    running--
  }
}

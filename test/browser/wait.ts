import { setTimeout } from 'node:timers/promises'

/** Waits until a condition holds; the limit only keeps a condition that never does from hanging the suite. */
export async function waitFor (condition: () => boolean | Promise<boolean>, limit = 15_000): Promise<void> {
  const end = Date.now() + limit
  while (!await condition()) {
    if (Date.now() > end) throw new Error(`still not so after ${limit} ms: ${condition.toString()}`)
    await setTimeout(10)
  }
}
